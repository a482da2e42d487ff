package lint

import (
	"fmt"

	"github.com/monctl/monctl/pkg/depgraph"
)

// dashboardUnknownMetric finds panels, variables and annotations that use a
// metric which neither a target nor a recording rule makes.
func dashboardUnknownMetric(p *Pass) {
	for _, q := range p.graph.Queries() {
		if q.Foreign {
			continue
		}
		for _, m := range p.missingMetrics(q.Expr, q.Selectors) {
			p.Reportf(q.Object, q.Text, "%s: %s", where(q), m.summary).Hint = m.hint
		}
	}
}

// where names the part of a dashboard that a query stands in.
func where(q *depgraph.Query) string {
	if q.Kind == depgraph.Panel && q.RefID != "" {
		return fmt.Sprintf("query %s of panel %q", q.RefID, q.Name)
	}
	return fmt.Sprintf("%s %q", q.Kind, q.Name)
}
