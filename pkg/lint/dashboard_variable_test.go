package lint_test

import "testing"

func TestDashboardVariable(t *testing.T) {
	check(t, "dashboard/variable", map[string]string{"dashboard/f/u": `
uid: u
title: t
__inputs: [{name: DS_PROM, type: datasource}]
templating: {list: [{name: ds, type: datasource, query: prometheus}, {name: job, type: query, query: 'label_values(up{dc="$dc"}, job)'}]}
panels:
- {title: good, datasource: $ds, targets: [{refId: A, expr: 'label_replace(x{job="$job"}, "a", "$1", "b", "(.*)") > $__from'}]}
- {title: bad, datasource: '${datasource}', targets: [{refId: A, expr: 'x{job="$jobs"}'}]}
- {type: row, title: r, repeat: jobs, panels: [{title: repeated, repeat: job, targets: [{refId: A, expr: x}]}]}
- {title: input, datasource: '${DS_PROM}', targets: [{refId: A, expr: x}]}
annotations: {list: [{name: deploys, datasource: '${ds}', expr: 'changes(x{job="$jobb"}[5m])'}, {name: Alerts, datasource: '-- Grafana --'}]}
`},
		`/templating/list/1/query: the dashboard has no variable "dc"`,
		`/panels/1/targets/0/datasource: the dashboard has no variable "datasource"`,
		`/panels/1/targets/0/expr: the dashboard has no variable "jobs"`,
		`info /panels/2/repeat: the dashboard has no variable "jobs"`,
		`/annotations/list/0/expr: the dashboard has no variable "jobb"`,
	)
}
