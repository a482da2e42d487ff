package dashboard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
)

func TestExpand(t *testing.T) {
	d := dashboard.Dashboard{Variables: []dashboard.Variable{
		{Name: "agg", Type: "custom", Query: "Sum : sum,Max : max"},
		{Name: "level", Type: "constant", Query: "job"},
		{Name: "metric", Type: "query"},
		{Name: "filters", Type: "adhoc"},
	}}
	for query, want := range map[string]string{
		`rate(x_total{job="$job"}[$__rate_interval])`: `rate(x_total{job="__variable__"}[5m])`,
		`$agg by ($level) (x)`:                        `sum by (job) (x)`,
		`[[agg]](x{a=~"[[b]]|c"})`:                    `sum(x{a=~"__variable__|c"})`,
		`rate($metric[5m])`:                           `rate(__variable__[5m])`,
		`${metric}_total`:                             `__variable___total`,
		`x{$filters}`:                                 `x{__variable__="__variable__"}`,
		`x offset $shift`:                             `x offset 5m`,
		`x{`:                                          "none",
		` `:                                           "none",
	} {
		got := "none"
		if e, ok := d.Expand(query, nil); ok {
			got = e.Text
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestExpandVariable(t *testing.T) {
	d := dashboard.Dashboard{Variables: []dashboard.Variable{{Name: "logs", Type: "datasource", Query: "loki"}}}
	for query, want := range map[string]string{
		`label_values(up{job="$job"}, instance)`:      `up{job="__variable__"}`,
		`label_values(up{job="a",x=~"b|c"},instance)`: `up{job="a",x=~"b|c"}`,
		`label_values(sum by (a) (x), a)`:             `sum by (a) (x)`,
		`label_values(instance)`:                      "",
		`query_result(topk(3, x))`:                    `topk(3, x)`,
		`metrics(node_)`:                              `{__name__=~".*(?:node_).*"}`,
		`ifName{job=~"$job"}`:                         `ifName{job=~"__variable__"}`,
		`label_names()`:                               "",
		`a, b`:                                        "",
	} {
		got := ""
		if e, ok := d.ExpandVariable(dashboard.Variable{Type: "query", Query: query}, &expr.Cache{}); ok {
			got = e.Text
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	loki := dashboard.Variable{Type: "query", Query: "label_values(up, job)", Datasource: dashboard.Datasource{UID: "$logs"}}
	if got, ok := d.ExpandVariable(loki, nil); ok {
		t.Errorf("a Loki variable reads metrics: %s", got.Text)
	}
}

func TestAnnotations(t *testing.T) {
	v, err := bundle.DecodeJSON([]byte(`{"title": "t", "annotations": {"list": [{"name": "deploys", "expr": "x", "datasource": {"type": "prometheus"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []dashboard.Query{{Pointer: "/annotations/list/0", RefID: "deploys", Expr: "x", Datasource: dashboard.Datasource{Type: "prometheus"}}}
	if diff := cmp.Diff(want, dashboard.Read(v).Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}
