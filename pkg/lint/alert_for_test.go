package lint_test

import "testing"

func TestAlertFor(t *testing.T) {
	check(t, "alert/for", rules(
		`{alert: For, expr: x > 1, for: 5m}`,
		`{alert: Range, expr: 'max_over_time(x[5m]) > 1'}`,
		`{alert: Sample, expr: x > 1}`,
		`{alert: Absent, expr: absent(x)}`,
		`{alert: AbsentFor, expr: absent(x), for: 10m}`,
		`{alert: Watchdog, expr: vector(1)}`,
		`{alert: Age, expr: time() - x < 600}`,
		`{alert: Counter, expr: x_total > 0}`,
	),
		`/rules/2: alert "Sample" fires on a single sample: neither for nor a range`,
		`warning /rules/3: alert "Absent" fires as soon as one scrape is missed: absent() without for`,
	)
}
