package lint_test

import "testing"

func TestPromqlHistogram(t *testing.T) {
	check(t, "promql/histogram", rules(
		`{record: 'a:b', expr: 'histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))'}`,
		`{record: 'a:c', expr: 'histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m])))'}`,
		`{record: 'a:d', expr: 'histogram_quantile(0.9, sum by (job) (rate(native[5m])))'}`,
		`{record: 'a:e', expr: 'histogram_quantile(99, rate(x_bucket[5m]))'}`,
		`{record: 'a:f', expr: 'histogram_quantile(0.9, sum by (le) (x_bucket))'}`,
		`{record: 'a:g', expr: 'histogram_quantile(0.9, sum by (le) (x_bucket - x_bucket offset 1h))'}`,
		`{record: 'a:h', expr: 'quantile(95, x)'}`,
		`{record: 'a:i', expr: 'quantile_over_time(-1, x[5m]) + quantile by (job) (0.95, x)'}`,
	),
		`/rules/1/expr: histogram_quantile needs the label "le" of the buckets, which is dropped`,
		`/rules/3/expr: the quantile 99 is not between 0 and 1, so the result is infinite`,
		`info /rules/4/expr: the quantile covers everything since the start of the process`,
		`/rules/6/expr: the quantile 95 is not between 0 and 1, so the result is infinite`,
		`/rules/7/expr: the quantile -1 is not between 0 and 1, so the result is infinite`,
	)
}
