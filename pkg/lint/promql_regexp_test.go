package lint_test

import "testing"

func TestPromqlRegexp(t *testing.T) {
	check(t, "promql/regexp", rules(
		`{record: 'a:b', expr: 'x{a=~"b|c", d!~".+", e=~""}'}`,
		`{record: 'a:b', expr: 'x{a=~"b"}'}`,
		`{record: 'a:b', expr: 'x{a!~"^b.*"}'}`,
		`{record: 'a:b', expr: 'x{a=~"b.*[$]"} + y{a=~"b.*\\\\$"}'}`,
	),
		`/rules/1/expr: the matcher a=~"b" has no use for a regular expression`,
		`/rules/2/expr: the matcher a!~"^b.*" is anchored twice`,
	)
}
