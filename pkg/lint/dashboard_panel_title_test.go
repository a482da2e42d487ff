package lint_test

import "testing"

func TestDashboardPanelTitle(t *testing.T) {
	check(t, "dashboard/panel-title", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: good, type: stat}
- {type: stat, targets: [{expr: x}]}
- {type: text}
- {type: timeseries, libraryPanel: {uid: x}}
`},
		`/panels/1: the stat panel has no title`,
	)
}
