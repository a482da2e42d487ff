package lint

import "github.com/monctl/monctl/pkg/dashboard"

// dashboardPanelTitle finds panels that do not say what they show.
func dashboardPanelTitle(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			if panel.Title != "" || !ofData(panel) || ofLibrary(panel) {
				continue
			}
			p.Reportf(b.object, panel.Pointer, "the %s panel has no title", panel.Type).Hint = "alerts, links and people refer to a panel by its title"
		}
	}
}

// ofLibrary reports whether the panel stands in Grafana's library, so that
// here is only its name.
func ofLibrary(panel dashboard.Panel) bool { return panel.Spec.Has("libraryPanel") }
