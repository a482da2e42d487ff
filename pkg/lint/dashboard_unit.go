package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// dashboardUnit finds numbers that are shown without the unit which the names
// of their metrics say, and ids of units that are misspelt: Grafana prints
// these as they are.
func dashboardUnit(p *Pass) {
	known := dashboard.UnitIDs()
	queries := map[string]*expr.Expr{}
	for _, q := range p.ownQueries() {
		queries[q.Object.Ref.String()+q.Text] = q.Expr
	}
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			if !showsNumbers(panel) {
				continue
			}
			if panel.Unit == "" {
				if !explained(panel) {
					p.evidentUnit(b, panel, queries)
				}
				continue
			}
			if strings.Contains(panel.Unit, ":") || slices.Contains(known, panel.Unit) {
				continue
			}
			if id := nearUnit(panel.Unit, known); id != "" {
				at := panel.Pointer + "/fieldConfig/defaults/unit"
				p.Reportf(b.object, at, "unit %q is printed as it stands, Grafana does not know it", panel.Unit).Hint = "did you mean \"" + id + "\"?"
			}
		}
	}
}

// evidentUnit reports the unit of the first query of a panel that has one.
func (p *Pass) evidentUnit(b board, panel dashboard.Panel, queries map[string]*expr.Expr) {
	for _, q := range panel.Queries {
		e, ok := queries[b.object.Ref.String()+q.Pointer+"/expr"]
		if !ok {
			continue
		}
		if id, words := unitOf(e.Node); id != "" {
			p.Reportf(b.object, panel.Pointer, "panel %q shows %s without a unit", panel.Title, words).Hint = `set fieldConfig.defaults.unit: "` + id + `"`
			return
		}
	}
}

// dashboardPanelUnit finds panels that do not say what their numbers are, be
// they mere counts.
func dashboardPanelUnit(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			if showsNumbers(panel) && panel.Unit == "" && !explained(panel) {
				p.Reportf(b.object, panel.Pointer, "panel %q does not say what unit its numbers have", panel.Title).Hint = `set fieldConfig.defaults.unit; "short" or "none" if they have none`
			}
		}
	}
}

// nearUnit returns the id that a word is a slip of the pen for. Short words
// are units of somebody's own: "conns" is not "cps".
func nearUnit(word string, known []string) string {
	for _, id := range known {
		if strings.EqualFold(id, word) {
			return id
		}
	}
	if len(word) < 6 {
		return ""
	}
	return diag.Suggest(word, known)
}

func showsNumbers(panel dashboard.Panel) bool {
	switch panel.Type {
	case "timeseries", "stat", "gauge", "bargauge":
		return len(panel.Queries) > 0
	}
	return false
}

// explained reports whether the panel says otherwise what its values are: by
// value mappings, a unit of some fields, or because it shows no numbers.
func explained(panel dashboard.Panel) bool {
	if mappings, ok := panel.Spec.Lookup("/fieldConfig/defaults/mappings"); ok && len(mappings.Elem) > 0 {
		return true
	}
	if fields, ok := panel.Spec.Lookup("/options/reduceOptions/fields"); ok && fields.Text != "" {
		return true
	}
	if mode, ok := panel.Spec.Lookup("/options/textMode"); ok && (mode.Text == "name" || mode.Text == "none") {
		return true
	}
	overrides, _ := panel.Spec.Lookup("/fieldConfig/overrides")
	for _, o := range overrides.Elem {
		for _, property := range o.Array("properties") {
			if property.Str("id") == "unit" || property.Str("id") == "mappings" {
				return true
			}
		}
	}
	return false
}
