package lint_test

import "testing"

func TestAlertHumanize(t *testing.T) {
	check(t, "alert/humanize", rules(
		`{alert: Rate, expr: 'rate(x_total[5m]) > 1', annotations: {summary: 'at {{ $value }}'}}`,
		`{alert: Ratio, expr: 'sum(a) / sum(b) > 1', annotations: {summary: '{{ .Value }}', description: '{{ $value | humanizePercentage }}'}}`,
		`{alert: Format, expr: 'rate(x_total[5m]) > 1', annotations: {summary: '{{ printf "%.2f" $value }}'}}`,
		`{alert: Count, expr: 'count(rate(x_total[5m]) > 1) > 1', annotations: {summary: '{{ $value }}'}}`,
		`{alert: Whole, expr: 'x > 1', annotations: {summary: '{{ $value }}'}}`,
		`{alert: Left, expr: 'x > rate(y_total[5m])', annotations: {summary: '{{ $value }}'}}`,
		`{alert: Mirrored, expr: '1 < deriv(y[5m])', annotations: {summary: '{{ $value }}'}}`,
		`{alert: Halves, expr: 'x > 1 or a / b > 1', annotations: {summary: '{{ $value }}'}}`,
		`{alert: Variable, expr: 'rate(x_total[5m]) > 1', annotations: {summary: '{{ $v := $value }}at {{ $v }}'}}`,
		`{alert: With, expr: 'rate(x_total[5m]) > 1', annotations: {summary: '{{ with .Value }}at {{ . }}{{ end }}'}}`,
		`{alert: WithFormat, expr: 'rate(x_total[5m]) > 1', annotations: {summary: '{{ with printf "%.1f" $value }}at {{ . }}{{ end }}'}}`,
	),
		`/rules/0/annotations/summary: the value of alert "Rate" is a fraction, which is printed with all its digits`,
		`/rules/1/annotations/summary: the value of alert "Ratio" is a fraction, which is printed with all its digits`,
		`/rules/6/annotations/summary: the value of alert "Mirrored" is a fraction, which is printed with all its digits`,
		`/rules/8/annotations/summary: the value of alert "Variable" is a fraction, which is printed with all its digits`,
		`/rules/9/annotations/summary: the value of alert "With" is a fraction, which is printed with all its digits`,
	)
}
