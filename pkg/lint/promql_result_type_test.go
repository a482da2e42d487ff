package lint_test

import "testing"

func TestPromqlResultType(t *testing.T) {
	check(t, "promql/result-type", rules(
		`{alert: A, expr: 'up[5m]'}`,
		`{alert: B, expr: '"text"'}`,
		`{alert: C, expr: 'max_over_time(up[5m]) == 0'}`,
		`{alert: D, expr: '1'}`,
		`{record: 'a:b', expr: 'sum(up)[5m:1m]'}`,
	),
		`/rules/0/expr: the expression is a range of samples, so that every evaluation of "A" fails`,
		`/rules/1/expr: the expression is a string, so that every evaluation of "B" fails`,
		`/rules/4/expr: the expression is a range of samples, so that every evaluation of "a:b" fails`,
	)
}
