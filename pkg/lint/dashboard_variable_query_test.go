package lint_test

import "testing"

func TestDashboardVariableQuery(t *testing.T) {
	check(t, "dashboard/variable-query", map[string]string{"dashboard/f/u": `
uid: u
title: t
templating:
  list:
  - {name: ds, type: datasource, query: prometheus}
  - {name: logs, type: datasource, query: loki}
  - {name: a, type: query, datasource: $ds, query: 'label_values(up{job=~"$job", x="a,b"}, instance)'}
  - {name: b, type: query, datasource: $ds, query: 'label_values(up{job=~"$job", instance)'}
  - {name: c, type: query, datasource: $ds, query: {query: 'label_values(up, in-stance)', refId: x}}
  - {name: d, type: query, datasource: $ds, query: 'query_result(topk(5, sum by (job) (up))'}
  - {name: e, type: query, datasource: $ds, query: 'label_values(job)'}
  - {name: f, type: query, datasource: $ds, query: 'metrics(.*_total)'}
  - {name: g, type: query, datasource: $ds, query: 'query_result(sum(x) > 1)'}
  - {name: h, type: query, datasource: $logs, query: 'anything ('}
  - {name: i, type: query, datasource: $ds, query: 'label_values(up, $label)'}
panels: []
`},
		`/templating/list/3/query: the query of variable "b" is no PromQL: unexpected end of input inside braces`,
		`/templating/list/4/query/query: variable "c" asks for the values of "in-stance", which is no label`,
		`/templating/list/5/query: the query of variable "d" is no PromQL: unclosed left parenthesis`,
	)
}
