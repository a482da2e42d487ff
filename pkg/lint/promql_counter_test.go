package lint_test

import "testing"

func TestPromqlCounter(t *testing.T) {
	check(t, "promql/counter", rules(
		`{alert: A, expr: 'errors_total > 10'}`,
		`{alert: B, expr: 'sum by (job) (errors_total) > 10'}`,
		`{alert: C, expr: 'increase(errors_total[1h]) > 10'}`,
		`{alert: D, expr: 'errors_total > 0'}`,
		`{alert: E, expr: 'errors_total - errors_total offset 1h > 10'}`,
		`{alert: F, expr: '10 < errors_total'}`,
	),
		`/rules/0/expr: alert "A" compares the counter errors_total itself, which only ever grows until a restart`,
		`/rules/1/expr: alert "B" compares the counter errors_total itself, which only ever grows until a restart`,
		`/rules/5/expr: alert "F" compares the counter errors_total itself, which only ever grows until a restart`,
	)
}
