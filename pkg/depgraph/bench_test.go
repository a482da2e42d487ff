package depgraph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/depgraph"
)

// BenchmarkBuild builds the graph of rules that are half recording and half
// alerting, in groups of twenty, with two hundred routes and fifty dashboards.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		objects := map[string]string{}
		for i := 0; i < n; i += 20 {
			var rules []string
			for j := i; j < i+20; j += 2 {
				rules = append(rules,
					fmt.Sprintf(`{"record": "job:metric_%d:rate5m", "expr": "sum by (job) (rate(metric_%d_total{job=~\"a|b\"}[5m]))"}`, j, j),
					fmt.Sprintf(`{"alert": "Alert%d", "expr": "job:metric_%d:rate5m / job:metric_%d:rate5m > 0.5", "for": "5m", "labels": {"team": "t%d", "severity": "page"}}`, j, j, i, j%200))
			}
			objects[fmt.Sprintf("rules/n/g%d", i)] = fmt.Sprintf(`{"name": "g%d", "rules": [%s]}`, i, strings.Join(rules, ","))
		}
		for i := range 50 {
			var panels []string
			for j := range 20 {
				panels = append(panels, fmt.Sprintf(`{"title": "P%d", "type": "timeseries", "targets": [{"refId": "A", "expr": "job:metric_%d:rate5m{job=~\"$job\"}"}]}`, j, (i*20+j)*2%n))
			}
			objects[fmt.Sprintf("dashboard/f/d%d", i)] = fmt.Sprintf(`{"title": "D%d", "uid": "d%d", "panels": [%s]}`, i, i, strings.Join(panels, ","))
		}
		var routes []string
		for i := range 200 {
			routes = append(routes, fmt.Sprintf(`{"receiver": "r", "matchers": ["team=\"t%d\""]}`, i))
		}
		objects["alertmanager"] = `{"receivers": [{"name": "r"}], "route": {"receiver": "r", "routes": [` + strings.Join(routes, ",") + `]}}`
		bundle := newBundle(b, objects)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := depgraph.Build(b.Context(), bundle, depgraph.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
