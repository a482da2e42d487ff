package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/paging"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
	"github.com/monctl/monctl/pkg/view"
)

// routesExplainOptions are those of routes explain.
type routesExplainOptions struct {
	*global
	routeFlags
	at string
}

func newRoutesExplain(g *global) *cobra.Command {
	o := &routesExplainOptions{global: g}
	cmd := &cobra.Command{
		Use:   "explain ALERTNAME | LABEL=VALUE...",
		Short: "Explain which way an alert takes, and why",
		Long: `Explain follows an alert through the routing tree: every route that is tried,
every matcher with what it makes of the alert, the routes that the alert ends in
with their timers, time intervals and the heart of the messages, and the
inhibition rules that can mute it. monctl notify preview shows whole messages.

With labels, these are all that the alert has, as Alertmanager receives it. With
the name of an alert of the project, its labels are those that the rule gives
it; what comes out of its query is not known unless a label after the name says
it, and what depends on that is marked as possible.`,
		Example: `  monctl routes explain alertname=HostDown severity=critical
  monctl routes explain HostDown
  monctl routes explain HostDown team=db --at 2026-01-03T02:50:00+09:00
  monctl routes explain --config alertmanager.yml team=db`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("routes explain needs the name of an alert, or labels")
			}
			return nil
		},
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: o.completeAlerts(g),
	}
	o.routeFlags.add(g, cmd)
	cmd.Flags().StringVar(&o.at, "at", "", "tell what time intervals do at this `time` (default now)")
	return cmd
}

func (o *routesExplainOptions) run(ctx context.Context, args []string) error {
	defer o.hurry()()
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
	p, all, err := o.load(ctx, o.global)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		if err := arguments.check(all); err != nil {
			return err
		}
	}
	r := newReport("routes explain", p)
	for _, one := range all {
		m, err := o.messenger(o.global, one, defaultExternalURL)
		if err != nil {
			return err
		}
		for _, a := range arguments.find(one) {
			trace := one.trace(a, at)
			if err := m.addMessages(ctx, &trace, a, at); err != nil {
				return err
			}
			r.RouteTraces = append(r.RouteTraces, trace)
		}
		m.settle(p)
	}
	r.Diagnostics = view.Findings(p.Diags)
	return o.concludeRoutes(r, p)
}

// addMessages renders what the receivers of an alert get.
func (m *messenger) addMessages(ctx context.Context, to *view.RouteTrace, a paging.Alert, at time.Time) error {
	alert, err := m.routing.example(ctx, a, 1, at)
	if err != nil {
		return err
	}
	for i, e := range m.routing.config.Tree.Reach(a.Label) {
		n := m.first(e.Route, []simulate.NotifiedAlert{{Alert: alert, Status: simulate.Firing}}, at)
		if to.Ends[i].Messages, err = m.messages(n); err != nil {
			return err
		}
	}
	return nil
}

// trace follows an alert through the tree.
func (r envRouting) trace(a paging.Alert, at time.Time) view.RouteTrace {
	names := r.config.Asked()
	out := view.RouteTrace{Environment: r.env, Alert: a.Text(names), Labels: map[string]string{}, At: at.Format(time.RFC3339), Steps: []view.RouteStep{}, Ends: []view.RouteEnd{}}
	if out.Alert == "" {
		out.Alert = "{}"
	}
	for _, name := range append(names, slices.Sorted(maps.Keys(a.Given))...) {
		switch value, known := a.Label(name); {
		case !known && !slices.Contains(out.Unknown, name):
			out.Unknown = append(out.Unknown, name)
		case value != "":
			out.Labels[name] = value
		}
	}
	if a.Rule != nil {
		place := rulePlace(a)
		out.Place = &place
		if by, certain := a.Rule.Dropped(); by != promconf.Kept {
			out.DroppedBy, out.MaybeDropped = fmt.Sprintf("alert_relabel_configs[%d]", by), !certain
		}
	}
	for _, s := range r.config.Tree.Trace(a.Label) {
		out.Steps = append(out.Steps, routeStep(s, r.place(s.Route.Pointer)))
	}
	for _, e := range r.config.Tree.Reach(a.Label) {
		out.Ends = append(out.Ends, r.end(a, e, at))
	}
	for _, i := range r.config.Inhibitors(a, r.alerts) {
		out.Inhibitions = append(out.Inhibitions, r.inhibitedBy(i, names))
	}
	return out
}

// routeStep converts a route on the way of an alert.
func routeStep(s routing.Step, place view.Place) view.RouteStep {
	out := view.RouteStep{
		ID: routing.Dotted(s.Route.Pointer), Continue: s.Route.Continue, Receiver: s.Route.Receiver,
		Result: result(s.Taken), Matchers: []view.MatcherResult{}, Place: place,
	}
	if s.Route.Parent != nil {
		out.Parent = routing.Dotted(s.Route.Parent.Pointer)
	}
	if s.Before != nil {
		out.Result, out.Before = "skipped", routing.Dotted(s.Before.Pointer)
	}
	switch s.Ends {
	case routing.Certain:
		out.Ends = "certain"
	case routing.Possible:
		out.Ends = "possible"
	case routing.Never:
	}
	for _, t := range s.Tests {
		m := view.MatcherResult{Matcher: t.Matcher.String(), Result: result(t.Passes)}
		if t.Known {
			m.Value = &t.Value
		}
		out.Matchers = append(out.Matchers, m)
		if t.Passes == routing.Never {
			break
		}
	}
	return out
}

func result(c routing.Certainty) string {
	switch c {
	case routing.Certain:
		return "matches"
	case routing.Possible:
		return "possible"
	default:
		return "fails"
	}
}

func (r envRouting) end(a paging.Alert, e routing.Reached, at time.Time) view.RouteEnd {
	out := view.RouteEnd{
		ID: routing.Dotted(e.Route.Pointer), Certain: e.Certainty == routing.Certain, RouteOptions: routeOptions(e.Route),
		GroupLabels: map[string]string{}, Place: r.place(e.Route.Pointer),
	}
	by := e.Route.GroupBy
	if e.Route.GroupByAll {
		by = slices.Sorted(maps.Keys(a.Given))
	}
	for _, name := range by {
		if value, known := a.Label(name); known && value != "" {
			out.GroupLabels[name] = value
		}
	}
	intervals, muted := r.config.Calendar.At(e.Route, at)
	out.Muted = muted
	for _, i := range intervals {
		s := view.IntervalState{Name: i.Name, Kind: "mute", Now: i.Now, Local: []string{}}
		if i.Active {
			s.Kind = "active"
		}
		for _, l := range i.Locations {
			s.Local = append(s.Local, at.In(l).Format("Mon 2006-01-02 15:04")+" "+l.String())
		}
		out.Intervals = append(out.Intervals, s)
	}
	return out
}

func (r envRouting) inhibitedBy(i paging.Inhibitor, names []string) view.InhibitedBy {
	out := view.InhibitedBy{
		ID: routing.Dotted(i.Rule.Pointer), Name: i.Rule.Name, Certain: i.Certain, Equal: i.Rule.Equal, Source: []string{},
		Place: r.place(i.Rule.Pointer),
	}
	for _, m := range i.Rule.Source {
		out.Source = append(out.Source, m.String())
	}
	for _, s := range i.By {
		out.By = append(out.By, routedAlert(s.Alert, names, s.Certain))
	}
	return out
}
