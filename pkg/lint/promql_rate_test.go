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

func TestPromqlRateOfRates(t *testing.T) {
	check(t, "promql/rate", rules(
		`{record: 'a:rate5m', expr: 'sum by (job) (rate(x_total[5m]))'}`,
		`{record: 'a:b', expr: 'rate(a:rate5m[1h])'}`,
		`{record: 'a:c', expr: 'increase(rate(x_total[5m])[1h:1m])'}`,
		`{record: 'a:d', expr: 'rate(sum(rate(x_total[5m]))[1h:1m])'}`,
		`{record: 'a:e', expr: 'deriv(a:rate5m[1h])'}`,
		`{record: 'a:f', expr: 'sum(x_count)'}`,
		`{record: 'a:g', expr: 'rate(a:f[5m])'}`,
	),
		`/rules/1/expr: rate of a:rate5m, which a recording rule makes a rate`,
		`/rules/2/expr: increase of a rate: how fast a counter grows is a gauge`,
		`/rules/3/expr: rate of a rate: how fast a counter grows is a gauge`,
		`/rules/6/expr: rate of a:f, which a recording rule makes a sum of counters`,
	)
}

func TestPromqlRateWindow(t *testing.T) {
	lines := group(
		`{record: 'a:b', expr: 'rate(x_total{job="slow"}[1m])'}`,
		`{record: 'a:c', expr: 'rate(x_total{job="slow"}[90s])'}`,
		`{record: 'a:d', expr: 'rate(x_total{job="slow"}[3m])'}`,
		`{record: 'a:e', expr: 'rate(x_total{job="slow"}[4m])'}`,
		`{record: 'a:f', expr: 'rate(x_total{job="fast"}[1m])'}`,
		`{record: 'a:g', expr: 'rate(x_total[20s])'}`,
		`{record: 'a:h', expr: 'rate(x_total{job="other"}[10s])'}`,
		`{record: 'a:i', expr: 'rate(x_total{job=~"fast|slow"}[30s])'}`,
	)
	check(t, "promql/rate", map[string]string{"rules/n/g": lines})
	check(t, "promql/rate", map[string]string{"rules/n/g": lines, "prometheus": `
global: {scrape_interval: 15s}
scrape_configs:
- {job_name: fast}
- {job_name: slow, scrape_interval: 1m}
`},
		`/rules/0/expr: rate over 1m has one sample at most: job slow is scraped every 1m`,
		`/rules/1/expr: rate over 1m30s has two samples at most, and none of them to spare: job slow is scraped every 1m`,
		`info /rules/2/expr: rate over 3m has 3 samples, so that a missed scrape shows: job slow is scraped every 1m`,
		`/rules/5/expr: rate over 20s has two samples at most, and none of them to spare: every job is scraped at most every 15s`,
		`/rules/7/expr: rate over 30s has one sample at most: job slow is scraped every 1m`,
	)
}
