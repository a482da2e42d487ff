package lint

import (
	"fmt"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// routeUnreachable finds routes whose matchers nothing passes, and routes
// behind siblings that take all their alerts.
func routeUnreachable(p *Pass) {
	if !p.hasRouting() {
		return
	}
	dead := deadRoutes(p.tree.Routes())
	for _, route := range p.tree.Routes() {
		why, ok := dead[route]
		if !ok || why.text == "" {
			continue
		}
		d := p.Reportf(p.config, route.Pointer, "no alert gets to this route: %s", why.text)
		d.Hint = why.hint
		for _, r := range why.because {
			d.Related = append(d.Related, diag.Related{Message: why.role, Span: p.config.Origin.At(r.Pointer)})
		}
	}
}

// deadRoutes returns the routes that are certain to get no alert; why is not
// said of those below another one.
func deadRoutes(routes []*routing.Route) map[*routing.Route]obstacle {
	dead := map[*routing.Route]obstacle{}
	for _, route := range routes {
		if route.Parent == nil {
			continue
		}
		if _, below := dead[route.Parent]; below {
			dead[route] = obstacle{}
		} else if why, ok := unreachable(route); ok {
			dead[route] = why
		}
	}
	return dead
}

// obstacle is why a route gets no alert.
type obstacle struct {
	text, hint string
	// because are the routes that stand in the way.
	because []*routing.Route
	role    string
}

// unreachable reports whether a route is certain to get no alert, given that
// its parent gets some.
func unreachable(route *routing.Route) (obstacle, bool) {
	all := route.All()
	if a, b, ok := routing.Contradiction(all); ok {
		out := obstacle{text: fmt.Sprintf("nothing passes both %s and %s", a, b), hint: "a route has to pass its own matchers and those of every route above it", role: "the other matcher stands here"}
		if a == b {
			out.text = fmt.Sprintf("nothing passes %s", a)
		}
		for r := route.Parent; r != nil; r = r.Parent {
			for _, m := range r.Matchers {
				if m == a && a != b {
					out.because = []*routing.Route{r}
				}
			}
		}
		return out, true
	}
	var earlier []*routing.Route
	var takes []labels.Matchers
	for _, sibling := range route.Parent.Children {
		if sibling == route {
			break
		}
		if sibling.Continue || routing.Disjoint(all, sibling.Matchers) {
			continue
		}
		if routing.Implies(all, sibling.Matchers) {
			return obstacle{
				text:    "an earlier one takes all of them",
				hint:    "put the more specific route first, or give the earlier one continue: true",
				because: []*routing.Route{sibling}, role: "the earlier route",
			}, true
		}
		earlier, takes = append(earlier, sibling), append(takes, sibling.Matchers)
	}
	if len(takes) > 1 && routing.Covered(all, takes) {
		return obstacle{
			text:    "earlier ones together take all of them",
			hint:    "put the more specific route first, or give the earlier ones continue: true",
			because: earlier, role: "an earlier route",
		}, true
	}
	return obstacle{}, false
}
