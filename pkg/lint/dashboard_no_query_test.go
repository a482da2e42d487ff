package lint_test

import "testing"

func TestDashboardNoQuery(t *testing.T) {
	check(t, "dashboard/no-query", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: good, type: stat, targets: [{expr: x}, {expr: y, hide: true}]}
- {title: empty, type: stat, targets: []}
- {title: hidden, type: table, targets: [{expr: x, hide: true}]}
- {title: text, type: text}
- {title: shared, type: stat, libraryPanel: {uid: x}}
`},
		`/panels/1: panel "empty" has no query, so it shows nothing`,
		`/panels/2: all queries of panel "hidden" are hidden, so it shows nothing`,
	)
}
