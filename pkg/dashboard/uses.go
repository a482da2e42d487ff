package dashboard

import (
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// Uses reports whether anything in the dashboard names a variable, or repeats
// for it. That a variable names itself is no use of it.
func (d Dashboard) Uses(name string) bool { return d.uses != nil && d.uses()[name] }

func usedVariables(v bundle.Value, variables []Variable) map[string]bool {
	used := map[string]bool{}
	v.Walk(func(pointer string, v bundle.Value) bool {
		if v.Kind == bundle.String {
			own := owner(variables, pointer)
			for _, name := range References(v.Text) {
				used[name] = used[name] || name != own
			}
			if strings.HasSuffix(pointer, "/repeat") {
				used[v.Text] = true
			}
		}
		return true
	})
	return used
}

// owner returns the variable that a place belongs to, or "".
func owner(variables []Variable, pointer string) string {
	for _, v := range variables {
		if strings.HasPrefix(pointer, v.Pointer+"/") {
			return v.Name
		}
	}
	return ""
}
