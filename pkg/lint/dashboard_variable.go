package lint

import (
	"slices"
	"strconv"

	"github.com/monctl/monctl/pkg/diag"
)

// dashboardVariable finds queries that name a variable which the dashboard
// does not have.
func dashboardVariable(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			for _, q := range panel.Queries {
				p.undefined(b, q.Pointer+"/expr", q.Expr)
				p.undefined(b, q.Pointer+"/datasource", q.Datasource.UID)
			}
		}
		for i, v := range b.Variables {
			at := b.Pointer + "/templating/list/" + strconv.Itoa(i) + "/query"
			if v.Type == "query" {
				p.undefined(b, at, v.Query)
			}
		}
	}
}

func (p *Pass) undefined(b board, pointer, text string) {
	var names []string
	for _, v := range b.Variables {
		names = append(names, v.Name)
	}
	for _, name := range b.Undefined(text) {
		if isNumber(name) || slices.Contains(b.inputs, name) {
			continue
		}
		p.Reportf(b.object, pointer, "the dashboard has no variable %q", name).Hint = diag.DidYouMean(name, names)
	}
}

// isNumber reports whether $1 and the like are meant, of label_replace.
func isNumber(name string) bool {
	_, err := strconv.Atoi(name)
	return err == nil
}
