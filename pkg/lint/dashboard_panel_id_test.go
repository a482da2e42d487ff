package lint_test

import "testing"

func TestDashboardPanelID(t *testing.T) {
	check(t, "dashboard/panel-id", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: a, type: stat, id: 1}
- {title: row, type: row, id: 2, panels: [{title: b, type: stat, id: 1}]}
- {title: c, type: stat, id: 3}
- {title: d, type: stat}
- {title: e, type: stat}
`},
		`/panels/1/panels/0/id: panel "b" has the id 1 of another panel`,
	)
}
