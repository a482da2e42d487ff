package lint_test

import "testing"

func TestPromqlSubquery(t *testing.T) {
	check(t, "promql/subquery", rules(
		`{record: 'a:b', expr: 'max_over_time(x[1h:1m])'}`,
		`{record: 'a:c', expr: 'max_over_time(rate(x_total[5m])[1h:1m])'}`,
		`{record: 'a:d', expr: 'max_over_time(sum(x)[5m:10m])'}`,
		`{record: 'a:e', expr: 'max_over_time(a:b[1h:1m])'}`,
	),
		`/rules/0/expr: a subquery over a selector evaluates it at every step, and repeats or leaves out samples`,
		`/rules/2/expr: the step 10m of the subquery is longer than its range 5m, so it often has no sample at all`,
	)
}
