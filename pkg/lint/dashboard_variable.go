package lint

import (
	"slices"
	"strconv"

	"github.com/monctl/monctl/pkg/diag"
)

// dashboardVariable finds queries that name a variable which the dashboard
// does not have, and panels that are to be repeated for one.
func dashboardVariable(p *Pass) {
	for _, b := range p.dashboards {
		queries := slices.Clone(b.Annotations)
		for _, panel := range b.Panels {
			queries = append(queries, panel.Queries...)
		}
		for _, q := range queries {
			p.undefined(b, q.Pointer+"/expr", q.Expr)
			p.undefined(b, q.Pointer+"/datasource", q.Datasource.UID)
		}
		for _, v := range b.Variables {
			if v.Type == "query" {
				p.undefined(b, v.QueryPointer, v.Query)
				p.undefined(b, v.Pointer+"/datasource", v.Datasource.UID)
			}
		}
		for _, r := range b.Repeats {
			if d := p.undefined(b, r.Pointer, "$"+r.Variable); d != nil {
				d.Severity = diag.Info // it stands there once
			}
		}
	}
}

// undefined reports the variables that a text names and the dashboard does not
// have, and returns the last finding, or nil.
func (p *Pass) undefined(b board, pointer, text string) (last *diag.Diagnostic) {
	var names []string
	for _, v := range b.Variables {
		names = append(names, v.Name)
	}
	for _, name := range b.Undefined(text) {
		if isNumber(name) || slices.Contains(b.inputs, name) {
			continue
		}
		last = p.Reportf(b.object, pointer, "the dashboard has no variable %q", name)
		last.Hint = diag.DidYouMean(name, names)
	}
	return last
}

// isNumber reports whether $1 and the like are meant, of label_replace.
func isNumber(name string) bool {
	_, err := strconv.Atoi(name)
	return err == nil
}
