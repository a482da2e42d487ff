package lint

import "github.com/monctl/monctl/pkg/diag"

// routeDefault finds alerts that are certain to reach nobody but the receiver
// of the root route.
func routeDefault(p *Pass) {
	if p.tree == nil || len(p.tree.Root().Children) == 0 {
		return
	}
	root := p.tree.Root()
	for _, k := range p.paging.kinds() {
		if len(k.ends) != 1 || k.ends[0].Route != root {
			continue
		}
		for _, r := range k.rules {
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
}
