package lint

import (
	"slices"

	"github.com/monctl/monctl/pkg/dashboard"
)

// dashboardNoQuery finds panels of data that ask for none.
func dashboardNoQuery(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			if !ofData(panel) || ofLibrary(panel) {
				continue
			}
			switch {
			case len(panel.Queries) == 0:
				p.Reportf(b.object, panel.Pointer, "panel %q has no query, so it shows nothing", panel.Title)
			case !slices.ContainsFunc(panel.Queries, func(q dashboard.Query) bool { return !q.Hidden }):
				p.Reportf(b.object, panel.Pointer, "all queries of panel %q are hidden, so it shows nothing", panel.Title)
			}
		}
	}
}

// ofData reports whether a panel of this type can show nothing by itself.
func ofData(panel dashboard.Panel) bool {
	switch panel.Type {
	case "timeseries", "graph", "stat", "singlestat", "gauge", "bargauge", "table", "table-old", "heatmap", "histogram",
		"piechart", "barchart", "state-timeline", "status-history", "logs", "trend", "xychart":
		return true
	}
	return false
}
