package lint_test

import "testing"

func TestRulesCycle(t *testing.T) {
	check(t, "rules/cycle", rules(
		`{record: 'a:x', expr: 'b:x'}`,
		`{record: 'b:x', expr: 'a:x + 1'}`,
		`{record: 'c:x', expr: 'x or c:x'}`,
		`{record: 'd:x', expr: 'x or d:x offset 1m'}`,
		`{record: 'e:x', expr: 'max_over_time(e:x[1h])'}`,
		`{record: 'f:x', expr: 'a:x'}`,
	),
		`/rules/0/expr: recording rules depend on each other in a circle: a:x, b:x`,
		`/rules/2/expr: recording rule "c:x" reads its own result`,
	)
}
