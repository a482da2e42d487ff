package dashboard

import (
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/expr"
)

// Placeholder stands in an expanded query for what is not known before Grafana
// runs: a name, a label's name or a part of a string that contains it says
// nothing.
const Placeholder = "__variable__"

// placeholders are the stand-ins with which a name can be told from one that
// was written.
var placeholders = []string{Placeholder, "1", "5m", "sum", Placeholder + `="` + Placeholder + `"`, "", Placeholder + `{` + Placeholder + `="` + Placeholder + `"}`, "or"}

// Expand returns what a PromQL query of a panel or an annotation is once
// Grafana has filled in the variables, with Placeholder for what they hold. It
// reports false if nothing makes an expression of it.
func (d Dashboard) Expand(query string, cache *expr.Cache) (*expr.Expr, bool) {
	if strings.TrimSpace(query) == "" {
		return nil, false
	}
	_, e, err := d.attempt(query, placeholders, cache)
	return e, err == nil
}

// The functions of variables of a Prometheus data source, as its query editor
// writes them.
var (
	labelValues = regexp.MustCompile(`(?s)^\s*label_values\(\s*(?:(.+),)?\s*([^,{}()]+?)\s*\)\s*$`)
	queryResult = regexp.MustCompile(`(?s)^\s*query_result\((.+)\)\s*$`)
	metricNames = regexp.MustCompile(`(?s)^\s*metrics\((.+)\)\s*$`)
)

// ExpandVariable returns the expression in the query of a variable:
// label_values(selector, label), query_result(expression), metrics(expression)
// as a selector of names, or a selector whose series are listed. Anything else
// reads no series.
func (d Dashboard) ExpandVariable(v Variable, cache *expr.Cache) (*expr.Expr, bool) {
	if v.Type != "query" || !IsPromQL(d.DatasourceType(v.Datasource)) {
		return nil, false
	}
	text := ""
	if m := labelValues.FindStringSubmatch(v.Query); m != nil {
		text = m[1]
	} else if m := queryResult.FindStringSubmatch(v.Query); m != nil {
		text = m[1]
	} else if strings.Contains(v.Query, "{") && !strings.Contains(v.Query, "(") {
		text = v.Query
	} else if m := metricNames.FindStringSubmatch(v.Query); m != nil {
		text = `{__name__=~".*(?:` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(m[1]) + `).*"}`
	}
	return d.Expand(text, cache)
}

// IsPromQL reports whether data sources of a type speak PromQL. One that is
// not known counts, since it is the default one as a rule.
func IsPromQL(datasourceType string) bool {
	return slices.Contains([]string{"", "prometheus", "victoriametrics-metrics-datasource", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource"}, datasourceType)
}
