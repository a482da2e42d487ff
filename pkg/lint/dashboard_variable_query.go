package lint

import (
	"regexp"
	"strings"

	"github.com/monctl/monctl/pkg/expr"
)

// The functions by which Grafana's Prometheus data source fills variables.
var (
	labelValues = regexp.MustCompile(`(?s)^\s*label_values\((?:(.+),)?\s*([^,]+?)\s*\)\s*$`)
	queryResult = regexp.MustCompile(`(?s)^\s*query_result\((.+)\)\s*$`)
	otherLists  = regexp.MustCompile(`(?s)^\s*(?:label_names|metrics)\(.*\)\s*$`)
	labelName   = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// dashboardVariableQuery finds variables whose query is none, so that the
// variable has no values and the panels have no data.
func dashboardVariableQuery(p *Pass) {
	var cache expr.Cache
	for _, b := range p.dashboards {
		for _, v := range b.Variables {
			if v.Type != "query" || v.Query == "" || b.DatasourceType(v.Datasource) != "prometheus" || otherLists.MatchString(v.Query) {
				continue
			}
			query := v.Query // a plain query lists the label sets of its result
			if m := labelValues.FindStringSubmatch(v.Query); m != nil {
				if !strings.ContainsAny(m[2], "$[") && !labelName.MatchString(m[2]) {
					p.Reportf(b.object, v.QueryPointer, "variable %q asks for the values of %q, which is no label", v.Name, m[2])
				}
				if query = strings.TrimSpace(m[1]); query == "" {
					continue
				}
			} else if m := queryResult.FindStringSubmatch(v.Query); m != nil {
				query = m[1]
			}
			if syntax := p.checkQuery(b, query, &cache); syntax != nil {
				d := p.Reportf(b.object, v.QueryPointer, "the query of variable %q is no PromQL: %s", v.Name, syntax.Message)
				d.Detail, d.Hint = syntax.Excerpt(), syntax.Hint
			}
		}
	}
}
