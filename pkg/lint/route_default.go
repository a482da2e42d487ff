package lint

import (
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// routeDefault finds alerts that are certain to reach nobody but the receiver
// of the root route.
func routeDefault(p *Pass) {
	if p.tree == nil || len(p.tree.Root().Children) == 0 {
		return
	}
	for _, r := range p.alerts() {
		if neverTaken(p.tree.Root().Children, r) {
			d := p.Reportf(r.object, r.Pointer, "no route takes alert %q, so it only reaches the default receiver %q", r.Alert, p.tree.Root().Receiver)
			d.Hint = "give it the labels that the routes ask for, such as the team"
			if p.foreign {
				d.Related = []diag.Related{{Message: "the routes are those of the context", Span: p.config.Origin.At("/route/routes")}}
			}
		}
	}
}

func neverTaken(routes []*routing.Route, r rule) bool {
	for _, route := range routes {
		if !refuses(route.Matchers, r) {
			return false
		}
	}
	return true
}

// refuses reports whether some matcher is certain not to match the alert. The
// value of a label that a template makes, or that comes out of the query, from
// external labels or relabelling, is unknown.
func refuses(matchers labels.Matchers, r rule) bool {
	fixed := r.labels()
	for _, m := range matchers {
		value, known := fixed[m.Name]
		switch {
		case m.Name == "alertname":
			value, known = r.Alert, true
		case known:
			known = !strings.Contains(value, "{{")
		}
		if known && !m.Matches(value) {
			return true
		}
	}
	return false
}
