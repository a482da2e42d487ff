package lint_test

import "testing"

func TestPromqlFragile(t *testing.T) {
	check(t, "promql/fragile", rules(
		`{alert: Top, expr: 'topk(3, x > 1)'}`,
		`{alert: Nested, expr: 'sum(topk(3, x)) > 1'}`,
		`{alert: Deduplicated, expr: 'topk by (pod) (1, x) > 1'}`,
		`{alert: Compared, expr: 'bottomk(5, x) < 1'}`,
		`{alert: Right, expr: 'x > 1 or topk(1, y)'}`,
		`{alert: Ratio, expr: 'sum(a{job="a"}) / sum(b{job="b"}) > 1'}`,
		`{alert: Guarded, expr: 'sum(a{job="a"}) / sum(b{job="b"}) > 1', for: 5m}`,
		`{alert: OneJob, expr: 'sum(a{job="a"}) / sum(b{job=~"a|b"}) > 1'}`,
		`{record: 'a:b', expr: 'topk(3, x)'}`,
	),
		`/rules/0/expr: topk picks other series at every evaluation, so that alert "Top" begins anew for each`,
		`/rules/3/expr: bottomk picks other series at every evaluation, so that alert "Compared" begins anew for each`,
		`/rules/4/expr: topk picks other series at every evaluation, so that alert "Right" begins anew for each`,
		`/rules/5/expr: alert "Ratio" combines aggregations of different jobs without for: after a restart, one is scraped before the other`,
	)
}
