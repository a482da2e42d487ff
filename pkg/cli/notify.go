package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/paging"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
	"github.com/monctl/monctl/pkg/view"
)

func newNotify(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "See what a notification says",
		Long: `Notify shows notifications as the receivers get them, without sending anything.
Who gets them is what monctl routes tells.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newNotifyPreview(g))
	return cmd
}

// notifyPreviewOptions are those of notify preview.
type notifyPreviewOptions struct {
	*global
	routeFlags
	receiver, integration string
	annotations           []string
	alerts                string
	status, at            string
	value                 float64
	externalURL           string
	format, out           string
}

func newNotifyPreview(g *global) *cobra.Command {
	o := &notifyPreviewOptions{global: g, routeFlags: routeFlags{}}
	cmd := &cobra.Command{
		Use:   "preview ALERTNAME | LABEL=VALUE...",
		Short: "Render the messages that an alert makes, for every integration",
		Long: `Preview renders an alert as a new notification of its group, with Alertmanager's
own templates and those of the project, and prints the fields of every
integration: the title and text of Slack, the subject and HTML of an e-mail, the
payload of a webhook. Nothing is sent. Where messages are sent to, and what
authenticates them, is left out.

With the name of an alert of the project, its labels and annotations are those
of the rule; labels that come out of its query stand there as <name> unless a
label after the name gives them, and $value is that of --value. With labels, a
rule that makes such an alert gives the annotations, and --annotation adds some.
With --alerts, several alerts are rendered as one notification: a list of
{labels: {…}, annotations: {…}} in YAML or JSON.

The receivers are those that the alert is routed to, or that of --receiver. Of a
configuration of --config, the templates are those that it names. --template puts
a template file in the place of the one of the same name, or beside them, to see
what an edit would make of a message.`,
		Example: `  monctl notify preview HostDown instance=db-1
  monctl notify preview --receiver pager alertname=HostDown severity=critical
  monctl notify preview HostDown --status resolved --integration slack/0
  monctl notify preview HostDown --receiver mail --format html --out mail.html
  monctl notify preview HostDown --template drafts/slack.tmpl
  monctl notify preview --config alertmanager.yml --alerts alerts.yaml -o json`,
		Args:              cobra.ArbitraryArgs,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: o.completeAlerts(g),
	}
	o.routeFlags.add(g, cmd)
	f := cmd.Flags()
	f.StringVar(&o.receiver, "receiver", "", "render for this `receiver`, whether or not the alert is routed to it")
	f.StringVar(&o.integration, "integration", "", "render this `integration` only, by type and index: slack/0")
	f.StringArrayVar(&o.annotations, "annotation", nil, "an annotation of the alert, `name=value`")
	f.StringArrayVar(&o.overrides, "template", nil, "a template `file` in the place of the one of the same name; may be repeated")
	f.StringVar(&o.alerts, "alerts", "", "render the alerts of this `file`, - for standard input, as one notification")
	f.StringVar(&o.status, "status", "firing", "what the alerts do: firing or resolved")
	f.StringVar(&o.at, "at", "", "the `time` of the notification (default now)")
	f.Float64Var(&o.value, "value", 1, "what the expression of the alert's rule yields: $value in its annotations")
	f.StringVar(&o.externalURL, "external-url", defaultExternalURL, "Alertmanager's `URL`, as templates see it")
	f.StringVar(&o.format, "format", "text", "print all fields as text, or the HTML of the first e-mail as html")
	f.StringVar(&o.out, "out", "", "write the HTML to this `file`")
	complete(cmd, "status", func() []string { return []string{"firing", "resolved"} })
	complete(cmd, "format", func() []string { return []string{"text", "html"} })
	_ = cmd.RegisterFlagCompletionFunc("receiver", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return o.receiverNames(cmd.Context(), g), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (o *notifyPreviewOptions) check(args []string) error {
	switch {
	case o.status != "firing" && o.status != "resolved":
		return usagef("--status: unknown value %q: want firing or resolved", o.status)
	case o.format != "text" && o.format != "html":
		return usagef("--format: unknown format %q: want text or html", o.format)
	case o.format == "html" && o.output != "text":
		return usagef("--format html and -o %s: choose one of them", o.output)
	case o.out != "" && o.format != "html":
		return usagef("--out is where the page of --format html is written; --report json=%s writes a report", o.out)
	case o.alerts != "" && len(args)+len(o.annotations) > 0:
		return usagef("--alerts takes the alerts from the file: leave out labels and --annotation")
	case o.alerts == "" && len(args) == 0:
		return usagef("notify preview needs the name of an alert, labels, or --alerts")
	case o.alerts == "-" && o.config == "-":
		return usagef("--alerts - and --config -: there is one standard input")
	}
	return nil
}

func (o *notifyPreviewOptions) run(ctx context.Context, args []string) error {
	defer o.hurry()()
	if err := o.check(args); err != nil {
		return err
	}
	arguments, err := parseAlert(args)
	if err != nil {
		return err
	}
	at := time.Now().UTC().Truncate(time.Second)
	if o.at != "" {
		if at, err = parseTime("at", o.at); err != nil {
			return err
		}
	}
	var file alertsFile
	p, all, err := o.load(ctx, o.global)
	if err != nil {
		return err
	}
	if o.alerts != "" {
		found, diags, err := o.readAlertsFile(o.alerts)
		if err != nil {
			return err
		}
		file = found
		p.Diags = append(p.Diags, diags...)
	}
	if len(all) > 0 {
		if err := o.known(all, arguments); err != nil {
			return err
		}
	}
	r := newReport("notify preview", p)
	if !p.Diags.HasErrors() {
		for _, one := range all {
			previews, err := o.previews(ctx, p, one, arguments, file, at)
			if err != nil {
				return err
			}
			r.Previews = append(r.Previews, previews...)
		}
		r.Diagnostics = view.Findings(p.Diags)
	}
	return o.conclude(r, p, file)
}

func (o *notifyPreviewOptions) known(all []envRouting, arguments alertArguments) error {
	if o.receiver != "" {
		if err := knownReceiver(all, o.receiver); err != nil {
			return err
		}
	}
	return arguments.check(all)
}

func (o *notifyPreviewOptions) conclude(r view.Report, p *pipeline.Pass, file alertsFile) error {
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	if o.integration != "" && code == exitOK {
		var err error
		if r.Previews, err = o.keepIntegration(r.Previews); err != nil {
			return err
		}
	}
	if o.format == "html" && code == exitOK {
		return o.page(r.Previews)
	}
	return o.finishWith(r, p, code, file.name, file.content)
}

// keepIntegration leaves out the messages of other integrations.
func (o *notifyPreviewOptions) keepIntegration(previews []view.Preview) ([]view.Preview, error) {
	var names []string
	var kept []view.Preview
	for _, p := range previews {
		for _, m := range p.Messages {
			names = append(names, m.Integration)
		}
		p.Messages = slices.DeleteFunc(p.Messages, func(m view.Message) bool { return m.Integration != o.integration })
		if len(p.Messages) > 0 {
			kept = append(kept, p)
		}
	}
	if len(kept) > 0 {
		return kept, nil
	}
	slices.Sort(names)
	e := &usageError{err: fmt.Errorf("no integration %q is notified", o.integration), hint: "there are: " + strings.Join(slices.Compact(names), ", ")}
	if len(names) == 0 {
		e.hint = "the receiver has none that takes the alert"
	}
	return nil, e
}

// page prints the HTML of the first e-mail.
func (o *notifyPreviewOptions) page(previews []view.Preview) error {
	for _, p := range previews {
		for _, m := range p.Messages {
			for _, f := range m.Fields {
				if f.Name == "html" && strings.HasPrefix(m.Integration, "email/") {
					return o.deliver([]byte(f.Value), o.out, false)
				}
			}
		}
	}
	return &hinted{errors.New("there is no e-mail with HTML among the messages"), "--receiver names a receiver with email_configs"}
}

// previews renders the alerts for the receivers of one environment.
func (o *notifyPreviewOptions) previews(ctx context.Context, p *pipeline.Pass, r envRouting, arguments alertArguments, file alertsFile, at time.Time) ([]view.Preview, error) {
	m, err := o.messenger(o.global, r, o.externalURL)
	if err != nil {
		return nil, err
	}
	var out []view.Preview
	if o.alerts != "" {
		var alerts []simulate.Alert
		for _, a := range file.alerts {
			alerts = append(alerts, simulate.Alert{Labels: a.labels, Annotations: a.annotations, StartsAt: at})
		}
		more, err := o.preview(m, alerts, m.routes(alerts[0].Labels, o.receiver), at)
		if err != nil {
			return nil, err
		}
		out = more
	}
	for _, a := range arguments.findFor(r, o.alerts == "") {
		alert, err := r.example(ctx, a, o.value, at)
		if err != nil {
			return nil, err
		}
		for _, text := range o.annotations {
			name, value, _ := strings.Cut(text, "=")
			alert.Annotations[name] = value
		}
		var routes []*routing.Route
		for _, e := range r.config.Tree.Reach(a.Label) {
			routes = append(routes, e.Route)
		}
		if o.receiver != "" {
			routes = m.routes(alert.Labels, o.receiver)
		}
		more, err := o.preview(m, []simulate.Alert{alert}, routes, at)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	m.settle(p)
	return out, nil
}

// findFor is find, or nothing.
func (a alertArguments) findFor(r envRouting, wanted bool) []paging.Alert {
	if !wanted {
		return nil
	}
	return a.find(r)
}

// routes are those that an alert ends in and that notify a receiver. If none
// does, the root stands in with that receiver.
func (m *messenger) routes(labels map[string]string, receiver string) []*routing.Route {
	routes := m.routing.config.Tree.Match(labels)
	if receiver == "" {
		return routes
	}
	routes = slices.DeleteFunc(routes, func(r *routing.Route) bool { return r.Receiver != receiver })
	if len(routes) == 0 && slices.Contains(m.routing.config.Receivers(), receiver) {
		root := *m.routing.config.Tree.Root()
		root.Receiver = receiver
		routes = append(routes, &root)
	}
	return routes
}

// preview renders alerts for the receivers of routes.
func (o *notifyPreviewOptions) preview(m *messenger, alerts []simulate.Alert, routes []*routing.Route, at time.Time) ([]view.Preview, error) {
	var notified []simulate.NotifiedAlert
	for _, a := range alerts {
		n := simulate.NotifiedAlert{Alert: a, Status: simulate.Firing}
		if o.status == "resolved" {
			n.Status, n.StartsAt, n.EndsAt = simulate.Resolved, at.Add(-10*time.Minute), at
		}
		notified = append(notified, n)
	}
	var out []view.Preview
	for _, route := range routes {
		n := m.first(route, notified, at)
		messages, err := m.messages(n)
		if err != nil {
			return nil, err
		}
		p := view.Preview{Environment: m.routing.env, Receiver: route.Receiver, Status: o.status, GroupLabels: n.GroupLabels, Messages: append([]view.Message{}, messages...)}
		for _, a := range notified {
			p.Alerts = append(p.Alerts, view.PreviewAlert{Labels: a.Labels, Annotations: a.Annotations, Status: string(a.Status)})
		}
		if !slices.ContainsFunc(out, func(o view.Preview) bool { return o.Receiver == p.Receiver }) {
			out = append(out, p)
		}
	}
	return out, nil
}
