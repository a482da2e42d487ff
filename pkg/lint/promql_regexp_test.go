package lint_test

import "testing"

func TestPromqlRegexp(t *testing.T) {
	check(t, "promql/regexp", rules(
		`{record: 'a:b', expr: 'x{a=~"b|c", d!~".+", e=~""}'}`,
		`{record: 'a:b', expr: 'x{a=~"b"}'}`,
		`{record: 'a:b', expr: 'x{a!~"^b.*"}'}`,
		`{record: 'a:b', expr: 'x{a=~"b.*[$]"} + y{a=~"b.*\\\\$"}'}`,
		`{record: 'a:b', expr: 'x{a=~".*", b!~".*", c=~".+"}'}`,
	),
		`/rules/0/expr: the matcher d!~".+" asks for a missing label`,
		`/rules/0/expr: the matcher e=~"" has no use for a regular expression`,
		`/rules/1/expr: the matcher a=~"b" has no use for a regular expression`,
		`/rules/2/expr: the matcher a!~"^b.*" is anchored twice`,
		`/rules/4/expr: nothing passes the matcher b!~".*", not even a missing label`,
		`/rules/4/expr: the matcher a=~".*" says nothing: every value passes, and none, too`,
	)
}
