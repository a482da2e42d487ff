package lint_test

import "testing"

func TestAlertLabelValue(t *testing.T) {
	check(t, "alert/label-value", rules(
		`{alert: Value, expr: x > 1, labels: {value: '{{ $value }}'}}`,
		`{alert: Formatted, expr: x > 1, labels: {value: '{{ printf "%.1f" .Value }}', team: a}}`,
		`{alert: Choice, expr: x > 1, labels: {severity: '{{ if gt $value 9.0 }}critical{{ else }}warning{{ end }}'}}`,
		`{alert: Annotation, expr: x > 1, annotations: {summary: '{{ $value }}'}}`,
		`{alert: Label, expr: x > 1, labels: {owner: '{{ $labels.owner }}'}}`,
	),
		`/rules/0/labels/value: a label of alert "Value" holds the value, so that every new value is another alert`,
		`/rules/1/labels/value: a label of alert "Formatted" holds the value, so that every new value is another alert`,
	)
}
