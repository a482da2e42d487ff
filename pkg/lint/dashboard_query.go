package lint

import "github.com/monctl/monctl/pkg/expr"

// dashboardQuery finds panels whose PromQL is none, whatever their variables
// hold.
func dashboardQuery(p *Pass) {
	var cache expr.Cache
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			for _, q := range panel.Queries {
				if q.Expr == "" || b.DatasourceType(q.Datasource) != "prometheus" {
					continue
				}
				text, err := b.CheckQuery(q.Expr, &cache)
				syntax := expr.AsSyntaxError(text, err)
				if syntax == nil {
					continue
				}
				d := p.Reportf(b.object, q.Pointer+"/expr", "query %s of panel %q is no PromQL: %s", q.RefID, panel.Title, syntax.Message)
				d.Detail = syntax.Excerpt()
				d.Hint = syntax.Hint
			}
		}
	}
}
