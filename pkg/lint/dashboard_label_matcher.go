package lint

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/depgraph"
)

// dashboardLabelMatcher finds queries that read the series of every job or
// instance, whatever the dashboard's variables say.
func dashboardLabelMatcher(p *Pass) {
	for _, q := range p.ownQueries() {
		if q.Kind != depgraph.Panel {
			continue
		}
		for _, label := range p.dashboardLabels() {
			if metric, ok := p.unmatched(q, label); ok {
				p.Reportf(q.Object, q.Text, "query %s of panel %q reads %s of every %s", q.RefID, q.Name, metric, label).Hint =
					"select by the dashboard's variable: " + label + `=~"$` + label + `"`
			}
		}
	}
}

// unmatched returns the metric of the first selector that has no matcher of a
// label, of those that can have it.
func (p *Pass) unmatched(q *depgraph.Query, label string) (metric string, found bool) {
	for _, n := range q.Expr.Nodes() {
		v, ok := n.(*parser.VectorSelector)
		if ok && v.Name != "" && !selectsBy(v, label) && !p.recordedWithout(v.Name, label) {
			return v.Name, true
		}
	}
	return "", false
}
