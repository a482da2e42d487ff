package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
	"github.com/monctl/monctl/pkg/view"
)

// routesSimulateOptions are those of routes simulate.
type routesSimulateOptions struct {
	*global
	routeFlags
	until    string
	messages bool
}

func newRoutesSimulate(g *global) *cobra.Command {
	o := &routesSimulateOptions{global: g}
	cmd := &cobra.Command{
		Use:   "simulate FILE",
		Short: "Play a timeline of alerts, and show who would be notified when",
		Long: `Simulate plays a timeline of alerts and silences through the routing at virtual
time: grouping, timers, inhibition, silences, time intervals, resolved
notifications. It prints every notification, and what kept alerts silent that
nobody was told about. The file is YAML or JSON, - is standard input:

    start_timestamp: 2026-01-03T02:50:00Z   # default 1970-01-01T00:00:00Z
    until: 2h                               # default: what the timers need
    alerts:
    - labels: {alertname: HostDown, severity: critical, instance: a}
      annotations: {summary: a is down}
      from: 0m                              # after the start
      until: 30m                            # it fires to the end without it
    silences:
    - {matchers: ['team="x"'], from: 0m, until: 1h, comment: planned}

Labels are those that Alertmanager receives. An alert that fires twice has two
entries.`,
		Example: `  monctl routes simulate outage.yaml
  monctl routes simulate outage.yaml --messages --env tokyo
  monctl routes simulate --config alertmanager.yml outage.yaml -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("routes simulate needs one file with a timeline, got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	o.routeFlags.add(g, cmd)
	cmd.Flags().StringVar(&o.until, "until", "", "play for this `duration` (default what the file says)")
	cmd.Flags().BoolVar(&o.messages, "messages", false, "render the messages of every notification")
	return cmd
}

func (o *routesSimulateOptions) run(ctx context.Context, name string) error {
	defer o.hurry()()
	if name == "-" && o.config == "-" {
		return usagef("- and --config -: there is one standard input")
	}
	until := time.Duration(0)
	if o.until != "" {
		d, err := model.ParseDuration(o.until)
		if err != nil {
			return usagef("--until %q is no duration: write it as 90s, 5m or 1h30m", o.until)
		}
		until = time.Duration(d)
	}
	file, diags, err := o.readAlertsFile(name)
	if err != nil {
		return err
	}
	p, all, err := o.load(ctx, o.global)
	if err != nil {
		return err
	}
	p.Diags = append(p.Diags, diags...)
	r := newReport("routes simulate", p)
	if !p.Diags.HasErrors() {
		if until > 0 {
			file.until = until
		}
		for _, one := range all {
			t, err := o.play(ctx, p, one, file)
			if err != nil {
				return err
			}
			r.Timelines = append(r.Timelines, t)
		}
		r.Diagnostics = view.Findings(p.Diags)
	}
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	return o.finishWith(r, p, code, file.name, file.content)
}

// horizon is how long is played where nobody says it: until the last alert has
// begun or ended, and every timer of the tree has run out once more.
func (f alertsFile) horizon(r envRouting) time.Duration {
	if f.until > 0 {
		return f.until
	}
	var last, timers time.Duration
	for _, a := range f.alerts {
		last = max(last, a.from)
		if a.until != nil {
			last = max(last, *a.until)
		}
	}
	for _, route := range r.config.Tree.Routes() {
		timers = max(timers, route.GroupWait+route.GroupInterval)
	}
	return last + timers
}

func (o *routesSimulateOptions) play(ctx context.Context, p *pipeline.Pass, r envRouting, file alertsFile) (view.Timeline, error) {
	cfg, err := routing.LoadConfig(r.config.Object.Body.Bytes())
	if err != nil {
		return view.Timeline{}, err // cannot be: it has been read before
	}
	until := file.horizon(r)
	options := simulate.Options{Config: cfg, Start: file.start, Until: file.start.Add(until), Silences: file.silences}
	for _, a := range file.alerts {
		options.Deliveries = append(options.Deliveries, a.deliveries(file.start)...)
	}
	played, err := simulate.Run(ctx, options)
	if err != nil {
		return view.Timeline{}, fmt.Errorf("simulate: %w", err)
	}
	out := view.Timeline{
		Environment: r.env, Start: file.start.Format(time.RFC3339), Until: model.Duration(until).String(),
		Notifications: []view.TimedNotification{}, Alerts: len(file.alerts),
	}
	m, err := o.messenger(o.global, r, defaultExternalURL)
	if err != nil {
		return out, err
	}
	told := map[string]bool{}
	for _, n := range played.Notifications {
		one, err := o.notification(m, n, file.start)
		if err != nil {
			return out, err
		}
		for _, a := range n.Alerts {
			told[fmt.Sprint(a.Labels)] = true
		}
		out.Notifications = append(out.Notifications, one)
	}
	out.Silent = file.silent(played, r, told, until)
	m.settle(p)
	return out, nil
}

// deliveries are how Alertmanager gets to know of the alert.
func (a timedAlert) deliveries(start time.Time) []simulate.Delivery {
	from := start.Add(a.from)
	alert := simulate.Alert{Labels: a.labels, Annotations: a.annotations, StartsAt: from}
	out := []simulate.Delivery{{At: from, Alert: alert, Held: true}}
	if a.until != nil {
		alert.EndsAt = start.Add(*a.until)
		out = append(out, simulate.Delivery{At: alert.EndsAt, Alert: alert})
	}
	return out
}

func (o *routesSimulateOptions) notification(m *messenger, n simulate.Notification, start time.Time) (view.TimedNotification, error) {
	out := view.TimedNotification{
		At: n.At.Format(time.RFC3339), After: after(n.At, start), Receiver: n.Receiver, Route: routing.Dotted(n.Route.Pointer),
		Status: string(n.Status), Reason: string(n.Reason), GroupLabels: n.GroupLabels, GroupKey: n.GroupKey, Integrations: []string{},
	}
	for _, a := range n.Alerts {
		out.Alerts = append(out.Alerts, view.PreviewAlert{Labels: a.Labels, Annotations: a.Annotations, Status: string(a.Status)})
	}
	for _, i := range n.Integrations {
		out.Integrations = append(out.Integrations, i.String())
	}
	var err error
	if o.messages {
		out.Messages, err = m.messages(n)
	}
	return out, err
}

// after is the time since the start, as durations are written.
func after(at, start time.Time) string { return model.Duration(at.Sub(start)).String() }

// silent are the alerts that nobody was told about, each with what would keep
// it silent at the first flush of its group.
func (f alertsFile) silent(played *simulate.Timeline, r envRouting, told map[string]bool, until time.Duration) []view.SilentAlert {
	var out []view.SilentAlert
	for _, a := range f.alerts {
		if a.from > until || told[fmt.Sprint(a.labels)] || slices.ContainsFunc(out, func(s view.SilentAlert) bool { return fmt.Sprint(s.Labels) == fmt.Sprint(a.labels) }) {
			continue
		}
		s := view.SilentAlert{Labels: a.labels, Receivers: []view.SilentReceiver{}}
		for _, route := range r.config.Tree.Match(a.labels) {
			at := f.start.Add(a.from + route.GroupWait)
			one := view.SilentReceiver{Receiver: route.Receiver, At: at.Format(time.RFC3339), After: after(at, f.start)}
			switch {
			case a.until != nil && f.start.Add(*a.until).Before(at):
				one.Why = "ended"
			case at.After(f.start.Add(until)):
				one.Why = "late"
			default:
				one.Why = "suppressed"
			}
			for _, by := range played.Suppressed(a.labels, route.Receiver, at) {
				one.By = append(one.By, suppressor(by))
			}
			s.Receivers = append(s.Receivers, one)
		}
		out = append(out, s)
	}
	return out
}

func suppressor(by simulate.By) view.Suppressor {
	out := view.Suppressor{Kind: string(by.Kind), Name: by.Name, Source: by.Source, Outside: by.Active}
	if by.Pointer != "" {
		out.ID = routing.Dotted(by.Pointer)
	}
	return out
}
