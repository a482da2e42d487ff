package expr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/expr"
)

// TestFixed asks for the labels job and instance: "=value", "-" for absent,
// "?" for unknown.
func TestFixed(t *testing.T) {
	for text, want := range map[string]string{
		`up`:                                 "? ?",
		`up{job="a"} == 0`:                   "=a ?",
		`up{job=""}`:                         "- ?",
		`up{job=~"a|b"}`:                     "? ?",
		`sum by (job) (up)`:                  "? -",
		`sum by (job) (up{job="a"})`:         "=a -",
		`sum without (job) (up{job="a"})`:    "- ?",
		`sum(up)`:                            "- -",
		`topk(3, up{job="a"})`:               "=a ?",
		`count_values("job", up)`:            "? -",
		`rate(x_total{job="a"}[5m])`:         "=a ?",
		`absent(up{job="a", instance=~"b"})`: "=a -",
		`absent(up{job="a", job!="b"})`:      "- -",
		`absent(sum(up{job="a"}))`:           "- -",
		`label_replace(up{job="a"}, "job", "$1", "x", "(.*)")`: "? ?",
		`vector(1)`:                           "- -",
		`1`:                                   "- -",
		`up{job="a"} / on (instance) b`:       "- ?",
		`up{job="a"} / ignoring (instance) b`: "=a -",
		`up{job="a"} * on (instance) group_left (job) b{job="c"}`: "=c ?",
		`b{job="c"} * on (instance) group_right () up{job="a"}`:   "=a ?",
		`up{job="a"} and b`:                                              "=a ?",
		`up{job="a"} or up{job="a", instance="i"}`:                       "=a ?",
		`up{job="a"} or up{job="b"}`:                                     "? ?",
		`sum(up) or vector(0)`:                                           "- -",
		`histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))`: "? -",
		`max_over_time(sum by (job) (up{job="a"})[5m:1m])`:               "=a -",
		`hour() > 5`:     "- -",
		`(-up{job="a"})`: "=a ?",
	} {
		e, err := expr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range []string{"job", "instance"} {
			switch value, known := e.Analysis().Labels().Fixed(name); {
			case !known:
				got = append(got, "?")
			case value == "":
				got = append(got, "-")
			default:
				got = append(got, "="+value)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestSelectorNames(t *testing.T) {
	for text, want := range map[string]struct {
		names  []string
		exact  bool
		prefix string
	}{
		`up`:                               {[]string{"up"}, true, "up"},
		`{__name__=~"b|a"}`:                {[]string{"a", "b"}, true, ""},
		`{__name__=~"x_(b|a)"}`:            {[]string{"x_a", "x_b"}, true, "x_"},
		`{__name__=~"node_.*"}`:            {nil, false, "node_"},
		`{job="x"}`:                        {nil, false, ""},
		`{__name__=~"a|b", __name__!="a"}`: {[]string{"b"}, true, ""},
	} {
		e, err := expr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s := e.Selectors()[0]
		names, exact := s.Names()
		if diff := cmp.Diff(want.names, names); diff != "" || exact != want.exact || s.Prefix() != want.prefix {
			t.Errorf("%s: exact %v, prefix %q (-want +got):\n%s", text, exact, s.Prefix(), diff)
		}
		if s.IsNamed() != (text != `{job="x"}`) {
			t.Errorf("%s: named %v", text, s.IsNamed())
		}
	}
}

func TestSelectorMatch(t *testing.T) {
	known := map[string]string{"job": "a", "team": ""}
	label := func(name string) (string, bool) { v, ok := known[name]; return v, ok }
	for text, want := range map[string]expr.Certainty{
		`x`:                      expr.Certain,
		`x{job="a"}`:             expr.Certain,
		`x{job="a", team=""}`:    expr.Certain,
		`x{job="b"}`:             expr.Never,
		`x{team=~".+"}`:          expr.Never,
		`x{other="b"}`:           expr.Possible,
		`x{other="b", job!="a"}`: expr.Never,
	} {
		e, err := expr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Selectors()[0].Match(label); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestSelectorsKnowTheirTime(t *testing.T) {
	e, err := expr.Parse(`a + b offset 5m + sum_over_time(c[5m]) + max_over_time(d[5m:1m] @ end()) + e @ 0`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range e.Selectors() {
		text := "instant"
		if s.Ranged {
			text = "ranged"
		}
		if s.Shifted {
			text += " shifted"
		}
		got[s.Metric] = text
	}
	want := map[string]string{"a": "instant", "b": "instant shifted", "c": "ranged", "d": "ranged shifted", "e": "instant shifted"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
