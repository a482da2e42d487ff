package lint

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/depgraph"
)

// ownQueries returns the queries of the bundle's own dashboards.
func (p *Pass) ownQueries() []*depgraph.Query {
	var out []*depgraph.Query
	for _, q := range p.graph.Queries() {
		if !q.Foreign {
			out = append(out, q)
		}
	}
	return out
}

// recordedWithout reports whether recording rules make a metric, and every one
// of them drops a label.
func (p *Pass) recordedWithout(metric, label string) bool {
	makers := p.graph.Makers(metric)
	for _, r := range makers {
		if value, known := r.Label(label); !known || value != "" {
			return false
		}
	}
	return len(makers) > 0
}

// selectsBy reports whether a selector selects by a label.
func selectsBy(v *parser.VectorSelector, label string) bool {
	for _, m := range v.LabelMatchers {
		if m.Name == label {
			return true
		}
	}
	return false
}

// dashboardLabels are the labels that dashboards let choose the values of.
func (p *Pass) dashboardLabels() []string {
	if p.opts.DashboardLabels == nil {
		return []string{"job", "instance"}
	}
	return p.opts.DashboardLabels
}

// hasPromQL reports whether some panel of a dashboard asks Prometheus.
func hasPromQL(b board) bool {
	for _, panel := range b.Panels {
		for _, q := range panel.Queries {
			if q.Expr != "" && dashboard.IsPromQL(b.DatasourceType(q.Datasource)) {
				return true
			}
		}
	}
	return false
}
