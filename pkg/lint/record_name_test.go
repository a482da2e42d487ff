package lint_test

import (
	"regexp"
	"testing"

	"github.com/monctl/monctl/pkg/lint"
)

func TestRecordName(t *testing.T) {
	check(t, "record/name", rules(
		`{record: 'job:x:rate5m', expr: x}`,
		`{record: x_per_job, expr: x}`,
		`{alert: x, expr: x > 1}`,
	), `/rules/1/record: recording rule "x_per_job" is not named level:metric:operations`)
}

func TestRecordNamePromises(t *testing.T) {
	lines := rules(
		`{record: 'job:x:rate5m', expr: 'sum by (job) (rate(x_total[5m]))'}`,
		`{record: 'job:x:rate5m', expr: 'sum by (job) (rate(x_total[1m]))'}`,
		`{record: 'instance:x:sum', expr: 'sum by (job) (x)'}`,
		`{record: 'instance:x:max', expr: 'sum by (job) (x)', labels: {instance: all}}`,
		`{record: 'instance:x:min', expr: 'min without (cpu) (x)'}`,
		`{record: 'job:x:rate1h', expr: 'sum by (job) (y:rate1h)'}`,
	)
	check(t, "record/name", lines,
		`/rules/1/record: the name of "job:x:rate5m" says 5m, its expression looks at 1m`,
		`/rules/2/record: the name of "instance:x:sum" says that there is a series for each instance, its expression drops the label`,
	)
	checkWith(t, "record/name", lint.Options{Conventions: lint.Conventions{RecordName: regexp.MustCompile(`^[a-z]+:[a-z]+:[a-z]+$`)}}, rules(
		`{record: 'job:x:sum', expr: 'sum by (job) (x)'}`,
		`{record: 'job:x', expr: 'sum by (job) (x)'}`,
	), `/rules/1/record: the name of recording rule "job:x" does not match ^[a-z]+:[a-z]+:[a-z]+$`)
}
