package lint

import "github.com/monctl/monctl/pkg/diag"

// dashboardPanelID finds two panels of one id: links, shared views and alerts
// reach the first of them only.
func dashboardPanelID(p *Pass) {
	for _, b := range p.dashboards {
		first := map[string]string{}
		for _, panel := range b.Panels {
			if panel.ID == "" || panel.ID == "0" {
				continue // Grafana gives one
			}
			other, taken := first[panel.ID]
			if !taken {
				first[panel.ID] = panel.Pointer
				continue
			}
			d := p.Reportf(b.object, panel.Pointer+"/id", "panel %q has the id %s of another panel", panel.Title, panel.ID)
			d.Hint = "leave the ids out, then Grafana gives them"
			d.Related = []diag.Related{{Message: "the other panel", Span: b.object.Origin.At(other)}}
		}
	}
}
