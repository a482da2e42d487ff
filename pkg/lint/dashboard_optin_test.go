package lint_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/lint"
)

func TestDashboardCounter(t *testing.T) {
	check(t, "dashboard/counter", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {id: 1, type: stat, title: Raw, targets: [{refId: A, expr: 'sum(x_total{job="$job"})'}]}
- {id: 2, type: stat, title: Rate, targets: [{refId: A, expr: 'sum(rate(x_total[$__rate_interval]))'}, {refId: B, expr: x_bytes}, {refId: C, expr: x_total - x_total offset 1d}]}
- {id: 3, type: stat, title: Memory, targets: [{refId: A, expr: memory_total}]}
`},
		`/panels/0/targets/0/expr: panel "Raw" shows the counter x_total itself, which only ever grows until a restart`,
	)
}

func TestDashboardEditable(t *testing.T) {
	check(t, "dashboard/editable", map[string]string{
		"dashboard/f/a": "{uid: a, title: A}",
		"dashboard/f/b": "{uid: b, title: B, editable: true}",
		"dashboard/f/c": "{uid: c, title: C, editable: false}",
		"dashboard/f/d": "{apiVersion: dashboard.grafana.app/v1, kind: Dashboard, metadata: {name: d}, spec: {title: D, editable: true}}",
	},
		`: dashboard "A" can be edited in Grafana, where the next deployment overwrites it`,
		`/editable: dashboard "B" can be edited in Grafana, where the next deployment overwrites it`,
		`/spec/editable: dashboard "D" can be edited in Grafana, where the next deployment overwrites it`,
	)
}

const labelledBoard = `
uid: u
title: t
templating:
  list:
  - {name: job, type: query, query: 'label_values(up, job)', multi: true}
  - {name: cluster, type: textbox}
panels:
- {id: 1, type: timeseries, title: P, targets: [{refId: A, expr: 'sum(x{job=~"$job"}) / sum(y)'}, {refId: B, expr: 'all:x:sum'}]}
`

func TestDashboardLabelMatcher(t *testing.T) {
	check(t, "dashboard/label-matcher", map[string]string{
		"dashboard/f/u": labelledBoard,
		"rules/n/g":     group(`{record: 'all:x:sum', expr: sum(x)}`),
	},
		`/panels/0/targets/0/expr: query A of panel "P" reads x of every instance`,
		`/panels/0/targets/0/expr: query A of panel "P" reads y of every job`,
	)
	checkWith(t, "dashboard/label-matcher", lint.Options{Conventions: lint.Conventions{DashboardLabels: []string{}}}, map[string]string{"dashboard/f/u": labelledBoard})
}

func TestDashboardLabelVariable(t *testing.T) {
	check(t, "dashboard/label-variable", map[string]string{"dashboard/f/u": labelledBoard, "dashboard/f/empty": "{uid: empty, title: Links}"},
		`: dashboard "t" has no variable "instance"`,
	)
	checkWith(t, "dashboard/label-variable", lint.Options{Conventions: lint.Conventions{DashboardLabels: []string{"cluster"}}}, map[string]string{"dashboard/f/u": labelledBoard},
		`/templating/list/1/type: variable "cluster" does not ask Prometheus for its values`,
	)
}

func TestDashboardPanelDescription(t *testing.T) {
	check(t, "dashboard/panel-description", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {id: 1, type: timeseries, title: Bare}
- {id: 2, type: timeseries, title: Told, description: what it is}
- {id: 3, type: text, title: Text}
`},
		`/panels/0: panel "Bare" has no description`,
	)
}
