package depgraph

import (
	"path"
	"slices"
	"strings"
)

// Find returns the nodes that a name means: one with that ID, or all with that
// name, among them dashboards by uid and panels by title. Asterisks stand for
// any text. "x_bucket" means the histogram x if there is no other.
func (g *Graph) Find(name string) []*Node {
	var out []*Node
	for _, n := range g.nodes {
		if matches(name, n) {
			out = append(out, n)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			for _, n := range g.nodes {
				if n.Kind == Metric && n.Name == base {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

func matches(name string, n *Node) bool {
	if n.ID == name || n.Name == name || n.Kind == Dashboard && n.Detail == name || string(n.Kind)+"/"+n.Name == name {
		return true
	}
	if !strings.Contains(name, "*") {
		return false
	}
	// path.Match stops at slashes and knows more than asterisks.
	plain := strings.NewReplacer("/", "\x00", "[", `\[`, "?", `\?`, `\`, `\\`)
	for _, s := range []string{n.Name, n.ID} {
		if ok, err := path.Match(plain.Replace(name), strings.ReplaceAll(s, "/", "\x00")); err == nil && ok {
			return true
		}
	}
	return false
}

// NodeNames returns the names that Find knows, sorted, for suggestions.
func (g *Graph) NodeNames() []string {
	var names []string
	for _, n := range g.nodes {
		names = append(names, n.Name)
		if n.Kind == Dashboard {
			names = append(names, n.Detail)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Direction says which way to follow edges.
type Direction int

// The directions.
const (
	// Downstream leads to what needs a node.
	Downstream Direction = iota
	// Upstream leads to what a node needs.
	Upstream
)

// Step is how a node is connected with those that a walk began at.
type Step struct {
	Node *Node
	// Depth is the number of edges on the shortest way; 0 for where the walk
	// began.
	Depth int
	// Certain says that there is a way of certain edges only.
	Certain bool
}

// Walk returns the nodes that can be reached from some, which come first, in
// order of their depth. A depth of 0 or less is no limit.
func (g *Graph) Walk(from []*Node, d Direction, depth int) []Step {
	certain := map[*Node]bool{}
	for _, s := range walk(from, d, 0, func(e *Edge) bool { return e.Certain }) {
		certain[s.Node] = true
	}
	steps := walk(from, d, depth, func(*Edge) bool { return true })
	for i, s := range steps {
		steps[i].Certain = certain[s.Node]
	}
	return steps
}

func walk(from []*Node, d Direction, depth int, follow func(*Edge) bool) []Step {
	seen := map[*Node]bool{}
	var out []Step
	for _, n := range from {
		if !seen[n] {
			seen[n] = true
			out = append(out, Step{Node: n})
		}
	}
	for i := 0; i < len(out); i++ {
		if depth > 0 && out[i].Depth >= depth {
			continue
		}
		edges := out[i].Node.Out
		if d == Upstream {
			edges = out[i].Node.In
		}
		for _, e := range edges {
			next := e.To
			if d == Upstream {
				next = e.From
			}
			if follow(e) && !seen[next] {
				seen[next] = true
				out = append(out, Step{Node: next, Depth: out[i].Depth + 1})
			}
		}
	}
	return out
}
