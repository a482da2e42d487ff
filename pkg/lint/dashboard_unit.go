package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
)

// dashboardUnit finds numbers that are shown without a unit, and ids of units
// that are misspelt: Grafana prints these as they are.
func dashboardUnit(p *Pass) {
	known := dashboard.UnitIDs()
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			if !showsNumbers(panel) {
				continue
			}
			at := panel.Pointer + "/fieldConfig/defaults/unit"
			switch {
			case panel.Unit == "":
				if !explained(panel) {
					p.Reportf(b.object, panel.Pointer, "panel %q shows numbers without a unit", panel.Title).Hint = `set fieldConfig.defaults.unit; "short" or "none" if they have none`
				}
			case strings.Contains(panel.Unit, ":") || slices.Contains(known, panel.Unit):
			default:
				if id := nearUnit(panel.Unit, known); id != "" {
					p.Reportf(b.object, at, "unit %q is printed as it stands, Grafana does not know it", panel.Unit).Hint = "did you mean \"" + id + "\"?"
				}
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
