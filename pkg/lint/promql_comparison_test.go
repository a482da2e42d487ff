package lint_test

import "testing"

func TestPromqlComparison(t *testing.T) {
	check(t, "promql/comparison", rules(
		`{alert: Compared, expr: 'sum(rate(x[5m])) > 0'}`,
		`{alert: Nothing, expr: 'sum(rate(x[5m]))'}`,
		`{alert: Bool, expr: 'x > bool 1'}`,
		`{alert: Absent, expr: 'absent(x)'}`,
		`{alert: Unless, expr: 'x unless y'}`,
		`{alert: Counted, expr: 'count(x > 1)'}`,
		`{alert: HalfOr, expr: 'x > 1 or y'}`,
		`{alert: Watchdog, expr: 'vector(1)'}`,
		`{alert: State, expr: 'count by (team) (ALERTS{alertstate="firing"})'}`,
		`{record: 'a:b', expr: x}`,
		`{alert: LooksFor, expr: 'index_size{name=~".*ccnew.*"}'}`,
		`{alert: LooksForInfo, expr: 'build_info{version="1.0"}'}`,
		`{alert: AllSeries, expr: 'index_size{name=~".+", job="db"}'}`,
		`{alert: AllSeriesOfTwo, expr: 'index_size{name=~"a|b"}'}`,
		`{alert: BoolAnd, expr: 'x == bool 1 and y'}`,
		`{alert: AndBool, expr: 'x > 3 and on (job) (y > bool 0)'}`,
		`{alert: UnlessBool, expr: 'x > 3 unless (y > bool 0)'}`,
		`{alert: Scalar, expr: 'scalar(x) > bool 5'}`,
		`{alert: BoolCompared, expr: '(x > bool 5) == 1'}`,
		`{alert: BoolSummed, expr: 'sum(x > bool 5) > 3'}`,
		`{alert: Constant, expr: '1 > bool 0'}`,
	),
		`/rules/1/expr: alert "Nothing" compares with nothing, so it fires whatever the value is`,
		`/rules/2/expr: with bool, the comparison is 0 or 1 and leaves nothing out, so alert "Bool" does not depend on it`,
		`/rules/6/expr: alert "HalfOr" compares with nothing, so it fires whatever the value is`,
		`/rules/12/expr: alert "AllSeries" compares with nothing, so it fires whatever the value is`,
		`/rules/13/expr: alert "AllSeriesOfTwo" compares with nothing, so it fires whatever the value is`,
		`/rules/14/expr: with bool, the comparison is 0 or 1 and leaves nothing out, so alert "BoolAnd" does not depend on it`,
		`/rules/15/expr: with bool, the comparison is 0 or 1 and leaves nothing out, so alert "AndBool" does not depend on it`,
		`/rules/16/expr: with bool, the comparison is 0 or 1 and leaves nothing out, so alert "UnlessBool" does not depend on it`,
		`/rules/17/expr: with bool, the comparison is 0 or 1 and leaves nothing out, so alert "Scalar" does not depend on it`,
	)
}
