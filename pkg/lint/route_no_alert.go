package lint

import (
	"slices"

	"github.com/monctl/monctl/pkg/routing"
)

// routeNoAlert finds routes whose matchers no alert of the bundle or its
// context can pass. Where others pass them than those that the route above
// takes, nothing is said: a tree of teams and severities need not be full.
func routeNoAlert(p *Pass) {
	if !p.hasRouting() {
		return
	}
	empty := map[*routing.Route]bool{}
	for _, route := range p.tree.Routes() {
		if empty[route.Parent] {
			empty[route] = true
			continue
		}
		if _, _, never := routing.Contradiction(route.All()); never {
			empty[route] = true // route/unreachable says so
			continue
		}
		if !p.certainlyNone(route.Takes) {
			continue
		}
		empty[route] = true
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
