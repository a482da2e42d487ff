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

func TestRulesDuplicateSeries(t *testing.T) {
	check(t, "rules/duplicate", rules(
		`{alert: A, expr: x > 1, for: 5m}`,
		`{alert: A, expr: x > 1, for: 10m}`,
		`{record: 'a:b', expr: sum(x)}`,
		`{record: 'a:b', expr: sum(y)}`,
		`{record: 'a:c', expr: sum by (job) (x)}`,
		`{record: 'a:c', expr: sum by (job) (y)}`,
		`{record: 'a:d', expr: sum(x), labels: {source: x}}`,
		`{record: 'a:d', expr: sum(y), labels: {source: y}}`,
	),
		`/rules/1: rule "A" stands in group "n/g" already`,
		`/rules/3: rule "a:b" writes the same series as one in group "n/g": neither result has a label`,
	)
}
