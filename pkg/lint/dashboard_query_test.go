package lint_test

import "testing"

func TestDashboardQuery(t *testing.T) {
	check(t, "dashboard/query", map[string]string{"dashboard/f/u": `
uid: u
title: t
templating: {list: [{name: ds, type: datasource, query: prometheus}, {name: logs, type: datasource, query: loki}]}
panels:
- {title: good, datasource: $ds, targets: [{refId: A, expr: 'sum by ($by) (rate(x{job="$job"}[$__rate_interval]))'}]}
- {title: bad, datasource: {uid: '${ds}'}, targets: [{refId: A, expr: 'sum(rate(x[$__rate_interval])'}]}
- {title: logs, datasource: $logs, targets: [{refId: A, expr: '{a="b"} |= "c"'}]}
- {title: unknown, datasource: Mine, targets: [{refId: A, expr: 'SELECT 1'}]}
- {title: default, targets: [{expr: 'up == '}, {refId: B, expr: '{a="b"} |= "c"'}, {refId: C, expr: up}]}
annotations: {list: [{name: deploys, datasource: {uid: '${ds}'}, expr: 'changes(x[5m]'}, {name: logs, datasource: $logs, expr: '{a="b"} |= "c"'}]}
`}, `/panels/1/targets/0/expr: query A of panel "bad" is no PromQL: unclosed left parenthesis`,
		`/panels/4/targets/0/expr: a query of panel "default" is no PromQL: unexpected end of input`,
		`/annotations/list/0/expr: the query of annotation "deploys" is no PromQL: unclosed left parenthesis`)
}
