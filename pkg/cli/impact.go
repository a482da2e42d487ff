package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/view"
)

// impactOptions are those of the verb impact.
type impactOptions struct {
	*global
	project projectFlags
}

func newImpact(g *global) *cobra.Command {
	o := &impactOptions{global: g}
	cmd := &cobra.Command{
		Use:   "impact NAME...",
		Short: "Show what breaks, and who is paged differently, if a thing changes",
		Long: `Impact renders the project and lists all that hangs on a thing, however far
away: the recording rules, alerts and dashboards that need a metric or a
recording rule, with their places in the sources, and for alerts the receivers
that are told. Of a receiver or a route, it lists the alerts that are sent
there; of a dashboard, what it needs.

Names are those of monctl graph.`,
		Example: `  monctl impact node_cpu_seconds_total
  monctl impact instance:node_cpu:rate5m --env tokyo
  monctl impact pager -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("impact needs the name of a metric, a rule, a route, a receiver or a dashboard")
			}
			return nil
		},
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: o.project.completeNames(g),
	}
	o.project.add(g, cmd, "`names` of the environments, comma-separated (default all)")
	return cmd
}

func (o *impactOptions) run(ctx context.Context, names []string) error {
	defer o.hurry()()
	p, graphs, err := o.project.graphs(ctx, o.global)
	if err != nil {
		return err
	}
	if !p.Diags.HasErrors() {
		if err := known(graphs, names); err != nil {
			return err
		}
	}
	r := newReport("impact", p)
	for _, g := range graphs {
		for _, name := range names {
			if nodes := g.Find(name); len(nodes) > 0 {
				r.Impacts = append(r.Impacts, impactOf(g, name, nodes))
			}
		}
	}
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	return o.finish(r, p, code)
}

// impactOf lists what hangs on some nodes.
func impactOf(g envGraph, name string, nodes []*depgraph.Node) view.Impact {
	out := view.Impact{Environment: g.env, Name: name, Nodes: []view.GraphNode{}, Affected: []view.Affected{}}
	for _, n := range nodes {
		out.Nodes = append(out.Nodes, graphNode(n))
	}
	told := map[*depgraph.Node]bool{}
	steps := affected(g, nodes)
	reached := map[*depgraph.Node]bool{}
	for _, s := range steps {
		reached[s.Node] = true
	}
	for _, s := range steps {
		if s.Depth == 0 || told[s.Node] {
			continue
		}
		told[s.Node] = true
		a := view.Affected{GraphNode: graphNode(s.Node), Depth: s.Depth, Certain: s.Certain}
		if s.Node.Kind == depgraph.Alert {
			a.Receivers = receiversOf(s.Node)
		}
		if s.Node.Kind == depgraph.Dashboard {
			a.Parts = partsOf(s.Node, reached)
		}
		out.Affected = append(out.Affected, a)
	}
	return out
}

// affected walks in the direction that matters: to what needs a thing, but
// from where alerts are sent to the alerts, and from a dashboard to what it
// shows. The routes below one hang on it as well.
func affected(g envGraph, nodes []*depgraph.Node) []depgraph.Step {
	var forward, routing, shown []*depgraph.Node
	for _, n := range nodes {
		switch n.Kind {
		case depgraph.Route, depgraph.Receiver, depgraph.Inhibition:
			routing = append(routing, n)
		case depgraph.Dashboard:
			shown = append(shown, n)
		default:
			forward = append(forward, n)
		}
	}
	out := g.Walk(forward, depgraph.Downstream, 0)
	for _, n := range g.Nodes() {
		if n.Kind == depgraph.Route && slices.ContainsFunc(routing, func(of *depgraph.Node) bool { return isBelow(n, of) }) {
			routing = append(routing, n)
			out = append(out, depgraph.Step{Node: n, Depth: 1, Certain: true})
		}
	}
	kinds := []depgraph.Kind{depgraph.Route, depgraph.Alert}
	for _, s := range g.Walk(routing, depgraph.Upstream, 0) {
		if slices.Contains(kinds, s.Node.Kind) && !throughAnAlert(s, routing) {
			out = append(out, s)
		}
	}
	return append(out, g.Walk(shown, depgraph.Upstream, 0)...)
}

// isBelow reports whether a route is part of another one: without that, no
// alert gets to it.
func isBelow(n, of *depgraph.Node) bool {
	return of.Kind == depgraph.Route && strings.HasPrefix(n.Name, of.Name+".routes[")
}

// throughAnAlert reports whether a step leads on beyond the alerts that are
// sent to a receiver, by way of an alert that reads another one's state.
func throughAnAlert(s depgraph.Step, from []*depgraph.Node) bool {
	if s.Node.Kind != depgraph.Alert {
		return false
	}
	return !slices.ContainsFunc(s.Node.Out, func(e *depgraph.Edge) bool {
		return e.Relation != depgraph.Reads && (slices.Contains(from, e.To) ||
			slices.ContainsFunc(e.To.Out, func(next *depgraph.Edge) bool { return slices.Contains(from, next.To) }))
	})
}

// partsOf names the parts of a dashboard that are affected.
func partsOf(board *depgraph.Node, affected map[*depgraph.Node]bool) []string {
	var out []string
	for _, e := range board.In {
		if affected[e.From] {
			out = append(out, fmt.Sprintf("%s %q", e.From.Kind, e.From.Name))
		}
	}
	return slices.Compact(out)
}

// receiversOf returns who an alert is sent to.
func receiversOf(alert *depgraph.Node) []view.AlertReceiver {
	certain := map[string]bool{}
	var names []string
	for _, route := range alert.Out {
		if route.Relation != depgraph.Takes {
			continue
		}
		for _, to := range route.To.Out {
			if to.Relation != depgraph.Notifies {
				continue
			}
			if !slices.Contains(names, to.To.Name) {
				names = append(names, to.To.Name)
			}
			certain[to.To.Name] = certain[to.To.Name] || route.Certain
		}
	}
	slices.Sort(names)
	var out []view.AlertReceiver
	for _, name := range names {
		out = append(out, view.AlertReceiver{Name: name, Certain: certain[name]})
	}
	return out
}
