package lint_test

import "testing"

func TestDashboardVariableRefresh(t *testing.T) {
	check(t, "dashboard/variable-refresh", map[string]string{"dashboard/f/u": `
uid: u
title: t
templating:
  list:
  - {name: a, type: query, query: label_values(job), refresh: 2}
  - {name: b, type: query, query: label_values(job), refresh: 0}
  - {name: c, type: query, query: label_values(job)}
  - {name: d, type: custom, query: 'a,b'}
`},
		`/templating/list/1/refresh: variable "b" never asks for its values again`,
		`/templating/list/2: variable "c" never asks for its values again`,
	)
}
