package lint_test

import "testing"

func TestAlertAnnotations(t *testing.T) {
	check(t, "alert/annotations", rules(
		`{alert: Both, expr: x > 1, annotations: {summary: s, description: d}}`,
		`{alert: None, expr: x > 1}`,
		`{alert: Summary, expr: x > 1, annotations: {summary: s}}`,
		`{alert: Description, expr: x > 1, annotations: {description: d}}`,
		`{alert: Message, expr: x > 1, annotations: {message: m, summary: s}}`,
		`{record: 'a:b', expr: x}`,
	),
		`/rules/1: alert "None" has neither a summary nor a description`,
		`info /rules/2: alert "Summary" has no description`,
		`info /rules/3: alert "Description" has no summary`,
	)
}
