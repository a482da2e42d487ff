package lint

// dashboardPanelDescription finds panels that do not say what they show.
func dashboardPanelDescription(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			switch panel.Type {
			case "graph", "timeseries", "stat", "singlestat", "gauge", "bargauge", "table", "heatmap":
			default:
				continue
			}
			if panel.Spec.Str("description") == "" {
				p.Reportf(b.object, panel.Pointer, "panel %q has no description", panel.Title).Hint = "say in description what it shows, and what is normal"
			}
		}
	}
}
