package lint_test

import "testing"

func TestDashboardRateInterval(t *testing.T) {
	check(t, "dashboard/rate-interval", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: good, type: timeseries, targets: [{refId: A, expr: 'sum(rate(x_total[$__rate_interval])) / increase(y_total[1d])'}]}
- {title: short, type: timeseries, targets: [{refId: A, expr: 'sum(rate(x_total{a="b"}[$__interval]))'}]}
- {title: bounded, type: graph, interval: 1m, targets: [{refId: A, expr: 'rate(x_total[$__interval])'}]}
- {title: bounded too, type: graph, targets: [{refId: A, interval: 1m, expr: 'rate(x_total[$__interval])'}]}
- {title: fixed, type: timeseries, targets: [{refId: A, expr: 'a + irate( x_total [5m] )'}]}
- {title: one number, type: stat, targets: [{refId: A, expr: 'rate(x_total[5m])'}]}
- {title: subquery, type: timeseries, targets: [{refId: A, expr: 'max_over_time(x[5m:1m])'}]}
`},
		`/panels/1/targets/0/expr: rate over $__interval: zoomed in, that is less than two scrapes, and the graph is empty`,
		`/panels/4/targets/0/expr: irate over a fixed [5m]: zoomed out, the graph skips what lies between its points`,
	)
}
