package lint

import (
	"slices"

	"github.com/monctl/monctl/pkg/routing"
)

// routeContinue finds continue: true where no later sibling can take what goes
// on.
func routeContinue(p *Pass) {
	if !p.hasRouting() {
		return
	}
	for _, route := range p.tree.Routes() {
		if !route.Continue || route.Parent == nil {
			continue
		}
		all := route.All()
		if _, _, never := routing.Contradiction(all); never {
			continue // route/unreachable says so
		}
		later := route.Parent.Children[slices.Index(route.Parent.Children, route)+1:]
		if slices.ContainsFunc(later, func(r *routing.Route) bool { return !routing.Disjoint(all, r.Matchers) }) {
			continue
		}
		why := "no later route can take what this one takes"
		if len(later) == 0 {
			why = "no route follows this one"
		}
		d := p.Reportf(p.config, p.routePart(route, "continue"), "continue has no effect: %s", why)
		d.Hint = "leave it out; what a route takes never goes back to the receiver of the route above"
	}
}
