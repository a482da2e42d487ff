package view_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/pkg/view"
)

func values(v ...float64) []ruletest.PlotValue {
	var out []ruletest.PlotValue
	for _, f := range v {
		out = append(out, ruletest.PlotValue{Value: f, Present: f >= 0 || math.IsNaN(f)})
	}
	return out
}

// explainedFailures are failures of every kind, with all that explains them.
func explainedFailures() view.Report {
	failures := []view.Failure{
		{
			Kind: "alert", Code: "test/alert", Message: "alert HighLoad at 5m: the alerts differ", Span: span("tests/node.yaml", 3, 5, 3, 14),
			Expected: "a", Got: "b", Diff: "- a\n+ b",
			Pairs: []ruletest.Pair{
				{Verdict: "same", Alert: "HighLoad", Fields: []ruletest.PairField{{Kind: "label", Name: "instance", Expected: new("c"), Got: new("c")}}},
				{Verdict: "different", Alert: "HighLoad", Fields: []ruletest.PairField{
					{Kind: "label", Name: "instance", Expected: new("a"), Got: new("a")},
					{Kind: "label", Name: "severity", Expected: new("warning"), Got: new("critical")},
					{Kind: "annotation", Name: "runbook_url", Got: new("https://runbooks.example.org/HighLoad/with-a-rather-long-path-that-has-no-blank")},
					{Kind: "annotation", Name: "summary", Expected: new("a is busy, 監視"), Got: new("a is busy, and that for a long time already \x1b[2J")},
				}},
				{Verdict: "missing", Alert: "HighLoad", Fields: []ruletest.PairField{{Kind: "label", Name: "instance", Expected: new("b")}}},
				{Verdict: "unexpected", Alert: "HighLoad", Fields: []ruletest.PairField{{Kind: "label", Name: "instance", Got: new("d")}}},
			},
			Rules: []ruletest.RuleState{{
				File: "prometheus/rules/node.yaml", Group: "node.alerts", Span: span("rules/node.jsonnet", 11, 5, 11, 40),
				Labels: map[string]string{"severity": "critical"}, Expr: "x > 2", For: "5m", State: "pending",
				Why: []string{"it is pending since 3m: with for: 5m it fires at 8m, if the expression has samples until then"},
			}},
			Plots: []ruletest.Plot{
				{Kind: "expression", Title: "x", Labels: map[string]string{"instance": "a"}, Step: 60, At: 5, Op: ">", Threshold: &ruletest.PlotValue{Value: 2, Present: true}, Values: values(0, 1, -1, 2, 3, 4, math.NaN(), math.Inf(1))},
				{Kind: "series", Title: "y", Labels: map[string]string{"__name__": "y", "instance": "a"}, Step: 60, At: 5, Values: values(10, 20, 30, 40, 50, 60, 70, 80)},
				{Kind: "state", Title: "HighLoad", Step: 60, At: 5, States: "....pppf"},
			},
		},
		{
			Kind: "route", Code: "test/route", Message: "{a=\"b\"} reaches mail, not pager", Span: span("tests/node.yaml", 4, 5, 4, 14), Diff: "- pager\n+ mail",
			Routes: []view.RouteStep{
				{ID: "route", Receiver: "mail", Result: "matches", Ends: "certain", Matchers: []view.MatcherResult{}},
				{ID: "route.routes[0]", Parent: "route", Receiver: "pager", Result: "fails", Matchers: []view.MatcherResult{{Matcher: `severity="critical"`, Result: "fails", Value: new("")}}},
			},
		},
		{
			Kind: "promql", Code: "test/promql", Message: "\"y\" at 5m: the result differs", Span: span("tests/node.yaml", 2, 3, 2, 18), Diff: "- y 1",
			Pairs: []ruletest.Pair{{Verdict: "missing", Fields: []ruletest.PairField{{Kind: "label", Name: "__name__", Expected: new("y")}, {Kind: "value", Expected: new("1")}}}},
			Why:   []string{"no series is called y: did you mean \"x\"?"},
		},
	}
	var l diag.List
	for _, f := range failures {
		l.Errorf(f.Code, f.Span, "%s", f.Message).Detail = f.Diff
	}
	return view.Report{
		Command: "test", Environments: environments("default"), ExitCode: 3, Diagnostics: view.Findings(l),
		Tests: &view.Tests{Seconds: 0.5, Suites: []view.Suite{{File: "tests/node.yaml", Environment: "default", Tests: []view.Test{
			{Name: "load", Result: view.Failed, Span: span("tests/node.yaml", 2, 3, 2, 18), Failures: failures},
			{Name: "judged by nobody", Index: 1, Result: view.Failed, Failures: []view.Failure{{Kind: "error", Code: "test/series", Message: "it does not parse", Span: span("tests/node.yaml", 4, 1, 4, 3)}}},
		}}}},
	}
}

func coverage() view.Report {
	item := func(kind ruletest.ItemKind, outcome, text string, from, to int, covered bool) ruletest.CoverageItem {
		return ruletest.CoverageItem{Kind: kind, Outcome: outcome, Text: text, From: from, To: to, Covered: covered, Span: span("rules/node.jsonnet", 12, 3+from, 12, 3+to)}
	}
	const expr = "<x> > 2 and y < 1"
	return view.Report{Command: "test", Coverage: &ruletest.CoverageReport{
		Items: 9, Covered: 5, Percent: 55.5, Files: []ruletest.FileCover{{
			File: "prometheus/rules/node.yaml", Items: 7, Covered: 4, Groups: []ruletest.GroupCover{{Name: "node.alerts", Items: 7, Covered: 4, Rules: []ruletest.RuleCover{
				{Name: "HighLoad", Kind: "alert", Expr: expr, Labels: map[string]string{"severity": "critical"}, Covered: 3, Items: []ruletest.CoverageItem{
					item(ruletest.ItemResult, "some", "", 0, 0, true),
					item(ruletest.ItemAnd, "kept", expr, 0, 17, true), item(ruletest.ItemAnd, "removed", expr, 0, 17, false),
					item(ruletest.ItemComparison, "true", "<x> > 2", 0, 7, true), item(ruletest.ItemComparison, "false", "<x> > 2", 0, 7, false),
				}},
				{Name: "HighLoad", Kind: "alert", Index: 1, Expr: "x", Labels: map[string]string{"severity": "warning"}, Covered: 1, Items: []ruletest.CoverageItem{item(ruletest.ItemResult, "some", "", 0, 0, true)}},
				{Name: "x:sum", Kind: "record", Index: 2, Expr: "sum(x)", Items: []ruletest.CoverageItem{item(ruletest.ItemResult, "some", "", 0, 0, false)}},
			}}},
		}},
		Alertmanager: []ruletest.ConfigCover{{File: "alertmanager", Covered: 1, Items: []ruletest.CoverageItem{
			item(ruletest.ItemRoute, "reached", "→ mail", 0, 0, true), item(ruletest.ItemInterval, "muted", "night", 0, 0, false),
		}}},
	}}
}

func drawText(t *testing.T, r view.Report, o view.Options) string {
	t.Helper()
	renderer, err := view.New("text", o)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := renderer.Render(&out, view.Annotate(r, open)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestFailuresAreAsWideAsTheTerminal(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		for line := range strings.SplitSeq(drawText(t, explainedFailures(), view.Options{Width: width}), "\n") {
			if n := len([]rune(line)); n > width && strings.ContainsAny(line, "≠█╌") {
				t.Errorf("at %d columns, a line has %d: %s", width, n, line)
			}
		}
	}
	if narrow := drawText(t, explainedFailures(), view.Options{Width: 50}); strings.Contains(narrow, "expected   ") || !strings.Contains(narrow, "- severity: warning") {
		t.Errorf("a narrow terminal has no room for two columns:\n%s", narrow)
	}
}

func TestColoursOnlyMarkWhatDiffers(t *testing.T) {
	out := drawText(t, explainedFailures(), view.Options{Color: true, Width: 100})
	for _, want := range []string{"\x1b[1;31mseverity: warning\x1b[0m", "\x1b[32mseverity: critical\x1b[0m"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(out, "\x1b[1;31minstance: a\x1b[0m") {
		t.Error("a label that does not differ is marked")
	}
	if strings.Contains(out, "\x1b[2J") {
		t.Error("an escape sequence of an annotation gets through")
	}
}

func TestDiffShowsLinesOnly(t *testing.T) {
	r := explainedFailures()
	r.Tests.Diff = true
	out := drawText(t, r, view.Options{})
	if strings.ContainsAny(out, "≠█") || !strings.Contains(out, "- a") {
		t.Errorf("no difference of lines:\n%s", out)
	}
}

func TestCoverageFiles(t *testing.T) {
	r := coverage()
	r.Coverage.Files[0].Groups[0].Rules[0].Name = "<script>alert(1)</script>"
	var page, doc bytes.Buffer
	if err := view.WriteCoverageHTML(&page, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"&lt;script&gt;alert(1)", "&lt;x&gt; &gt; 2", `class="some"`, "55.5 %", "time interval night: never muted"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, page.String())
		}
	}
	for _, bad := range []string{"<script", "http://", "https://", "ZgotmplZ"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if open, closed := strings.Count(page.String(), "<span"), strings.Count(page.String(), "</span>"); open != closed {
		t.Errorf("%d elements are opened, %d closed", open, closed)
	}
	if err := view.WriteCoverageJSON(&doc, r); err != nil {
		t.Fatal(err)
	}
	var back view.CoverageFile
	if err := json.Unmarshal(doc.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*r.Coverage, back.CoverageReport); diff != "" || back.FormatVersion != view.CoverageVersion {
		t.Errorf("version %d, (-want +got):\n%s", back.FormatVersion, diff)
	}
}
