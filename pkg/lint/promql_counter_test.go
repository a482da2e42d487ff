package lint_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/lint"
)

func TestPromqlCounter(t *testing.T) {
	check(t, "promql/counter", rules(
		`{alert: A, expr: 'errors_total > 10'}`,
		`{alert: B, expr: 'sum by (job) (errors_total) > 10'}`,
		`{alert: C, expr: 'increase(errors_total[1h]) > 10'}`,
		`{alert: D, expr: 'errors_total > 0'}`,
		`{alert: E, expr: 'errors_total - errors_total offset 1h > 10'}`,
		`{alert: F, expr: '10 < errors_total'}`,
		`{alert: Level, expr: 'requests_pending_total > 50'}`,
	),
		`/rules/0/expr: alert "A" compares the counter errors_total itself, which only ever grows until a restart`,
		`/rules/1/expr: alert "B" compares the counter errors_total itself, which only ever grows until a restart`,
		`/rules/5/expr: alert "F" compares the counter errors_total itself, which only ever grows until a restart`,
	)
}

func TestPromqlCounterKnowsTheCatalogue(t *testing.T) {
	c, diags := catalog.Parse("metrics.yaml", []byte(`
format_version: 1
metrics:
- {name: jobs_total, type: gauge}
- {name: jobs_pending_total, type: counter}
`))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	checkWith(t, "promql/counter", lint.Options{Catalog: c}, rules(
		`{alert: Gauge, expr: 'jobs_total > 10'}`,
		`{alert: Counter, expr: 'jobs_pending_total > 10'}`,
	),
		`/rules/1/expr: alert "Counter" compares the counter jobs_pending_total itself, which only ever grows until a restart`,
	)
}
