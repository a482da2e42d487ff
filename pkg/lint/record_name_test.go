package lint_test

import "testing"

func TestRecordName(t *testing.T) {
	check(t, "record/name", rules(
		`{record: 'job:x:rate5m', expr: x}`,
		`{record: x_per_job, expr: x}`,
		`{alert: x, expr: x > 1}`,
	), `/rules/1/record: recording rule "x_per_job" is not named level:metric:operations`)
}
