package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/view"
)

// graphOptions are those of the verb graph.
type graphOptions struct {
	*global
	project  projectFlags
	names    []string
	from, to []string
	kinds    []string
	depth    int
	format   string
}

func newGraph(g *global) *cobra.Command {
	o := &graphOptions{global: g}
	cmd := &cobra.Command{
		Use:   "graph [NAME...]",
		Short: "Show what hangs on what: metric, rule, route, receiver, dashboard",
		Long: `Graph renders the project and shows how things depend on each other: from the
metrics by way of recording rules to alerts, routes and receivers, and to the
panels of dashboards. With names, it shows what those need and what needs them;
with --from, what needs them; with --to, what they need; with both, the ways
from the one to the other.

A name is that of a metric, a rule, a receiver, a panel, a dashboard's title or
uid, or an ID as -o json has it, such as alert/HostDown; * stands for any text.

Where it depends on data whether something is so, such as which route an alert
takes whose team label comes out of its query, it is marked as possible.`,
		Example: `  monctl graph HostDown
  monctl graph --from node_cpu_seconds_total --kind alert,receiver
  monctl graph --to pager --depth 2
  monctl graph --format dot | dot -Tsvg > graph.svg`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.names = args
			return o.run(cmd.Context())
		},
		ValidArgsFunction: o.project.completeNames(g),
	}
	o.project.add(g, cmd, "`names` of the environments, comma-separated (default all)")
	cmd.Flags().StringSliceVar(&o.from, "from", nil, "show what needs these `names`")
	cmd.Flags().StringSliceVar(&o.to, "to", nil, "show what these `names` need")
	cmd.Flags().StringSliceVar(&o.kinds, "kind", nil, "leave out all but these `kinds`: "+strings.Join(kindNames(), ", "))
	cmd.Flags().IntVar(&o.depth, "depth", 0, "follow no more than this `number` of edges (default all)")
	cmd.Flags().StringVar(&o.format, "format", "text", "draw as text, dot (Graphviz) or mermaid")
	for _, flag := range []string{"from", "to"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, o.project.completeNames(g)) // it fails for flags that are not there
	}
	complete(cmd, "kind", kindNames)
	complete(cmd, "format", func() []string { return append([]string{"text"}, view.GraphFormats()...) })
	return cmd
}

func kindNames() []string {
	var names []string
	for _, k := range depgraph.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func (o *graphOptions) check() error {
	for _, k := range o.kinds {
		if !slices.Contains(kindNames(), k) {
			e := &usageError{err: fmt.Errorf("--kind: there is no kind %q", k), hint: diag.DidYouMean(k, kindNames())}
			if e.hint == "" {
				e.hint = "there are: " + strings.Join(kindNames(), ", ")
			}
			return e
		}
	}
	switch {
	case o.format != "text" && !slices.Contains(view.GraphFormats(), o.format):
		return usagef("--format: unknown format %q: want text, %s", o.format, strings.Join(view.GraphFormats(), " or "))
	case o.format != "text" && o.output != "text":
		return usagef("--format %s and -o %s: choose one of them", o.format, o.output)
	case o.depth < 0:
		return usagef("--depth must not be negative")
	case len(o.names) > 0 && len(o.from)+len(o.to) > 0:
		return usagef("give names as arguments or with --from and --to, not both")
	}
	return nil
}

func (o *graphOptions) run(ctx context.Context) error {
	defer o.hurry()()
	if err := o.check(); err != nil {
		return err
	}
	p, graphs, err := o.project.graphs(ctx, o.global)
	if err != nil {
		return err
	}
	if !p.Diags.HasErrors() {
		if err := known(graphs, slices.Concat(o.names, o.from, o.to)); err != nil {
			return err
		}
	}
	r := newReport("graph", p)
	for _, g := range graphs {
		r.Graphs = append(r.Graphs, o.part(g))
	}
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	if o.format != "text" && code == exitOK {
		if err := view.WriteGraphs(o.sys.Stdout, o.format, r.Graphs); err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return nil
	}
	return o.finish(r, p, code)
}

// envGraph is the graph of one environment.
type envGraph struct {
	env string
	*depgraph.Graph
}

// graphs renders the project and makes the graph of every environment.
func (f *projectFlags) graphs(ctx context.Context, g *global) (*pipeline.Pass, []envGraph, error) {
	opts, err := f.options(g)
	if err != nil {
		return nil, nil, err
	}
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, nil, err
	}
	if err := p.Render(ctx); err != nil {
		return nil, nil, err
	}
	var graphs []envGraph
	for _, out := range p.Outputs {
		graph, err := p.Graph(ctx, out)
		if err != nil {
			return nil, nil, err
		}
		graphs = append(graphs, envGraph{out.Env.Name, graph})
	}
	return p, graphs, nil
}

// known refuses names that no environment has.
func known(graphs []envGraph, names []string) error {
	for _, name := range names {
		if slices.ContainsFunc(graphs, func(g envGraph) bool { return len(g.Find(name)) > 0 }) {
			continue
		}
		var all []string
		for _, g := range graphs {
			all = append(all, g.NodeNames()...)
		}
		slices.Sort(all)
		return &usageError{
			err:  fmt.Errorf("no metric, rule, route, receiver or dashboard is called %q", name),
			hint: diag.DidYouMean(name, slices.Compact(all)),
		}
	}
	return nil
}

// part cuts out of a graph what was asked for.
func (o *graphOptions) part(g envGraph) view.Graph {
	within, start := o.within(g)
	keep := func(n *depgraph.Node) bool { return len(o.kinds) == 0 || slices.Contains(o.kinds, string(n.Kind)) }
	p := g.Part(within, func(n *depgraph.Node) bool { return keep(n) || slices.Contains(start, n) })
	out := view.Graph{Environment: g.env, Nodes: []view.GraphNode{}, Edges: []view.GraphEdge{}}
	for _, n := range start {
		out.Start = append(out.Start, n.ID)
	}
	for _, n := range p.Nodes {
		out.Nodes = append(out.Nodes, graphNode(n))
	}
	for _, e := range p.Edges {
		out.Edges = append(out.Edges, view.GraphEdge{From: e.From.ID, To: e.To.ID, Relation: string(e.Relation), Certain: e.Certain})
	}
	return out
}

// within returns which nodes are near enough, and those that were asked for.
func (o *graphOptions) within(g envGraph) (within func(*depgraph.Node) bool, start []*depgraph.Node) {
	from, to := findAll(g, o.from), findAll(g, o.to)
	switch {
	case len(o.names) > 0:
		start = findAll(g, o.names)
		near := reached(g, start, depgraph.Downstream, o.depth)
		for n := range reached(g, start, depgraph.Upstream, o.depth) {
			near[n] = true
		}
		return func(n *depgraph.Node) bool { return near[n] }, start
	case len(o.from)+len(o.to) == 0:
		return func(*depgraph.Node) bool { return true }, nil
	}
	down, up := reached(g, from, depgraph.Downstream, o.depth), reached(g, to, depgraph.Upstream, o.depth)
	within = func(n *depgraph.Node) bool {
		return (len(o.from) == 0 || down[n]) && (len(o.to) == 0 || up[n])
	}
	for _, n := range append(from, to...) {
		if within(n) {
			start = append(start, n)
		}
	}
	if len(o.to) > 0 && len(o.from) > 0 {
		start = slices.DeleteFunc(start, func(n *depgraph.Node) bool { return !slices.Contains(from, n) })
	}
	return within, start
}

func findAll(g envGraph, names []string) []*depgraph.Node {
	var out []*depgraph.Node
	for _, name := range names {
		for _, n := range g.Find(name) {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

func reached(g envGraph, from []*depgraph.Node, d depgraph.Direction, depth int) map[*depgraph.Node]bool {
	out := map[*depgraph.Node]bool{}
	for _, s := range g.Walk(from, d, depth) {
		out[s.Node] = true
	}
	return out
}

func graphNode(n *depgraph.Node) view.GraphNode {
	out := view.GraphNode{ID: n.ID, Kind: string(n.Kind), Name: n.Name, Detail: n.Detail, Context: n.Foreign()}
	for _, p := range n.Places {
		out.Places = append(out.Places, view.Place{Object: p.Object.Ref.String(), Pointer: p.Pointer, Span: p.Span()})
	}
	return out
}
