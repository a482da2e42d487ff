package lint_test

import "testing"

func TestAlertTemplate(t *testing.T) {
	check(t, "alert/template", rules(
		`{alert: Kept, expr: 'sum by (job) (x) > 1', annotations: {summary: '{{ $labels.job }}'}}`,
		`{alert: Dropped, expr: 'sum by (job) (x) / sum by (job) (y) > 1', annotations: {summary: '{{ .Labels.instance }} {{ $labels.instance }} {{ $labels.jobb }}'}}`,
		`{alert: Unknown, expr: x > 1, annotations: {summary: '{{ $labels.anything }}'}}`,
		`{alert: Joined, expr: 'sum by (pod) (x) * on (pod) group_left (node) y > 1', annotations: {summary: '{{ $labels.node }} {{ $labels.zone }}'}}`,
		`{alert: Quantile, expr: 'histogram_quantile(0.9, sum by (le, job) (x)) > 1', annotations: {summary: '{{ $labels.job }}'}}`,
		`{alert: On, expr: 'x * on (job) y > 1', annotations: {summary: '{{ $labels.job }} {{ $labels.instance }}'}}`,
		`{alert: Top, expr: 'topk(3, x) > 1', annotations: {summary: '{{ $labels.any }}'}}`,
		`{alert: Without, expr: 'sum without (a) (sum by (a, b) (x)) > 1', labels: {a: '{{ $labels.a }}'}}`,
		`{alert: Or, expr: 'sum by (a) (x) > 1 or sum by (b) (x) > 1', annotations: {summary: '{{ $labels.a }} {{ $labels.b }} {{ $labels.c }}'}}`,
	),
		`/rules/1/annotations/summary: the template names the label "instance", which the expression of "Dropped" does not leave`,
		`/rules/1/annotations/summary: the template names the label "jobb", which the expression of "Dropped" does not leave`,
		`/rules/3/annotations/summary: the template names the label "zone", which the expression of "Joined" does not leave`,
		`/rules/5/annotations/summary: the template names the label "instance", which the expression of "On" does not leave`,
		`/rules/7/labels/a: the template names the label "a", which the expression of "Without" does not leave`,
		`/rules/8/annotations/summary: the template names the label "c", which the expression of "Or" does not leave`,
	)
}
