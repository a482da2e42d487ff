package lint_test

import "testing"

func TestAlertSeverity(t *testing.T) {
	check(t, "alert/severity", rules(
		`{alert: With, expr: x > 1, labels: {severity: warning}}`,
		`{alert: Without, expr: x > 1}`,
		`{record: 'a:b', expr: x}`,
	), `/rules/1: alert "Without" has no severity label`)
	check(t, "alert/severity", map[string]string{
		"rules/n/g": "name: g\nlabels: {severity: page}\nrules: [{alert: FromGroup, expr: x > 1}]\n",
	})
}
