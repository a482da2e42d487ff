package lint_test

import "testing"

func TestPromqlMetricType(t *testing.T) {
	checkWith(t, "promql/metric-type", known(t), rules(
		`{record: a, expr: 'rate(temperature[5m]) + rate(sent_timestamp_in_seconds[5m]) + rate(requests_total[5m]) + rate(odd[5m]) + rate(latency_seconds_count[5m])'}`,
		`{record: b, expr: 'deriv(restarts[5m]) + deriv(temperature[5m])'}`,
		`{record: c, expr: 'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))'}`,
		`{record: d, expr: 'histogram_quantile(0.9, rate(duration_seconds_sum[5m]))'}`,
		`{record: e, expr: 'histogram_quantile(0.9, rate(latency_seconds_sum[5m]))'}`,
		`{record: f, expr: 'histogram_quantile(0.9, temperature)'}`,
		`{record: g, expr: 'rate(duration_seconds[5m])'}`,
		`{alert: H, expr: 'sum(restarts) > 5'}`,
		`{alert: I, expr: 'increase(restarts[1h]) > 5 and restarts > 0 and restarts - restarts offset 1h > 5 and temperature > 5'}`,
	),
		`/rules/0/expr: rate of temperature, which is a gauge: every decrease is taken for a restart`,
		`/rules/1/expr: deriv of restarts, which is a counter, does not see restarts`,
		`/rules/3/expr: histogram_quantile of duration_seconds_sum, which is a summary`,
		`/rules/4/expr: histogram_quantile of latency_seconds_sum, which has no buckets`,
		`/rules/5/expr: histogram_quantile of temperature, which is a gauge`,
		`/rules/6/expr: rate of duration_seconds, which is a gauge: every decrease is taken for a restart`,
		`/rules/7/expr: alert compares the counter restarts itself: what it has counted since the start only goes away with a restart`,
	)
}
