package lint_test

import "testing"

func TestPromqlRate(t *testing.T) {
	check(t, "promql/rate", rules(
		`{record: 'a:b', expr: 'sum(rate(x_total[5m]))'}`,
		`{record: 'a:sum', expr: 'sum by (job) (x_total)'}`,
		`{record: 'a:c', expr: 'rate(sum(x_total)[5m:1m])'}`,
		`{record: 'a:d', expr: 'rate(a:sum[5m])'}`,
		`{record: 'a:e', expr: 'increase(node_boot_timestamp_seconds[5m])'}`,
		`{record: 'a:f', expr: 'delta(x_total[5m])'}`,
		`{record: 'a:g', expr: 'delta(temperature_celsius[5m])'}`,
		`{record: 'a:h', expr: 'max_over_time(sum(x)[5m:1m])'}`,
	),
		`/rules/2/expr: rate of a sum: a counter that restarts makes the sum drop, which rate takes for a restart of all`,
		`/rules/3/expr: rate of a:sum, which a recording rule makes a sum of counters`,
		`/rules/4/expr: increase of node_boot_timestamp_seconds, which by its name is no counter`,
		`/rules/5/expr: delta of the counter x_total does not see restarts`,
	)
}
