package lint_test

import "testing"

func TestDashboardDatasource(t *testing.T) {
	check(t, "dashboard/datasource", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: variable, datasource: {type: prometheus, uid: $ds}, targets: [{refId: A, expr: up}]}
- {title: fixed, datasource: {type: prometheus, uid: abc}, targets: [{refId: A, expr: up}, {refId: B, expr: up}]}
- {title: by name, targets: [{refId: A, expr: up, datasource: Prometheus}]}
- {title: built in, datasource: '-- Grafana --', targets: [{refId: A}]}
- {title: default, targets: [{refId: A, expr: up}]}
- {title: default by name, datasource: default, targets: [{refId: A, expr: up}]}
`},
		`/panels/1/targets/0: query A of panel "fixed" is bound to the data source "abc"`,
		`/panels/2/targets/0: query A of panel "by name" is bound to the data source "Prometheus"`,
	)
}
