package lint_test

import "testing"

func TestPromqlImpossible(t *testing.T) {
	check(t, "promql/impossible", rules(
		`{record: 'a:b', expr: 'x{a="1", a="2"}'}`,
		`{alert: A, expr: 'count(x) == 0'}`,
		`{alert: B, expr: '(count(x) or vector(0)) == 0'}`,
		`{record: 'a:c', expr: 'sum by (pod) (sum by (job) (x))'}`,
		`{record: 'a:d', expr: 'vector(1) or sum(x)'}`,
		`{record: 'a:e', expr: 'x{a="1"} unless sum(y)'}`,
		`{record: 'a:f', expr: 'x / on (job) group_left (pod) sum by (job) (y)'}`,
		`{record: 'a:g', expr: 'x{a="1"} / sum(y)'}`,
	),
		`/rules/0/expr: no series passes both a="1" and a="2"`,
		`/rules/1/expr: the comparison is never true: the value is at least 1, compared with == 0`,
		`/rules/3/expr: by names the label "pod", which cannot be there`,
		`/rules/4/expr: this side of or is never used: the left side always has a result`,
		`/rules/5/expr: unless never takes anything away: the left side has the label "a", the right side cannot have it`,
		`/rules/6/expr: group_left or group_right names the label "pod", which cannot be there`,
	)
}
