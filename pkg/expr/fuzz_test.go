package expr_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

var expressions = []string{
	`sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / on (job) group_left (a) x > 0.1`, `absent(up{job="a"}) or vector(1)`, "{__name__=~\"a|b\", \"c d\"=\"é\"}", `histogram_quantile(0.9, sum by (le) (rate(h_bucket[$__rate_interval])))`,
	`max_over_time(x[1h:5m] offset -5m @ start())`, `label_replace(up, "a", "$1", "b", "(.*)") unless ignoring (c) y`, "topk(3,\n  # why\n  -x\n)", `1 / 0 == bool NaN`, `"text"`, `count_values("é", x) and -x ^ 2 ^ y`, `sum(`, `up{`, `a{b=~"("}`, "x[5m", "\xff", "é", "",
	`quantile_over_time(scalar(x), y[5m])`, `(((x)))`, `sort_by_label(x, "a")`, `a and on () b or ignoring () c`, `x{} @ 1e9`, `rate(x[5m] smoothed)`, `1h30m + 0x1F`,
}

// FuzzParse: an expression that parses has a normal form that is its own, also
// when it is broken into lines; every part of it has a place in the text, and
// labels that can be told. Else the error has a place.
func FuzzParse(f *testing.F) {
	for _, e := range expressions {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := expr.Parse(text)
		if err != nil {
			checkSyntaxError(t, text, err)
			return
		}
		for _, form := range []string{e.Normal(), e.Pretty()} {
			again, err := expr.Parse(form)
			if err != nil {
				t.Fatalf("%q is written %q, which does not parse: %v", text, form, err)
			}
			if again.Normal() != e.Normal() {
				t.Errorf("%q is written %q, and that %q", text, e.Normal(), again.Normal())
			}
		}
		analysis := e.Analysis()
		for _, node := range e.Nodes() {
			start, end := e.Range(node)
			if start < 0 || end < start || end > len(text) {
				t.Fatalf("%q: %s stands from %d to %d", text, node, start, end)
			}
			span := e.Span(node)
			if !within(text, span.Start) || !within(text, span.End) {
				t.Errorf("%q: %s stands at %v", text, node, span)
			}
			_ = e.Excerpt(node)
			_ = analysis.LabelsAt(node).Names()
		}
		_ = e.Tree()
		_ = e.Metrics()
		for _, s := range e.Selectors() {
			if s.Start < 0 || s.End > len(text) || s.Start > s.End {
				t.Errorf("%q: a selector stands from %d to %d", text, s.Start, s.End)
			}
			names, exact := s.Names()
			if metric := s.Metric; exact && metric != "" && len(names) > 0 && !slices.Contains(names, metric) {
				t.Errorf("%q selects %s, and not %v", text, metric, names)
			}
		}
	})
}

func checkSyntaxError(t *testing.T, text string, err error) {
	t.Helper()
	var syntax *expr.SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatalf("%q: %T %v", text, err, err)
	}
	_ = syntax.Excerpt()
	var diags diag.List
	expr.Diagnose(&diags, diag.Span{File: "f"}, syntax)
	if !diags.HasErrors() {
		t.Errorf("%q: no error", text)
	}
}

// within reports whether a position lies in a text, or right behind it.
func within(text string, at diag.Position) bool {
	lines := strings.Split(text, "\n")
	return at.Line > 0 && at.Line <= len(lines) && at.Column > 0 && at.Column <= utf8.RuneCountInString(lines[at.Line-1])+1
}

// FuzzWithLabel: a series has the label that is added to it, and all that it
// had.
func FuzzWithLabel(f *testing.F) {
	for _, seed := range [][3]string{{"up", "a", "b"}, {`up{a="}"}`, "c", `"`}, {"up{ }", "a.b", "é"}, {`{"a b"}`, "c", "d"}, {"up{a='b',}", "x", "\n"}, {`up {a="b"} `, "x", ""}, {"up{a='#', # b\n} # c", "x", "y"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, series, name, value string) {
		p := (expr.Features{}).Parser()
		before, err := p.ParseMetric(series)
		if err != nil || before.Has(name) || name == "" || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return
		}
		with := expr.WithLabel(series, name, value)
		after, err := p.ParseMetric(with)
		if err != nil {
			t.Fatalf("%q with %q=%q is %q, which is no series: %v", series, name, value, with, err)
		}
		if after.Get(name) != value || after.Len() < before.Len() {
			t.Errorf("%q with %q=%q is %s", series, name, value, after)
		}
	})
}
