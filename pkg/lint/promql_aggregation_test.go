package lint_test

import (
	"regexp"
	"testing"

	"github.com/monctl/monctl/pkg/lint"
)

func TestPromQLAggregation(t *testing.T) {
	in := rules(
		`{record: 'job:x:sum', expr: 'sum by (job) (x)'}`,
		`{record: 'job:x:sum', expr: 'sum by (cluster, job) (x)'}`,
		`{record: 'job:x:sum', expr: 'sum without (cluster, instance) (x)'}`,
		`{record: 'job:x:sum', expr: 'sum without (pod) (x)'}`,
		`{record: 'job:x:sum', expr: 'sum(x)', labels: {cluster: all}}`,
		`{record: 'instance:x:max', expr: 'max by (cluster, instance) (x)'}`,
		`{record: 'job:x:rate', expr: 'rate(x_total[5m])'}`,
		`{alert: A, expr: 'sum by (job) (x) > 1'}`,
		`{alert: B, expr: 'sum by (instance, cluster) (x) * on (cluster) group_left (zone) max by (cluster, zone) (y) > 1'}`,
		`{alert: C, expr: 'x > 1 and on (job) sum by (job) (y) > 2'}`,
	)
	check(t, "promql/aggregation", in)
	var opts lint.Options
	opts.Aggregations = []lint.Aggregation{
		{Keep: []string{"cluster"}},
		{Rule: regexp.MustCompile("^(?:job:.*)$"), Drop: []string{"instance"}},
	}
	checkWith(t, "promql/aggregation", opts, in,
		`/rules/0/expr: the expression of "job:x:sum" drops the label cluster, which the project keeps`,
		`/rules/2/expr: the expression of "job:x:sum" drops the label cluster, which the project keeps`,
		`/rules/3/expr: the expression of "job:x:sum" may keep the label instance, which the project drops`,
		`/rules/7/expr: the expression of "A" drops the label cluster, which the project keeps`,
	)
}
