package lint

import "slices"

// dashboardVariableUnused finds variables that people can choose without any
// effect.
func dashboardVariableUnused(p *Pass) {
	for _, b := range p.dashboards {
		if len(b.Panels) == 0 || slices.ContainsFunc(b.Panels, ofLibrary) {
			continue // what a library panel uses is not here
		}
		for _, v := range b.Variables {
			// An ad hoc filter works without being named.
			if v.Type == "adhoc" || b.Uses(v.Name) {
				continue
			}
			p.Reportf(b.object, v.Pointer, "nothing uses the variable %q", v.Name)
		}
	}
}
