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

func TestAlertForDurations(t *testing.T) {
	lines := `name: g
interval: 1m
rules:
- {alert: Short, expr: x > 1, for: 30s}
- {alert: Fits, expr: x > 1, for: 5m}
- {alert: Zero, expr: 'rate(x[5m]) > 1', for: 0s}
- {alert: Long, expr: x > 1, for: 7d, keep_firing_for: 2d}
- {alert: Kept, expr: x > 1, keep_firing_for: 10m}
- {alert: Certificate, expr: cert_expiry_days < 14}
- {alert: KeptShort, expr: 'rate(x[5m]) > 1', keep_firing_for: 10s}
`
	check(t, "alert/for", map[string]string{"rules/n/g": lines},
		`/rules/0/for: for: 30s of alert "Short" is shorter than the evaluation interval 1m, so it means 1m`,
		`/rules/2/for: for: 0s is what holds without it`,
		`/rules/3/for: for: 1w of alert "Long" begins anew when Prometheus was down for longer than an hour`,
		`/rules/3/keep_firing_for: alert "Long" keeps firing for 2d after it is over`,
		`/rules/6/keep_firing_for: keep_firing_for: 10s of alert "KeptShort" is shorter than the evaluation interval 1m, so it means 1m`,
	)
	check(t, "alert/for", map[string]string{
		"rules/n/g":  group(`{alert: Short, expr: x > 1, for: 30s}`),
		"prometheus": "global: {evaluation_interval: 15s}\n",
	})
	check(t, "alert/for", map[string]string{
		"rules/n/g":  group(`{alert: Short, expr: x > 1, for: 30s}`),
		"prometheus": "global: {}\n",
	}, `/rules/0/for: for: 30s of alert "Short" is shorter than the evaluation interval 1m, so it means 1m`)
}
