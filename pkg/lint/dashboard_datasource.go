package lint

import (
	"strings"

	"github.com/monctl/monctl/pkg/dashboard"
)

// dashboardDatasource finds queries bound to one installation's data source.
func dashboardDatasource(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			for _, q := range panel.Queries {
				uid := q.Datasource.UID
				if uid == "" || len(dashboard.References(uid)) > 0 || builtIn(q.Datasource) {
					continue
				}
				p.Reportf(b.object, q.Pointer, "%s is bound to the data source %q", queryName(q, panel.Title), uid).Hint = `let people choose: a variable of type "datasource", and uid: "$datasource"`
				break // one finding a panel
			}
		}
	}
}

// builtIn reports whether every Grafana has the data source.
func builtIn(ds dashboard.Datasource) bool {
	switch ds.UID {
	case "default", "grafana", "__expr__", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "-100":
		return true
	}
	return ds.Type == "datasource" || strings.HasPrefix(ds.Type, "__")
}
