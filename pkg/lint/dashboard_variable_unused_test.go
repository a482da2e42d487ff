package lint_test

import "testing"

func TestDashboardVariableUnused(t *testing.T) {
	check(t, "dashboard/variable-unused", map[string]string{"dashboard/f/u": `
uid: u
title: t
templating:
  list:
  - {name: ds, type: datasource, query: prometheus}
  - {name: job, type: query, datasource: $ds, query: 'label_values(up{job="$job"}, job)'}
  - {name: dc, type: query, query: 'label_values(dc)'}
  - {name: host, type: query, query: 'label_values(up{dc="$dc"}, host)'}
  - {name: filter, type: adhoc}
panels:
- {title: p, type: stat, repeat: host, targets: [{expr: x}]}
`},
		`/templating/list/1: nothing uses the variable "job"`,
	)
}
