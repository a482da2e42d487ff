package depgraph

import "slices"

// Part is a part of a graph.
type Part struct {
	// Nodes are in the order of the graph.
	Nodes []*Node
	Edges []Edge
}

// Part returns the nodes that keep accepts, of those that within accepts, with
// the edges between them. A way through nodes within that are not kept is an
// edge of its own.
func (g *Graph) Part(within, keep func(*Node) bool) Part {
	var p Part
	kept, order := map[*Node]bool{}, map[*Node]int{}
	for i, n := range g.nodes {
		order[n] = i
		if within(n) && keep(n) {
			kept[n] = true
			p.Nodes = append(p.Nodes, n)
		}
	}
	for _, n := range p.Nodes {
		edges := contracted(n, kept, within)
		slices.SortStableFunc(edges, func(a, b Edge) int { return order[a.To] - order[b.To] })
		p.Edges = append(p.Edges, edges...)
	}
	return p
}

// contracted returns the edges from a node to the nearest kept ones.
func contracted(n *Node, kept map[*Node]bool, within func(*Node) bool) []Edge {
	var out []Edge
	at := map[*Node]int{} // where in out the edge to a node is
	type visit struct {
		node    *Node
		certain bool
	}
	seen := map[visit]bool{}
	queue := []visit{{n, true}}
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		for _, e := range v.node.Out {
			certain := v.certain && e.Certain
			switch {
			case !within(e.To):
			case kept[e.To]:
				relation := e.Relation
				if v.node != n {
					relation = Reaches
				}
				if j, ok := at[e.To]; ok && (relation == Reaches || out[j].Relation == relation) {
					out[j].Certain = out[j].Certain || certain
					continue
				}
				at[e.To] = len(out)
				out = append(out, Edge{From: n, To: e.To, Relation: relation, Certain: certain})
			case !seen[visit{e.To, certain}]:
				seen[visit{e.To, certain}] = true
				queue = append(queue, visit{e.To, certain})
			}
		}
	}
	return out
}
