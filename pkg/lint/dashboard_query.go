package lint

import (
	"fmt"
	"strings"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
)

// dashboardQuery finds panels and annotations whose PromQL is none, whatever
// their variables hold.
func dashboardQuery(p *Pass) {
	var cache expr.Cache
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			for _, q := range panel.Queries {
				p.noPromQL(b, q, queryName(q, panel.Title), &cache)
			}
		}
		for _, q := range b.Annotations {
			p.noPromQL(b, q, fmt.Sprintf("the query of annotation %q", q.RefID), &cache)
		}
	}
}

// checkQuery returns why a query of a dashboard is no PromQL, or nil.
func (p *Pass) checkQuery(b board, query string, cache *expr.Cache) *expr.SyntaxError {
	text, err := b.CheckQuery(query, cache)
	if err != nil {
		return expr.AsSyntaxError(text, err)
	}
	return p.disabled(text, cache)
}

// disabled returns what Prometheus says to an expression that needs a feature
// which is not enabled, or nil.
func (p *Pass) disabled(text string, cache *expr.Cache) *expr.SyntaxError {
	e, err := cache.Parse(text)
	if err == nil {
		err = e.Enabled(p.opts.Features)
	}
	return expr.AsSyntaxError(text, err)
}

func (p *Pass) noPromQL(b board, q dashboard.Query, name string, cache *expr.Cache) {
	if q.Expr == "" || !asksPrometheus(b, q) {
		return
	}
	syntax := p.checkQuery(b, q.Expr, cache)
	if syntax == nil {
		return
	}
	d := p.Reportf(b.object, q.Pointer+"/expr", "%s is no PromQL: %s", name, syntax.Message)
	d.Detail = syntax.Excerpt()
	d.Hint = syntax.Hint
}

// asksPrometheus reports whether a query goes to Prometheus. One without a
// data source goes to the default one: as it has the field that only
// Prometheus and Loki read, it does unless it could be Loki's, whose pipes are
// no part of PromQL.
func asksPrometheus(b board, q dashboard.Query) bool {
	switch b.DatasourceType(q.Datasource) {
	case "prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource":
		return true
	case "":
		return q.Datasource.IsZero() && !strings.Contains(q.Expr, "|")
	default:
		return false
	}
}

// queryName is how a finding calls a query of a panel.
func queryName(q dashboard.Query, panel string) string {
	if q.RefID == "" {
		return fmt.Sprintf("a query of panel %q", panel)
	}
	return fmt.Sprintf("query %s of panel %q", q.RefID, panel)
}
