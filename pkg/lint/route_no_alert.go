package lint

import (
	"slices"

	"github.com/monctl/monctl/pkg/routing"
)

// routeNoAlert finds routes whose matchers no alert of the bundle or its
// context can pass.
func routeNoAlert(p *Pass) {
	if !p.hasRouting() || len(p.paging.kinds()) == 0 {
		return
	}
	passed := map[*routing.Route]bool{}
	for _, k := range p.paging.kinds() {
		for _, r := range k.passes {
			passed[r] = true
		}
	}
	for _, route := range p.tree.Routes() {
		if passed[route] || !passed[route.Parent] {
			continue
		}
		if _, _, never := routing.Contradiction(route.All()); never {
			continue // route/unreachable says so
		}
		d := p.Reportf(p.config, p.routePart(route, "matchers"), "no alert has the labels that this route asks for")
		if d.Hint = p.nearValue(route.Matchers); d.Hint == "" {
			d.Hint = externalHint
		}
	}
}

// certainlyNone reports whether there are alerts and none of them can be what
// is asked for.
func (p *Pass) certainlyNone(is func(routing.LabelFunc) routing.Certainty) bool {
	kinds := p.paging.kinds()
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k *alertKind) bool { return is(k.label) != routing.Never })
}
