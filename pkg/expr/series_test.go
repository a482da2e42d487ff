package expr_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/expr"
)

func TestWithLabel(t *testing.T) {
	for _, tc := range []struct{ series, name, value, want string }{
		{`up`, "instance", "a", `up{instance="a"}`},
		{` up{} `, "instance", "a", `up{instance="a"}`},
		{`up{job="a"}`, "instance", "b", `up{job="a", instance="b"}`},
		{`up{job="a", }`, "instance", "b", `up{job="a", instance="b"}`},
		{`{__name__="a b"}`, "x", `say "hi" \`, `{__name__="a b", x="say \"hi\" \\"}`},
		{`up # the "first}`, "a", "b", `up{a="b"}`},
		{"up{job=\"#}\"} # one\n", "a", "b", `up{job="#}", a="b"}`},
		{"up{ # all\njob='\\'#', # of\nx=`#\\` # it\n}", "a", "b", "up{ \njob='\\'#', \nx=`#\\`, a=\"b\"}"},
		{`up`, "a.b", "1", `up{"a.b"="1"}`},
	} {
		got := expr.WithLabel(tc.series, tc.name, tc.value)
		if got != tc.want {
			t.Errorf("%s with %s=%q is %s, want %s", tc.series, tc.name, tc.value, got, tc.want)
		}
		if _, err := (expr.Features{}).Parser().ParseMetric(got); err != nil {
			t.Errorf("%s does not parse: %v", got, err)
		}
	}
}
