package lint_test

import "testing"

func TestPromqlUnselective(t *testing.T) {
	check(t, "promql/unselective", rules(
		`{record: 'a:b', expr: 'count({job=~".+"})'}`,
		`{record: 'a:c', expr: 'count({job!="a", instance=~".+"})'}`,
		`{record: 'a:d', expr: 'count({job="a"})'}`,
		`{record: 'a:e', expr: 'count(up)'}`,
	),
		`/rules/0/expr: the selector names no metric and no value of a label, so it reads all series`,
		`/rules/1/expr: the selector names no metric and no value of a label, so it reads all series`,
	)
}
