package lint_test

import "testing"

func TestPromqlVectorMatching(t *testing.T) {
	check(t, "promql/vector-matching", rules(
		`{record: 'a:b', expr: 'x{a="1"} / sum(y)'}`,
		`{record: 'a:c', expr: 'x{a="1"} / ignoring (a) sum(y)'}`,
		`{record: 'a:d', expr: 'x{state="used"} / x{state="limit"}'}`,
		`{record: 'a:e', expr: 'x{state="used"} / on (pod) x{state="limit"}'}`,
		`{record: 'a:f', expr: 'x / sum(y)'}`,
	),
		`/rules/0/expr: the left side has the label "a", the right side cannot have it`,
		`/rules/2/expr: the label "state" is "used" on the left side and "limit" on the right side`,
	)
}
