package depgraph

import (
	"slices"

	"github.com/monctl/monctl/pkg/expr"
)

// Sources returns the recording rules, in the order of Rules, of which the
// rule is certain or possibly going to read what they have recorded last: by
// selectors of instant vectors at the time of the evaluation that spell the
// name out. Offsets and ranges look back on purpose and do not count.
func (g *Graph) Sources(r *Rule) []Feed {
	var out []Feed
	for _, s := range r.Selectors {
		if s.Ranged || s.Shifted {
			continue
		}
		for _, name := range fixedNames(s) {
			for _, maker := range g.makers[name] {
				if c := maker.labelsMatch(s); c != expr.Never {
					out = append(out, Feed{Rule: maker, Certain: c == expr.Certain})
				}
			}
		}
	}
	return out
}

// Feed is a recording rule that another one reads.
type Feed struct {
	Rule *Rule
	// Certain says that the selector takes all that the rule records.
	Certain bool
}

// Cycles returns the recording rules that need their own result, by way of
// others or not: each cycle once, as the strongly connected component, its
// rules in the order of Rules. Only certain feeds make one.
func (g *Graph) Cycles() [][]*Rule {
	t := tarjan{graph: g, index: map[*Rule]int{}, low: map[*Rule]int{}, on: map[*Rule]bool{}}
	for _, r := range g.rules {
		if r.Record != "" && t.index[r] == 0 {
			t.visit(r)
		}
	}
	rank := make(map[*Rule]int, len(g.rules))
	for i, r := range g.rules {
		rank[r] = i
	}
	for _, c := range t.found {
		slices.SortFunc(c, func(a, b *Rule) int { return rank[a] - rank[b] })
	}
	slices.SortFunc(t.found, func(a, b []*Rule) int { return rank[a[0]] - rank[b[0]] })
	return t.found
}

// tarjan finds strongly connected components (Tarjan 1972).
type tarjan struct {
	graph      *Graph
	index, low map[*Rule]int // from 1
	on         map[*Rule]bool
	stack      []*Rule
	found      [][]*Rule
}

func (t *tarjan) visit(r *Rule) {
	t.index[r] = len(t.index) + 1
	t.low[r] = t.index[r]
	t.stack = append(t.stack, r)
	t.on[r] = true
	itself := false
	for _, f := range t.graph.Sources(r) {
		switch {
		case !f.Certain:
		case t.index[f.Rule] == 0:
			t.visit(f.Rule)
			t.low[r] = min(t.low[r], t.low[f.Rule])
		case t.on[f.Rule]:
			t.low[r] = min(t.low[r], t.index[f.Rule])
			itself = itself || f.Rule == r
		}
	}
	if t.low[r] != t.index[r] {
		return
	}
	i := len(t.stack) - 1
	for t.stack[i] != r {
		i--
	}
	component := slices.Clone(t.stack[i:])
	t.stack = t.stack[:i]
	for _, c := range component {
		t.on[c] = false
	}
	if len(component) > 1 || itself {
		t.found = append(t.found, component)
	}
}
