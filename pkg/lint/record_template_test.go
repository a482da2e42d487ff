package lint_test

import "testing"

func TestRecordTemplate(t *testing.T) {
	check(t, "record/template", rules(
		`{record: 'job:up:sum', expr: 'sum by (job) (up)', labels: {team: a, of: '{{ $labels.job }}'}}`,
		`{alert: A, expr: 'up == 0', labels: {of: '{{ $labels.job }}'}}`,
	),
		`/rules/0/labels/of: label "of" of "job:up:sum" is stored as it stands: recording rules have no templates`,
	)
}
