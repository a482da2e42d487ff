package lint_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/lint"
)

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

func TestAlertSeverityVocabulary(t *testing.T) {
	opts := lint.Options{Conventions: lint.Conventions{Severities: []string{"critical", "warning"}}}
	checkWith(t, "alert/severity", opts, rules(
		`{alert: With, expr: x > 1, labels: {severity: warning}}`,
		`{alert: Other, expr: x > 1, labels: {severity: warn}}`,
		`{alert: Template, expr: x > 1, labels: {severity: '{{ $labels.severity }}'}}`,
		`{alert: FromQuery, expr: 'x{severity="page"} > 1'}`,
	), `/rules/1/labels/severity: alert "Other" has severity "warn", which the project does not have`)
}
