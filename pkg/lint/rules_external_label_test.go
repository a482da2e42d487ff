package lint_test

import "testing"

func TestRulesExternalLabel(t *testing.T) {
	lines := group(
		`{alert: A, expr: x > 1, labels: {dc: b, team: a}}`,
		`{record: 'a:b', expr: x, labels: {source: one}}`,
	)
	check(t, "rules/external-label", map[string]string{"rules/n/g": lines})
	check(t, "rules/external-label", map[string]string{"rules/n/g": lines, "prometheus": "global: {external_labels: {dc: tokyo}}\n"},
		`/rules/0/labels/dc: the label "dc" of "A" hides the external label dc="tokyo"`,
	)
}
