package lint_test

import "testing"

func TestAlertFlapping(t *testing.T) {
	check(t, "alert/flapping", rules(
		`{alert: Swings, expr: x > 80, for: 5m}`,
		`{alert: Part, expr: x > 80 and on (job) y < 5, for: 5m}`,
		`{alert: Kept, expr: x > 80, for: 5m, keep_firing_for: 5m}`,
		`{alert: Sample, expr: x > 80}`,
		`{alert: Smooth, expr: 'avg_over_time(x[5m]) > 80', for: 5m}`,
		`{alert: State, expr: up == 0, for: 5m}`,
		`{alert: Zero, expr: x > 0, for: 5m}`,
		`{alert: Age, expr: time() - x > 600, for: 5m}`,
		`{alert: Started, expr: sysUpTime < 300, for: 5m}`,
		`{record: 'job:y:rate5m', expr: 'sum by (job) (rate(y_total[5m]))'}`,
		`{alert: Recorded, expr: 'job:y:rate5m > 80', for: 5m}`,
	),
		`/rules/0/expr: the first sample on the other side of the limit ends alert "Swings", which then waits for 5m again`,
		`/rules/1/expr: the first sample on the other side of the limit ends alert "Part", which then waits for 5m again`,
	)
}
