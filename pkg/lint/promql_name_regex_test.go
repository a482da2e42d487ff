package lint_test

import "testing"

func TestPromqlNameRegex(t *testing.T) {
	check(t, "promql/name-regex", rules(
		`{record: 'a:b', expr: 'sum({__name__=~"x_.*", job="a"})'}`,
		`{record: 'a:c', expr: 'sum({__name__=~"x_a|x_b"})'}`,
		`{record: 'a:e', expr: 'sum({__name__=~"y_.*", __name__!="y_a"})'}`,
		`{record: 'a:d', expr: 'x{job=~"a.*"}'}`,
	),
		`/rules/0/expr: the metrics are looked for by __name__=~"x_.*"`,
		`/rules/2/expr: the metrics are looked for by __name__=~"y_.*"`,
	)
}
