package lint_test

import "testing"

func TestDashboardDuplicateTitle(t *testing.T) {
	check(t, "dashboard/duplicate-title", map[string]string{"dashboard/f/a": "{uid: a, title: t}", "dashboard/f/b": "{uid: b, title: t}", "dashboard/g/c": "{uid: c, title: t}"},
		`/title: folder "f" has two dashboards titled "t"`,
	)
}
