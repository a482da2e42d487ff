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
	),
		`/rules/1/expr: alert "Nothing" compares with nothing, so it fires whatever the value is`,
		`/rules/2/expr: alert "Bool" compares with nothing, so it fires whatever the value is`,
		`/rules/6/expr: alert "HalfOr" compares with nothing, so it fires whatever the value is`,
		`/rules/12/expr: alert "AllSeries" compares with nothing, so it fires whatever the value is`,
		`/rules/13/expr: alert "AllSeriesOfTwo" compares with nothing, so it fires whatever the value is`,
	)
}
