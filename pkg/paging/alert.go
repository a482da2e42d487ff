package paging

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// Alert is an alert, with what is known of it when Alertmanager gets it.
type Alert struct {
	Name string
	// Label says what is known of its labels.
	Label routing.LabelFunc
	// Rule is nil where no rule of the bundle makes the alert.
	Rule *depgraph.Rule
	// Given are labels that are known from elsewhere: a test, the command line.
	Given map[string]string
	// Source is the test that names the alert, "" if the bundle does.
	Source string
	// span is the place of the rule or the test.
	span diag.Span
}

// Span looks the place up, which may take a while.
func (a Alert) Span() diag.Span {
	if a.Rule != nil && a.Source == "" {
		return a.Rule.Span()
	}
	return a.span
}

// Alerts returns the alerts that the rules of a graph make, the project's own
// before those of the context.
func Alerts(g *depgraph.Graph) []Alert {
	var out []Alert
	for _, r := range g.Rules() {
		if r.Alert != "" {
			out = append(out, Alert{Name: r.Alert, Label: r.Delivered, Rule: r})
		}
	}
	return out
}

// With returns the alert with labels that are known from elsewhere; they count
// more than what the rule says.
func (a Alert) With(given map[string]string) Alert {
	before := a.Label
	a.Given = given
	a.Label = func(name string) (string, bool) {
		if v, ok := given[name]; ok {
			return v, true
		}
		return before(name)
	}
	return a
}

// Whole is an alert of which all labels are given.
func Whole(given map[string]string) Alert {
	return Alert{Name: given[model.AlertNameLabel], Label: routing.Labels(given), Given: given}
}

// Text names the alert with the labels that are known of those that are asked
// for, and with its severity: `HostDown{severity="critical"}`.
func (a Alert) Text(names []string) string {
	known := maps.Clone(a.Given)
	if known == nil {
		known = map[string]string{}
	}
	for _, name := range slices.Concat(names, []string{"severity"}) {
		if v, ok := a.Label(name); ok && v != "" {
			known[name] = v
		}
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if name != model.AlertNameLabel {
			words = append(words, fmt.Sprintf("%s=%q", name, known[name]))
		}
	}
	if len(words) == 0 {
		return a.Name
	}
	return a.Name + "{" + strings.Join(words, ", ") + "}"
}
