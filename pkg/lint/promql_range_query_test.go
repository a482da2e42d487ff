package lint_test

import (
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/lint"
)

func TestPromqlRangeQuery(t *testing.T) {
	lines := group(
		`{record: 'a:b', expr: 'max_over_time(x[10d])'}`,
		`{record: 'a:c', expr: 'max_over_time(x[20d])'}`,
		`{record: 'a:d', expr: 'x offset 20d'}`,
		`{record: 'a:e', expr: 'max_over_time(sum(rate(x_total[3d]))[10d:1h] offset 3d)'}`,
	)
	want := []string{
		`/rules/1/expr: the selector looks back 20d, Prometheus keeps 15d`,
		`/rules/2/expr: the selector looks back 20d, Prometheus keeps 15d`,
		`/rules/3/expr: the selector looks back 16d, Prometheus keeps 15d`,
	}
	check(t, "promql/range-query", map[string]string{"rules/n/g": lines}) // unknown
	checkWith(t, "promql/range-query", lint.Options{Conventions: lint.Conventions{Retention: 15 * 24 * time.Hour}}, map[string]string{"rules/n/g": lines}, want...)
	check(t, "promql/range-query", map[string]string{"rules/n/g": lines, "prometheus": "storage: {tsdb: {retention: {time: 15d}}}\n"}, want...)
}
