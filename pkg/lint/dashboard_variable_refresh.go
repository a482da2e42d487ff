package lint

// dashboardVariableRefresh finds variables whose query never runs again: they
// offer what there was when the dashboard was saved.
func dashboardVariableRefresh(p *Pass) {
	for _, b := range p.dashboards {
		for _, v := range b.Variables {
			if v.Type != "query" || v.Refresh != "" && v.Refresh != "0" && v.Refresh != "false" {
				continue
			}
			at := v.Pointer
			if v.Refresh != "" {
				at += "/refresh"
			}
			p.Reportf(b.object, at, "variable %q never asks for its values again", v.Name).Hint = "refresh: 2 asks when the time range changes, 1 when the dashboard is loaded"
		}
	}
}
