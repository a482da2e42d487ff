package lint

import (
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
)

// handful is how many alerts may be the most of all without that being meant.
const handful = 5

// routeDefault finds alerts that are certain to reach nobody but the receiver
// of the root route. Where most alerts do, the default is for them, and
// nothing is said.
func routeDefault(p *Pass) {
	if p.tree == nil || len(p.tree.Root().Children) == 0 {
		return
	}
	root := p.tree.Root()
	var lost []*depgraph.Rule
	total := 0
	for _, k := range p.paging.kinds() {
		total += len(k.rules)
		if len(k.ends) == 1 && k.ends[0].Route == root {
			lost = append(lost, k.rules...)
		}
	}
	if len(lost) > handful && 2*len(lost) > total {
		return
	}
	for _, r := range lost {
		if r.Foreign {
			continue
		}
		d := p.Reportf(r.Object, r.Pointer, "no route takes alert %q, so it only reaches the default receiver %q", r.Alert, root.Receiver)
		d.Hint = "give it the labels that the routes ask for, such as the team"
		if p.foreign {
			d.Related = []diag.Related{{Message: "the routes are those of the context", Span: p.config.Origin.At("/route/routes")}}
		}
	}
}
