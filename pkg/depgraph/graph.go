package depgraph

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Kind says what a node is.
type Kind string

// The kinds of nodes, in the direction of the edges.
const (
	Metric     Kind = "metric"
	Record     Kind = "record"
	Alert      Kind = "alert"
	Route      Kind = "route"
	Receiver   Kind = "receiver"
	Inhibition Kind = "inhibition"
	Panel      Kind = "panel"
	Variable   Kind = "variable"
	Annotation Kind = "annotation"
	Dashboard  Kind = "dashboard"
)

// Kinds returns all kinds, what others hang on first.
func Kinds() []Kind {
	return []Kind{Metric, Record, Alert, Route, Receiver, Inhibition, Panel, Variable, Annotation, Dashboard}
}

// Relation says what an edge means.
type Relation string

// The relations.
const (
	// Reads leads from a metric, a recording rule or the state of an alert to
	// an expression.
	Reads Relation = "reads"
	// Takes leads from an alert to a route that it ends in.
	Takes Relation = "takes"
	// Notifies leads from a route to its receiver.
	Notifies Relation = "notifies"
	// Inhibits and Inhibited lead from an alert to an inhibition rule that it
	// is a source or a target of.
	Inhibits  Relation = "inhibits"
	Inhibited Relation = "inhibited"
	// Shows leads from a panel, a variable or an annotation to its dashboard.
	Shows Relation = "shows"
	// Reaches stands for a way through nodes that are left out.
	Reaches Relation = "reaches"
)

// Place is where something is defined.
type Place struct {
	Object  bundle.Object
	Pointer string
	// Foreign says that it belongs to the context.
	Foreign bool
}

// Span looks up the source of the place, which may take a while.
func (p Place) Span() diag.Span { return p.Object.Origin.At(p.Pointer) }

// Node is one thing that others hang on.
type Node struct {
	// ID is kind/name, with something added where that is not unique.
	ID   string
	Kind Kind
	// Name is that of the metric, the rule, the receiver, the dashboard's or
	// the panel's title; of a route and an inhibition rule without a name, the
	// place in the configuration: "route.routes[0]".
	Name string
	// Detail tells nodes of one name apart: the matchers of a route, the
	// severity of an alert, the dashboard of a panel, the uid of a dashboard.
	Detail string
	// Places are where it is defined; none for a metric that a target exposes.
	Places []Place
	// In and Out are the edges to what it needs and to what needs it.
	In, Out []*Edge
}

// Foreign reports whether only the context defines the node.
func (n *Node) Foreign() bool {
	return len(n.Places) > 0 && !slices.ContainsFunc(n.Places, func(p Place) bool { return !p.Foreign })
}

// Edge leads from what is needed to what needs it.
type Edge struct {
	From, To *Node
	Relation Relation
	// Certain edges are there whatever the data; others are possible.
	Certain bool
}

// Graph is a dependency graph. It is immutable once built.
type Graph struct {
	nodes   []*Node
	rules   []*Rule
	queries []*Query
	makers  map[string][]*Rule
	names   *nameIndex
}

// Nodes returns all nodes, by kind in the order of Kinds, name and detail.
func (g *Graph) Nodes() []*Node { return g.nodes }

// Rules returns the rules whose expressions parse: those of the project's own
// bundle first, each in the order of its bundle.
func (g *Graph) Rules() []*Rule { return g.rules }

// Queries returns the expressions of dashboards.
func (g *Graph) Queries() []*Query { return g.queries }

// Makers returns the recording rules that make a metric.
func (g *Graph) Makers(name string) []*Rule { return g.makers[name] }

// Recorded returns the names that recording rules make, sorted.
func (g *Graph) Recorded() []string { return g.names.recorded }

// seal puts nodes and edges into their order and names the nodes.
func (g *Graph) seal() {
	rank := map[Kind]int{}
	for i, k := range Kinds() {
		rank[k] = i
	}
	slices.SortStableFunc(g.nodes, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(rank[a.Kind], rank[b.Kind]), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Detail, b.Detail))
	})
	taken := map[string]int{}
	order := map[*Node]int{}
	for i, n := range g.nodes {
		order[n] = i
		n.ID = string(n.Kind) + "/" + n.Name
		taken[n.ID]++
		if count := taken[n.ID]; count > 1 {
			n.ID += "#" + strconv.Itoa(count)
		}
	}
	for _, n := range g.nodes {
		slices.SortFunc(n.Out, func(a, b *Edge) int {
			return cmp.Or(cmp.Compare(order[a.To], order[b.To]), strings.Compare(string(a.Relation), string(b.Relation)))
		})
		slices.SortFunc(n.In, func(a, b *Edge) int {
			return cmp.Or(cmp.Compare(order[a.From], order[b.From]), strings.Compare(string(a.Relation), string(b.Relation)))
		})
	}
}

type edgeKey struct {
	from, to *Node
	relation Relation
}

// connect adds an edge or makes the one that is there more certain.
func (b *builder) connect(from, to *Node, relation Relation, certain bool) {
	key := edgeKey{from, to, relation}
	if e, ok := b.edges[key]; ok {
		e.Certain = e.Certain || certain
		return
	}
	e := &Edge{From: from, To: to, Relation: relation, Certain: certain}
	b.edges[key] = e
	from.Out = append(from.Out, e)
	to.In = append(to.In, e)
}
