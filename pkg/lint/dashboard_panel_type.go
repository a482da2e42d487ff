package lint

import (
	"slices"

	"github.com/monctl/monctl/pkg/diag"
)

// successors are the panels that Grafana has taken out, with what it shows
// instead since version 11 or 12.
func successors() map[string]string {
	return map[string]string{
		"graph": "timeseries", "singlestat": "stat", "table-old": "table", "heatmap-new": "heatmap",
		"grafana-piechart-panel": "piechart", "grafana-worldmap-panel": "geomap", "grafana-singlestat-panel": "stat",
		"natel-discrete-panel": "state-timeline", "flant-statusmap-panel": "status-history",
	}
}

// corePanels are the panels that every Grafana has.
func corePanels() []string {
	return []string{
		"alertGroups", "alertlist", "annolist", "barchart", "bargauge", "candlestick", "canvas", "dashlist", "datagrid",
		"debug", "flamegraph", "gauge", "geomap", "gettingstarted", "heatmap", "histogram", "library-panel", "live",
		"logs", "news", "nodeGraph", "piechart", "row", "stat", "state-timeline", "status-history", "table",
		"text", "timeseries", "traces", "trend", "welcome", "xychart",
	}
}

// dashboardPanelType finds panels that need a plugin, and those that Grafana
// has replaced.
func dashboardPanelType(p *Pass) {
	core, replaced := corePanels(), successors()
	for _, b := range p.dashboards {
		told := map[string]bool{}
		for _, panel := range b.Panels {
			if panel.Type == "" || told[panel.Type] || ofLibrary(panel) || slices.Contains(core, panel.Type) {
				continue
			}
			told[panel.Type] = true // one finding a dashboard and type
			at := panel.Pointer + "/type"
			if successor, ok := replaced[panel.Type]; ok {
				p.Reportf(b.object, at, "Grafana has replaced the panel %q by %q", panel.Type, successor).Hint = "it is converted when the dashboard is shown, not always faithfully; write " + successor
				continue
			}
			p.Reportf(b.object, at, "panel %q shows nothing where its plugin is not installed: %q is none of Grafana's own types", panel.Title, panel.Type).Hint = diag.DidYouMean(panel.Type, core)
		}
	}
}
