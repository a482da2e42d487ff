package lint

import (
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// routeUnreachable finds routes behind a sibling that takes all their alerts.
func routeUnreachable(p *Pass) {
	if p.tree == nil || p.foreign {
		return
	}
	for _, parent := range p.tree.Routes() {
		for i, route := range parent.Children {
			for _, earlier := range parent.Children[:i] {
				if earlier.Continue || !covers(earlier, route) {
					continue
				}
				d := p.Reportf(p.config, route.Pointer, "no alert gets to this route: an earlier one takes all of them")
				d.Hint = "put the more specific route first, or give the earlier one continue: true"
				d.Related = []diag.Related{{Message: "the earlier route", Span: p.config.Origin.At(earlier.Pointer)}}
				break
			}
		}
	}
}

// covers reports whether every alert that the second route takes is certain to
// be taken by the first: all of its matchers are among the second's.
func covers(first, second *routing.Route) bool {
	for _, m := range first.Matchers {
		if !among(m, second.Matchers) {
			return false
		}
	}
	return true
}

func among(m *labels.Matcher, list labels.Matchers) bool {
	for _, o := range list {
		if m.Name != o.Name {
			continue
		}
		if m.Type == o.Type && m.Value == o.Value {
			return true
		}
		// A fixed value satisfies any matcher that matches it.
		if o.Type == labels.MatchEqual && m.Matches(o.Value) {
			return true
		}
	}
	return false
}
