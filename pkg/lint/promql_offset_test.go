package lint_test

import "testing"

func TestPromqlOffset(t *testing.T) {
	check(t, "promql/offset", rules(
		`{record: 'a:b', expr: 'x offset 1d'}`,
		`{record: 'a:c', expr: 'x offset -5m'}`,
		`{record: 'a:d', expr: 'x @ 1700000000'}`,
		`{record: 'a:e', expr: 'max_over_time(x[5m] @ end())'}`,
		`{record: 'a:f', expr: 'max_over_time(sum(x)[1h:5m] offset -1h)'}`,
	),
		`/rules/1/expr: a negative offset looks into the future, where a rule finds nothing`,
		`/rules/2/expr: @ 1700000000 is one moment for ever, which drops out of the storage one day`,
		`/rules/3/expr: in a rule, start() and end() are the time of the evaluation`,
		`/rules/4/expr: a negative offset looks into the future, where a rule finds nothing`,
	)
}
