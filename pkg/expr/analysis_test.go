package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/expr"
)

func analyse(t *testing.T, text string) *expr.Analysis {
	t.Helper()
	e, err := expr.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e.Analysis()
}

// show prints labels: "a! b? -c" has a, may have b, lacks c; "…" for a result
// that may have any other label.
func show(l expr.Labels, names ...string) string {
	var out []string
	for _, name := range names {
		switch known := l.Get(name); known.Presence {
		case expr.Has:
			if known.Value != "" {
				name += "=" + known.Value
			}
			out = append(out, name+"!")
		case expr.Lacks:
			out = append(out, "-"+name)
		case expr.May:
			out = append(out, name+"?")
		}
	}
	if !l.Closed() {
		out = append(out, "…")
	}
	return strings.Join(out, " ")
}

func TestLabels(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`x`, "a? b? …"},
		{`x{a="1", b!=""}`, "a=1! b! …"},
		{`x{a="", b=~"|1"}`, "-a b? …"},
		{`x{a!="1", b=~".+"}`, "a? b! …"},
		{`sum(x)`, "-a -b"},
		{`sum by (a) (x{b="1"})`, "a? -b"},
		{`sum without (a) (x{a="1", b="1"})`, "-a b=1! …"},
		{`topk(3, x{a="1"})`, "a=1! b? …"},
		{`count_values("a", x)`, "a! -b"},
		{`count_values without (b) ("a", x)`, "a! -b …"},
		{`quantile by (b) (0.9, x)`, "-a b?"},
		{`rate(x{a="1"}[5m])`, "a=1! b? …"},
		{`max_over_time(sum by (a) (x)[5m:1m])`, "a? -b"},
		{`vector(1)`, "-a -b"},
		{`time()`, "-a -b"},
		{`hour()`, "-a -b"},
		{`hour(x)`, "a? b? …"},
		{`absent(x{a="1", b=~"2"})`, "a=1! -b"},
		{`absent(x{a="1", a=~"1|2"})`, "-a -b"},
		{`absent(sum(x{a="1"}))`, "-a -b"},
		{`absent_over_time(x{b="1"}[5m])`, "-a b=1!"},
		{`scalar(x)`, "-a -b"},
		{`label_replace(sum(x), "a", "v", "", "")`, "a=v! -b"},
		{`label_replace(x, "a", "$1", "b", "(.*)")`, "a? b? …"},
		{`label_replace(sum(x), "a", "$1", "b", "(.+)")`, "-a -b"},
		{`label_replace(x{a="1"}, "a", "", "b", ".*")`, "-a b? …"},
		{`label_join(sum by (b) (x{b="1"}), "a", "", "b")`, "a! b=1!"},
		{`label_join(sum(x), "a", "", "b")`, "-a -b"},
		{`label_join(sum(x), "a", "-", "b", "c")`, "a! -b"},
		{`histogram_quantile(0.9, sum by (le, a) (x))`, "a? -b"},
		{`-sum by (a) (x)`, "a? -b"},
		{`sum by (a) (x) > 1`, "a? -b"},
		{`1 < sum by (a) (x)`, "a? -b"},
		{`x{a="1"} / y{b="2"}`, "a=1! b=2! …"},
		{`x / sum by (a) (y)`, "a? -b"},
		{`x{b="1"} / on (a) y`, "a? -b"},
		{`x{b="1"} / ignoring (b) y{a="1"}`, "a=1! -b …"},
		{`sum by (a) (x) * on (a) group_left (b) y`, "a? b?"},
		{`sum by (a) (x) * on (a) group_left (b) y{b="1", a="2"}`, "a=2! b=1!"},
		{`y{a="1"} * on (a) group_right (b) sum by (a) (x)`, "a=1! b?"},
		{`sum(x{b="1"}) or vector(0)`, "-a -b"},
		{`sum by (a) (x{a="1"}) or sum by (b) (x{b="1"})`, "a? b?"},
		{`x{a="1"} and on (b) y`, "a=1! b? …"},
		{`sum by (a) (x) unless y`, "a? -b"},
		{`count(x) == 0 or sum by (a) (x{a="1"})`, "a=1! -b"},
	} {
		if diff := cmp.Diff(tc.want, show(analyse(t, tc.text).Labels(), "a", "b")); diff != "" {
			t.Errorf("labels of %s (-want +got):\n%s", tc.text, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, tc := range []struct {
		text string
		want []string
	}{
		{`x{a="1", a="2"}`, []string{`0 x{a="1", a="2"}: no series passes both a="1" and a="2"`}},
		{`x{a="", a!=""}`, []string{`0 x{a="", a!=""}: no series passes both a="" and a!=""`}},
		{`x{a!~"b|c", a=~"b|c"}`, []string{`0 x{a!~"b|c", a=~"b|c"}: no series passes both a!~"b|c" and a=~"b|c"`}},
		{`x{a=~"b|c", a!="c", a=~"c.*"}`, nil},
		{`x{a=~"b|c", a=~"d.*"}`, []string{`0 x{a=~"b|c", a=~"d.*"}: no series passes both a=~"b|c" and a=~"d.*"`}},
		{`x{a=~"b.*", a!~"b.*"}`, []string{`0 x{a=~"b.*", a!~"b.*"}: no series passes both a=~"b.*" and a!~"b.*"`}},
		{`x{a=~"b.*", a!="bb"}`, nil},
		{`count(x) == 0`, []string{`0 count(x) == 0: the comparison is never true: the value is at least 1, compared with == 0`}},
		{`count(x) < 1`, []string{`0 count(x) < 1: the comparison is never true: the value is at least 1, compared with < 1`}},
		{`1 > count(x)`, []string{`0 1 > count(x): the comparison is never true: the value is at least 1, compared with < 1`}},
		{`(count(x) or vector(0)) == 0`, nil},
		{`sum(x == bool 1) > 1`, nil},
		{`sum(up) < 0`, []string{`0 sum(up) < 0: the comparison is never true: the value is at least 0, compared with < 0`}},
		{`absent(x) == 0`, []string{`0 absent(x) == 0: the comparison is never true: the value is always 1, compared with == 0`}},
		{`(x > 5) < 3`, []string{`0 (x > 5) < 3: the comparison is never true: the value is at least 5, compared with < 3`}},
		{`x > 5 < 7`, nil},
		{`rate(x_total[5m]) < 0`, []string{`0 rate(x_total[5m]) < 0: the comparison is never true: the value is at least 0, compared with < 0`}},
		{`-rate(x_total[5m]) * 100 > 0`, []string{`0 -rate(x_total[5m]) * 100 > 0: the comparison is never true: the value is at most 0, compared with > 0`}},
		{`1 - up > 1`, []string{`0 1 - up > 1: the comparison is never true: the value is between 0 and 1, compared with > 1`}},
		{`vector(1) != 1`, []string{`0 vector(1) != 1: the comparison is never true: the value is always 1, compared with != 1`}},
		{`x == NaN`, []string{`0 x == NaN: the comparison is never true: there is no such value, and the other side cannot be == that`}},
		{`x != x`, nil},
		{`x / 0 > 1`, nil},
		{`x{a="1"} / sum(y)`, []string{`1 x{a="1"} / sum(y): the left side has the label "a", the right side cannot have it; "a" is dropped here: sum(y)`}},
		{`x{a="1"} / ignoring (a) sum(y)`, nil},
		{`x{a="1"} + y{a="2"}`, []string{`1 x{a="1"} + y{a="2"}: the label "a" is "1" on the left side and "2" on the right side`}},
		{`x{a="1"} + on (b) y{a="2"}`, nil},
		{`x{a="1"} and on (a) (y{a="2"} or z)`, nil},
		{`x{a="1"} unless sum(y)`, []string{`2 sum(y): unless never takes anything away: the left side has the label "a", the right side cannot have it; "a" is dropped here: sum(y)`}},
		{`x unless (x)`, []string{`0 x unless (x): unless takes everything away: both sides are the same`}},
		{`vector(1) or sum(x)`, []string{`2 sum(x): this side of or is never used: the left side always has a result`}},
		{`vector(1) or x`, nil},
		{`sum(x) or vector(1)`, nil},
		{`x or (x)`, []string{`2 (x): both sides of or are the same`}},
		{`sum by (a) (sum by (b) (x))`, []string{`3 sum by (a) (sum by (b) (x)): by names the label "a", which cannot be there; "a" is dropped here: sum by (b) (x)`}},
		{`sum by (a) (x{a=""})`, nil},
		{`sum(x) / on (a) y`, []string{`3 sum(x) / on (a) y: on names the label "a", which cannot be there; "a" is dropped here: sum(x)`}},
		{`x * on (a) group_left (b) sum by (a) (y)`, []string{`3 x * on (a) group_left (b) sum by (a) (y): group_left or group_right names the label "b", which cannot be there; "b" is dropped here: sum by (a) (y)`}},
		{`label_replace(sum(x), "a", "$1", "b", "(.+)")`, []string{`3 label_replace(sum(x), "a", "$1", "b", "(.+)"): label_replace names the label "b", which cannot be there; "b" is dropped here: sum(x)`}},
		{`sum(x) or on () vector(0)`, nil},
		{`sum by (a) (x{a="1", a="2"}) / sum(y)`, []string{`0 x{a="1", a="2"}: no series passes both a="1" and a="2"`}},
	} {
		e, err := expr.Parse(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range e.Analysis().Problems {
			line := fmt.Sprintf("%d %s: %s", p.Kind, e.TextOf(p.Node), p.Message)
			if p.Cause != nil {
				line += "; " + p.CauseMessage + ": " + e.TextOf(p.Cause)
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("problems of %s (-want +got):\n%s", tc.text, diff)
		}
	}
}

func TestLabelsAtAPart(t *testing.T) {
	e, err := expr.Parse(`sum(rate(x{a="1"}[5m]))`)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range e.Nodes() {
		if e.TextOf(node) == `x{a="1"}` {
			if got := show(e.Analysis().LabelsAt(node), "a"); got != "a=1! …" {
				t.Errorf("labels of the selector: %s", got)
			}
		}
	}
}

func TestNeverAndAlways(t *testing.T) {
	for text, want := range map[string]string{
		`vector(1)`: "always", `1 + 1`: "always", `vector(0) > 1`: "never", `x`: "", `x unless x`: "never",
		`vector(1) and x`: "", `vector(1) > bool 0`: "always",
	} {
		got := ""
		for _, s := range analyse(t, text).Sources {
			if s.Always {
				got += "always"
			}
			if s.Never {
				got += "never"
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
