package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/paging"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/view"
)

func newRoutes(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "routes",
		Short: "Show and test who is told about which alert",
		Long: `Routes works on the routing of alerts: Alertmanager's tree of routes with its
receivers, timers, time intervals and inhibition rules, and the alerts that the
project's rules send into it.

It takes the configuration that the project renders to, in every environment,
or the one of --config, for which no project is needed.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRoutesTree(g), newRoutesExplain(g), newRoutesTest(g), newRoutesDiff(g), newRoutesSimulate(g))
	return cmd
}

// routeFlags say whose routing a command is about.
type routeFlags struct {
	project projectFlags
	config  string
	// overrides are template files in the place of those of the same names.
	overrides []string
}

func (f *routeFlags) add(g *global, cmd *cobra.Command) {
	f.project.add(g, cmd, "`names` of the environments, comma-separated (default all)")
	cmd.Flags().StringVar(&f.config, "config", "", "take the Alertmanager configuration of this `file`, - for standard input, in the place of the project's")
}

// envRouting is the routing of one environment.
type envRouting struct {
	env    string
	output *render.Output
	bundle *bundle.Bundle // that holds the configuration
	config *paging.Config
	// alerts are those of the rules, the context's included.
	alerts []paging.Alert
}

// load renders what the flags name. Where something is wrong with it, the pass
// has the findings, and there is no routing.
func (f *routeFlags) load(ctx context.Context, g *global) (*pipeline.Pass, []envRouting, error) {
	opts, err := f.project.options(g)
	if err != nil {
		return nil, nil, err
	}
	if opts, err = f.file(g, opts, f.config); err != nil {
		return nil, nil, err
	}
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, nil, err
	}
	if err := p.Render(ctx); err != nil {
		return nil, nil, err
	}
	if f.config != "" && len(f.project.envs) == 0 {
		p.Outputs = p.Outputs[:min(1, len(p.Outputs))] // a file is the same in all of them
	}
	all, err := readRouting(ctx, p)
	if err != nil || p.Diags.HasErrors() {
		return p, nil, err
	}
	if len(all) == 0 {
		e := &hinted{fmt.Errorf("the project has no Alertmanager configuration"), "--config names a file with one"}
		if f.config != "" {
			e = &hinted{fmt.Errorf("%s holds no Alertmanager configuration", f.config), "such a file has route and receivers"}
		}
		return p, nil, e
	}
	return p, all, nil
}

// file has a pass work on a file, if one is named.
func (f *routeFlags) file(g *global, opts pipeline.Options, name string) (pipeline.Options, error) {
	if name == "" {
		return opts, nil
	}
	files := fileFlags{verb: "routes", kind: string(project.AlertmanagerSource)}
	opts, err := files.files(g, opts, []string{name})
	opts.Judge = true
	return opts, err
}

// readRouting reads the routing of what a pass has rendered: the environment's
// own configuration or, where it has none, that of the context.
func readRouting(ctx context.Context, p *pipeline.Pass) ([]envRouting, error) {
	var all []envRouting
	for _, out := range p.Outputs {
		graph, err := p.Graph(ctx, out)
		if err != nil {
			return nil, err
		}
		for _, b := range append([]*bundle.Bundle{out.Bundle}, p.Context[out.Env.Name]...) {
			o, ok := b.Get(bundle.Ref{Kind: bundle.Alertmanager})
			if !ok {
				continue
			}
			found, err := routing.Judge(ctx, o, b.OfKind(bundle.Template))
			if err != nil {
				return nil, err
			}
			found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
			p.Diags = append(p.Diags, found.Sort().WithEnv(out.Env.Name)...)
			config, err := paging.Read(o)
			if err != nil {
				break // the findings say why
			}
			all = append(all, envRouting{env: out.Env.Name, output: out, bundle: b, config: config, alerts: paging.Alerts(graph)})
			break
		}
	}
	return all, nil
}

// conclude prints a report about routing.
func (g *global) concludeRoutes(r view.Report, p *pipeline.Pass) error {
	code := exitOK
	if g.failed(p) {
		code = exitFindings
	}
	return g.finish(r, p, code)
}

// alertArguments are arguments that say what alert is meant.
type alertArguments struct {
	// name is that of an alert of the bundle, "" if only labels are given.
	name   string
	labels map[string]string
}

// parseAlert reads NAME, or NAME label=value..., or label=value....
func parseAlert(args []string) (alertArguments, error) {
	a := alertArguments{labels: map[string]string{}}
	for i, arg := range args {
		if i == 0 && !strings.ContainsAny(arg, "=!~{}") && arg != "" {
			a.name = arg
			continue
		}
		name, value, err := routing.ParseLabel(arg)
		if err != nil {
			return a, &usageError{err: err, hint: `write labels as name=value, and in quotes what is not plain: 'name="a value"'`}
		}
		if _, twice := a.labels[name]; twice {
			return a, usagef("label %s is given twice", name)
		}
		a.labels[name] = value
	}
	if a.name != "" && a.labels[model.AlertNameLabel] != "" {
		return a, usagef("the alert is called %s and %s", a.name, a.labels[model.AlertNameLabel])
	}
	return a, nil
}

// find returns the alerts of an environment that are meant: one for each rule
// of the name that can make such labels, or the label set itself.
func (a alertArguments) find(r envRouting) []paging.Alert {
	if a.name == "" {
		return []paging.Alert{paging.Whole(a.labels)}
	}
	var out []paging.Alert
	seen := map[string]bool{}
	names := r.config.Asked()
	for _, alert := range r.alerts {
		if alert.Name != a.name || !fits(alert, a.labels) {
			continue
		}
		one := alert.With(a.labels)
		if text := one.Text(names); !seen[text] {
			seen[text] = true
			out = append(out, one)
		}
	}
	return out
}

// fits reports whether a rule can make alerts with some labels.
func fits(alert paging.Alert, labels map[string]string) bool {
	for name, value := range labels {
		if is, known := alert.Label(name); known && is != "" && is != value {
			return false
		}
	}
	return true
}

// check refuses the name of an alert that no environment has.
func (a alertArguments) check(all []envRouting) error {
	if a.name == "" {
		return nil
	}
	var names []string
	for _, r := range all {
		if len(a.find(r)) > 0 {
			return nil
		}
		for _, alert := range r.alerts {
			names = append(names, alert.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if slices.Contains(names, a.name) {
		return &usageError{err: fmt.Errorf("no rule makes alerts %s with these labels", a.name), hint: "give them all as labels: alertname=" + a.name}
	}
	e := &usageError{err: fmt.Errorf("no rule makes alerts that are called %q", a.name), hint: diag.DidYouMean(a.name, names)}
	if e.hint == "" {
		e.hint = "give labels for an alert that no rule makes: alertname=" + a.name
	}
	return e
}

// routePlace is a place in the configuration.
func (r envRouting) place(pointer string) view.Place {
	return view.Place{Object: r.config.Object.Ref.String(), Pointer: pointer, Span: r.config.Object.Origin.At(pointer)}
}

// rulePlace is the place of an alert's rule, or of the test that names it.
func rulePlace(a paging.Alert) view.Place {
	p := view.Place{Span: a.Span()}
	if a.Rule != nil && a.Source == "" {
		p.Object, p.Pointer = a.Rule.Object.Ref.String(), a.Rule.Pointer
	}
	return p
}

// routeOptions are what a route says, inherited values filled in.
func routeOptions(r *routing.Route) view.RouteOptions {
	o := view.RouteOptions{
		Receiver: r.Receiver, GroupBy: append([]string{}, r.GroupBy...),
		GroupWait: model.Duration(r.GroupWait).String(), GroupInterval: model.Duration(r.GroupInterval).String(),
		RepeatInterval:    model.Duration(r.RepeatInterval).String(),
		MuteTimeIntervals: r.MuteTimeIntervals, ActiveTimeIntervals: r.ActiveTimeIntervals, Labels: r.Labels,
	}
	if r.GroupByAll {
		o.GroupBy = []string{"..."}
	}
	return o
}

// completeAlerts offers the names of alerts, and the labels and values that
// matchers name.
func (f *routeFlags) completeAlerts(g *global) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		_, all, err := f.load(cmd.Context(), g)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		for _, r := range all {
			if len(args) == 0 {
				for _, a := range r.alerts {
					out = append(out, a.Name)
				}
			}
			for _, l := range r.config.Labels() {
				out = append(out, l.Name+"="+l.Value)
			}
		}
		slices.Sort(out)
		return slices.Compact(out), cobra.ShellCompDirectiveNoFileComp
	}
}

// receiverNames are those of the configuration, for completions.
func (f *routeFlags) receiverNames(ctx context.Context, g *global) []string {
	_, all, err := f.load(ctx, g)
	if err != nil {
		return nil
	}
	var out []string
	for _, r := range all {
		out = append(out, r.config.Receivers()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// knownReceiver refuses a receiver that no environment has.
func knownReceiver(all []envRouting, name string) error {
	var names []string
	for _, r := range all {
		names = append(names, r.config.Receivers()...)
	}
	if slices.Contains(names, name) {
		return nil
	}
	slices.Sort(names)
	names = slices.Compact(names)
	e := &usageError{err: fmt.Errorf("there is no receiver %q", name), hint: diag.DidYouMean(name, names)}
	if e.hint == "" {
		e.hint = "there are: " + strings.Join(names, ", ")
	}
	return e
}
