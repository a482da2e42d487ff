package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
)

// dashboardVariableUnused finds variables that people can choose without any
// effect.
func dashboardVariableUnused(p *Pass) {
	for _, b := range p.dashboards {
		if len(b.Panels) == 0 || slices.ContainsFunc(b.Panels, ofLibrary) {
			continue // what a library panel uses is not here
		}
		used := map[string]bool{}
		b.spec.Walk(func(pointer string, v bundle.Value) bool {
			if v.Kind == bundle.String {
				own := owner(b.Variables, pointer)
				for _, name := range dashboard.References(v.Text) {
					used[name] = used[name] || name != own
				}
				if strings.HasSuffix(pointer, "/repeat") {
					used[v.Text] = true
				}
			}
			return true
		})
		for _, v := range b.Variables {
			// An ad hoc filter works without being named.
			if v.Type == "adhoc" || used[v.Name] {
				continue
			}
			p.Reportf(b.object, v.Pointer, "nothing uses the variable %q", v.Name)
		}
	}
}

// owner returns the variable that a place belongs to, or "": that a variable
// names itself is no use of it.
func owner(variables []dashboard.Variable, pointer string) string {
	for _, v := range variables {
		if strings.HasPrefix(pointer, v.Pointer+"/") {
			return v.Name
		}
	}
	return ""
}
