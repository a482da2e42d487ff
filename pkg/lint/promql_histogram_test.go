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
	),
		`/rules/1/expr: histogram_quantile needs the label "le" of the buckets, which is dropped`,
		`/rules/3/expr: the quantile 99 is not between 0 and 1, so the result is infinite`,
		`info /rules/4/expr: the quantile covers everything since the start of the process`,
	)
}
