package expr_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

func TestNormalIgnoresSpelling(t *testing.T) {
	a, err := expr.Parse("sum  by(job)( rate(x{a=\"b\"}[300s]) )")
	if err != nil {
		t.Fatal(err)
	}
	b, err := expr.Parse("sum(rate(x{a='b'}[5m])) by (job) # comment")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.Normal(), b.Normal()); diff != "" {
		t.Errorf("normal texts differ:\n%s", diff)
	}
}

func TestSelectors(t *testing.T) {
	e, err := expr.Parse(`rate(a_total{job="x"}[5m]) / on () {__name__="b"} > {__name__=~"c.*"}`)
	if err != nil {
		t.Fatal(err)
	}
	type short struct {
		Metric, Text string
		Range        time.Duration
		Matchers     int
	}
	var got []short
	for _, s := range e.Selectors() {
		got = append(got, short{s.Metric, e.Text[s.Start:s.End], s.Range, len(s.Matchers)})
	}
	want := []short{
		{"a_total", `a_total{job="x"}`, 5 * time.Minute, 2},
		{"b", `{__name__="b"}`, 0, 1},
		{"", `{__name__=~"c.*"}`, 0, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("selectors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a_total", "b"}, e.Metrics()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		at         diag.Position
		hint       string
	}{
		{"unclosed", "sum(rate(x[5m])", diag.Position{Line: 1, Column: 16}, ""},
		{"second line", "sum(x)\n  by (a) by", diag.Position{Line: 2, Column: 10}, ""},
		{"wide runes before", "{a=\"é日\"} !", diag.Position{Line: 1, Column: 10}, ""},
		{"function", "ratee(x[5m])", diag.Position{Line: 1, Column: 1}, `did you mean "rate"?`},
		{"range", "rate(x)", diag.Position{Line: 1, Column: 6}, "give the selector a range: rate(…[5m])"},
		{"empty", "", diag.Position{Line: 1, Column: 1}, ""},
		{"renamed function", "holt_winters(x[5m], 1, 1)", diag.Position{Line: 1, Column: 1}, "Prometheus 3 calls it double_exponential_smoothing"},
		{"not only a feature is missing", "limitk(1, x", diag.Position{Line: 1, Column: 12}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := expr.Parse(tc.text)
			var syntax *expr.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error = %v, want a SyntaxError", err)
			}
			if syntax.Start != tc.at || syntax.Hint != tc.hint {
				t.Errorf("at %v, hint %q: %s; want at %v, hint %q", syntax.Start, syntax.Hint, syntax.Message, tc.at, tc.hint)
			}
		})
	}
}

func TestDiagnoseShowsThePlaceInTheExpression(t *testing.T) {
	_, err := expr.Parse("up and\nrate(x) > 0")
	var diags diag.List
	d := expr.Diagnose(&diags, diag.Span{File: "r.jsonnet"}, expr.AsSyntaxError("", err))
	if want := "rate(x) > 0\n     ^"; d.Detail != want {
		t.Errorf("detail:\n%s\nwant:\n%s", d.Detail, want)
	}
	if len(d.Related) != 1 || d.Related[0].Span.Start != (diag.Position{Line: 2, Column: 6}) {
		t.Errorf("related = %v", d.Related)
	}
}

func TestCacheReturnsTheSameTree(t *testing.T) {
	var c expr.Cache
	a, _ := c.Parse("up")
	b, _ := c.Parse("up")
	if a == nil || a != b {
		t.Errorf("parsed twice: %p %p", a, b)
	}
	if _, err := c.Parse("("); err == nil {
		t.Error("no error for (")
	}
}
