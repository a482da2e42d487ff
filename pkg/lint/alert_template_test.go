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
		`{alert: Alias, expr: 'sum(x) > 1', annotations: {summary: '{{ $l := $labels }}{{ $l.pod }}', description: '{{ with .Labels }}{{ .node }}{{ end }}'}}`,
	),
		`/rules/1/annotations/summary: the template names the label "instance", which the expression of "Dropped" does not leave`,
		`/rules/1/annotations/summary: the template names the label "jobb", which the expression of "Dropped" does not leave`,
		`/rules/3/annotations/summary: the template names the label "zone", which the expression of "Joined" does not leave`,
		`/rules/5/annotations/summary: the template names the label "instance", which the expression of "On" does not leave`,
		`/rules/7/labels/a: the template names the label "a", which the expression of "Without" does not leave`,
		`/rules/8/annotations/summary: the template names the label "c", which the expression of "Or" does not leave`,
		`info /rules/8/annotations/summary: the template names the label "a", which one side of the or of "Or" does not leave`,
		`info /rules/8/annotations/summary: the template names the label "b", which one side of the or of "Or" does not leave`,
		`/rules/9/annotations/summary: the template names the label "pod", which the expression of "Alias" does not leave`,
		`/rules/9/annotations/description: the template names the label "node", which the expression of "Alias" does not leave`,
	)
}

func TestAlertTemplateContexts(t *testing.T) {
	check(t, "alert/template", rules(
		`{alert: Query, expr: 'sum(x) > 1', annotations: {summary: '{{ range query "up == 0" }}{{ .Labels.instance }}{{ end }}'}}`,
		`{alert: Broken, expr: 'sum(x) > 1', annotations: {summary: '{{ range query "up ==" }}{{ .Labels.instance }}{{ end }}'}}`,
		`{alert: Index, expr: 'sum(x) > 1', annotations: {summary: '{{ index $labels "job" }} {{ with $labels.pod }}{{ . }}{{ end }}'}}`,
		`{alert: Own, expr: 'sum(x) > 1', labels: {team: a}, annotations: {summary: '{{ $labels.team }}'}}`,
		`{alert: Never, expr: 'count(x) == 0', annotations: {summary: '{{ $labels.job }}'}}`,
		`{alert: Absent, expr: 'absent(up{job="a"})', annotations: {summary: '{{ $labels.job }} {{ $labels.instance }}'}}`,
		`{alert: Matcher, expr: 'x{pod=""} > 1', annotations: {summary: '{{ $labels.pod }}'}}`,
	),
		`/rules/1/annotations/summary: the query in the template of "Broken" is no PromQL: 1:6: unexpected end of input`,
		`/rules/2/annotations/summary: the template names the label "job", which the expression of "Index" does not leave`,
		`/rules/2/annotations/summary: the template names the label "pod", which the expression of "Index" does not leave`,
		`/rules/3/annotations/summary: the template names the label "team", which the expression of "Own" does not leave`,
		`/rules/5/annotations/summary: the template names the label "instance", which the expression of "Absent" does not leave`,
		`/rules/6/annotations/summary: the template names the label "pod", which the expression of "Matcher" does not leave`,
	)
}
