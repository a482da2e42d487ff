package lint_test

import "testing"

func TestRulesDuplicate(t *testing.T) {
	check(t, "rules/duplicate", map[string]string{
		"rules/a/g": group(
			`{alert: A, expr: x > 1, labels: {severity: warning}}`,
			`{alert: A, expr: x > 2, labels: {severity: critical}}`,
			`{record: 'a:b', expr: x, labels: {source: one}}`,
			`{record: 'a:b', expr: y, labels: {source: one}}`,
		),
		"rules/b/g": group(
			`{alert: A, expr: '(x)>1', labels: {severity: warning}}`,
			`{alert: A, expr: 'x  >  1', labels: {severity: warning}}`,
			`{record: 'a:b', expr: x , labels: {source: one}}`,
		),
	},
		`/rules/1: rule "A" stands in group "a/g" already`,
		`/rules/2: rule "a:b" stands in group "a/g" already`,
	)
}
