package lint_test

import "testing"

func TestPromqlNaN(t *testing.T) {
	check(t, "promql/nan", rules(
		`{record: 'a:b', expr: 'avg(rate(x_sum[5m]) / rate(x_count[5m]))'}`,
		`{record: 'a:c', expr: 'sum(rate(x_sum[5m])) / sum(rate(x_count[5m]))'}`,
		`{record: 'a:d', expr: 'avg(rate(x_sum[5m]) / (rate(x_count[5m]) > 0))'}`,
		`{record: 'a:e', expr: 'max(rate(x_sum[5m]) / rate(x_count[5m]))'}`,
		`{record: 'a:f', expr: 'avg(1 - sum by (pod) (rate(x_sum[5m])) / sum by (pod) (rate(x_count[5m])))'}`,
		`{record: 'a:g', expr: 'avg(a / b)'}`,
	),
		`/rules/0/expr: where nothing happens, this divides 0 by 0, and one NaN makes the avg NaN`,
		`/rules/4/expr: where nothing happens, this divides 0 by 0, and one NaN makes the avg NaN`,
	)
}
