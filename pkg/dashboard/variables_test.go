package dashboard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/dashboard"
)

func TestReferences(t *testing.T) {
	got := dashboard.References(`$a + ${b:regex} + [[c]] + ${d.text} + $a + $__interval`)
	if diff := cmp.Diff([]string{"__interval", "a", "b", "c", "d"}, got); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}

func TestUndefined(t *testing.T) {
	d := dashboard.Dashboard{Variables: []dashboard.Variable{{Name: "a"}, {Name: "b"}}}
	got := d.Undefined(`$a ${c} "\\$b|\\$SYS.*" $__interval [[c]]`)
	if diff := cmp.Diff([]string{"c"}, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}

func TestCheckQuery(t *testing.T) {
	d := dashboard.Dashboard{Variables: []dashboard.Variable{{Name: "op", Type: "custom", Query: "Include : unless, Exclude : and"}}}
	for query, ok := range map[string]bool{
		`x $op on (a) y`:                                 true,
		`rate(x{job=~"$job"}[$__rate_interval])`:         true,
		`sum by ($group) (x)`:                            true,
		`$aggregation by (a) (rate($metric[$interval]))`: true,
		`topk($n, x)`:                                    true,
		`x{$filter}`:                                     true,
		`x{$filter, a="b"} offset $offset`:               true,
		`x{a="it's $b"} > [[threshold]]`:                 true,
		`increase(x[${__range_s}s:$__interval])`:         true,
		`$query`:                                         true,
		`x{topic!~"SYSTEM.*|\\$SYS.*"}`:                  true,
		`histogram_quantile(0.9, sum by (le) (rate(x[$__interval]))`: false,
		`sum(x{a="$b"}`:       false,
		`rate(x{job="$job"})`: false,
		`$a $b $c $d )`:       false,
	} {
		if text, err := d.CheckQuery(query, nil); (err == nil) != ok {
			t.Errorf("CheckQuery(%s) = %s, %v; want ok = %v", query, text, err, ok)
		}
	}
}

func TestDatasourceType(t *testing.T) {
	d := dashboard.Dashboard{Variables: []dashboard.Variable{{Name: "ds", Type: "datasource", Query: "loki"}, {Name: "x", Type: "custom"}}}
	for ds, want := range map[dashboard.Datasource]string{
		{Type: "prometheus", UID: "$ds"}: "prometheus",
		{UID: "${ds}"}:                   "loki",
		{UID: "$x"}:                      "",
		{UID: "abc"}:                     "",
	} {
		if got := d.DatasourceType(ds); got != want {
			t.Errorf("DatasourceType(%v) = %q, want %q", ds, got, want)
		}
	}
}
