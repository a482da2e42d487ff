package dashboard_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
)

// TestCacheGoesByTheBody reads dashboards with one uid that differ in a variable,
// on which it depends what a query becomes.
func TestCacheGoesByTheBody(t *testing.T) {
	var cache dashboard.Cache
	var none *dashboard.Cache
	texts := []string{
		`{"uid": "d", "templating": {"list": [{"name": "f", "type": "custom", "query": "rate,increase"}]}, "panels": [{"title": "$f"}]}`,
		`{"uid": "d", "templating": {"list": [{"name": "f", "type": "custom", "query": "irate"}]}}`,
	}
	for range 2 { // the second time from the cache
		for i, text := range texts {
			want := []string{"rate(a[5m])", "irate(a[5m])"}[i]
			for name, c := range map[string]*dashboard.Cache{"with": &cache, "without": none} {
				d, err := c.Read(object(t, text))
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if got, err := d.CheckQuery("$f(a[5m])", &expr.Cache{}); err != nil || got != want {
						t.Errorf("dashboard %d %s a cache: the query is %q, %v, want %q", i, name, got, err, want)
					}
					if e, ok := d.Expand("$f(a{b=\"$f\"}[5m])", &expr.Cache{}); !ok || e.Selectors()[0].Metric != "a" {
						t.Errorf("dashboard %d %s a cache: the query does not expand", i, name)
					}
				}
				if d.Uses("f") != (i == 0) {
					t.Errorf("dashboard %d %s a cache: Uses is %v", i, name, d.Uses("f"))
				}
			}
		}
	}
}
