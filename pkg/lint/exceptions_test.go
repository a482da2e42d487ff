package lint_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err) // the test is wrong
	}
	return t
}

func pattern(expr string) func(string) bool {
	return regexp.MustCompile("^(?:" + expr + ")$").MatchString
}

func TestExcept(t *testing.T) {
	findings := diag.List{
		{Code: "alert/for", Severity: diag.Info, Object: "rules/a/g", Pointer: "/rules/1", Summary: "one", Env: "x"},
		{Code: "alert/runbook", Severity: diag.Error, Object: "rules/a/g", Pointer: "/rules/1/annotations", Summary: "two", Env: "x"},
		{Code: "alert/runbook", Severity: diag.Info, Object: "rules/b/g", Pointer: "/rules/12", Summary: "three", Env: "y"},
		{Code: "rules/invalid", Severity: diag.Error, Object: "rules/b/g", Summary: "refused"},
		{Code: "policy/violation", Severity: diag.Error, Object: "rules/b/g", Summary: "violation", Span: diag.Span{File: "f"}},
	}
	all := []string{"one", "two", "three", "refused", "violation"}
	subject := func(d diag.Diagnostic) lint.Subject {
		return lint.Subject{Rule: "Rule " + d.Summary, Source: d.Object + ".yaml"}
	}
	for name, test := range map[string]struct {
		exception lint.Exception
		partly    bool // not every environment was judged
		want      []string
	}{
		"code":              {exception: lint.Exception{Codes: []string{"alert/for"}}, want: []string{"two", "three", "refused", "violation"}},
		"family":            {exception: lint.Exception{Codes: []string{"alert/*"}}, want: []string{"refused", "violation"}},
		"all":               {exception: lint.Exception{Codes: []string{lint.AnyCode}}, want: []string{"refused"}},
		"object":            {exception: lint.Exception{Codes: []string{"alert/*"}, Object: pattern("rules/a/.*")}, want: []string{"three", "refused", "violation"}},
		"rule":              {exception: lint.Exception{Codes: []string{"alert/*"}, Rule: pattern("Rule t.*")}, want: []string{"one", "refused", "violation"}},
		"source":            {exception: lint.Exception{Codes: []string{"alert/*"}, Source: pattern("rules/b/g.yaml")}, want: []string{"one", "two", "refused", "violation"}},
		"place":             {exception: lint.Exception{Codes: []string{"policy/violation"}, Place: func(s diag.Span) bool { return s.File == "f" }}, want: []string{"one", "two", "three", "refused"}},
		"part":              {exception: lint.Exception{Codes: []string{"alert/*"}, Parts: []lint.Part{{"x", "rules/a/g", "/rules/1"}}}, want: []string{"three", "refused", "violation"}},
		"part elsewhere":    {exception: lint.Exception{Codes: []string{"alert/*"}, Parts: []lint.Part{{"x", "rules/b/g", "/rules/1"}}}, want: append(slices.Clone(all), "warning[exception/unused]")},
		"refused":           {exception: lint.Exception{Codes: []string{"rules/invalid"}}, want: append(slices.Clone(all), "warning[exception/unused]")},
		"last day":          {exception: lint.Exception{Codes: []string{"alert/*"}, Expires: day("2026-06-16")}, want: []string{"refused", "violation"}},
		"expired":           {exception: lint.Exception{Codes: []string{"alert/*"}, Expires: day("2026-06-15")}, want: append(slices.Clone(all), "warning[exception/expired]")},
		"expired, unneeded": {exception: lint.Exception{Codes: []string{"record/name"}, Expires: day("2026-06-15")}, want: append(slices.Clone(all), "warning[exception/expired]")},
		"unused":            {exception: lint.Exception{Codes: []string{"record/name"}}, want: append(slices.Clone(all), "warning[exception/unused]")},
		"unused, partly":    {exception: lint.Exception{Codes: []string{"record/name"}}, partly: true, want: all},
		"expired, partly":   {exception: lint.Exception{Codes: []string{"record/name"}, Expires: day("2026-06-15")}, partly: true, want: append(slices.Clone(all), "warning[exception/expired]")},
		"unused, foreign":   {exception: lint.Exception{Codes: []string{"record/name"}, Foreign: true}, want: all},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range lint.Except(findings, []lint.Exception{test.exception}, lint.ExceptOptions{
				Now: day("2026-06-15").Add(12 * time.Hour), Subject: subject, Complete: !test.partly,
			}) {
				if strings.HasPrefix(d.Code, "exception/") {
					d.Summary = d.Severity.String() + "[" + d.Code + "]"
				}
				got = append(got, d.Summary)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckException(t *testing.T) {
	for code, want := range map[string]string{
		"alert/runbook": "", "alert/*": "", "policy/violation": "", "rules/*": "", "context/empty": "",
		"alert/runbok":     `there is no code "alert/runbok": did you mean "alert/runbook"?`,
		"alerts/*":         `there is no code "alerts/*": did you mean "alert/*"?`,
		"rules/invalid":    "rules/invalid cannot be excepted: it has to be mended",
		"exception/unused": "exception/unused cannot be excepted: it has to be mended",
		"zzz/qqqqqqqq":     `there is no code "zzz/qqqqqqqq": monctl explain lists the codes`,
	} {
		problem, hint := lint.CheckException(code)
		if problem != "" {
			problem += ": " + hint
		}
		if problem != want {
			t.Errorf("%s: %q, want %q", code, problem, want)
		}
	}
}

func TestPintComments(t *testing.T) {
	got := lint.PintComments(`# pint file/owner bob and team
# pint file/disable promql/rate
groups: # pint ignore/line
# pint disable alerts/annotation(runbook_url) # pint disable alerts/annotation(summary)
# pint snooze 2026-02-03 promql/range_query(+tag)
# pint snooze 2026-02-03T10:00:00Z rule/name
# pint file/snooze 2026-02-03 alerts/annotation
# pint rule/owner alice
# pint ignore/next-line
#pint disable alerts/for
# pint ignore/begin

# pint ignore/end
text#pint disable alerts/for
# pint disable query/cost
# pint disable
# pint snooze soon alerts/for
# pint snooze 2026-02-03
# pint rule/owner
# pint whatever/else alerts/for
# pint ignore/end
# pint ignore/begin
# pint ignore/file
`)
	want := []lint.PintComment{
		{Kind: lint.PintFileOwner, Line: 1, Owner: "bob and team"},
		{Kind: lint.PintFileDisable, Line: 2, Codes: []string{"promql/rate"}},
		{Kind: lint.PintIgnore, Line: 3, From: 3, To: 3},
		{Kind: lint.PintDisable, Line: 4, Codes: []string{"alert/runbook"}},
		{Kind: lint.PintDisable, Line: 4, Codes: []string{"alert/annotations"}},
		{Kind: lint.PintDisable, Line: 5, Codes: []string{"promql/range-query"}, Until: day("2026-02-03")},
		{Kind: lint.PintDisable, Line: 6, Codes: []string{"alert/name", "record/name"}, Until: day("2026-02-03").Add(10 * time.Hour)},
		{Kind: lint.PintFileDisable, Line: 7, Codes: []string{"alert/annotations", "alert/runbook"}, Until: day("2026-02-03")},
		{Kind: lint.PintRuleOwner, Line: 8, Owner: "alice"},
		{Kind: lint.PintIgnore, Line: 9, From: 10, To: 10},
		{Kind: lint.PintDisable, Line: 10, Codes: []string{"alert/for"}},
		{Kind: lint.PintIgnore, Line: 11, From: 11, To: 13},
		{Kind: lint.PintIgnore, Line: 23, From: 23},
		{Kind: lint.PintIgnore, Line: 22, From: 22},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	if got := lint.PintComments("groups: []\n"); got != nil {
		t.Errorf("without comments: %v", got)
	}
}

func TestPintCodesExist(t *testing.T) {
	known := codes()
	for _, check := range []string{
		"alerts/absent", "alerts/annotation", "alerts/annotation(summary)", "alerts/annotation(runbook_url)", "alerts/comparison", "alerts/for",
		"alerts/template", "group/interval", "labels/conflict", "promql/counter", "promql/fragile", "promql/impossible", "promql/nan", "promql/offset",
		"promql/range_query", "promql/rate(prod)", "promql/regexp", "promql/series(+tag)", "promql/vector_matching", "rule/duplicate", "rule/for", "rule/label", "rule/name",
	} {
		got := lint.PintCodes(check)
		if len(got) == 0 {
			t.Errorf("%s corresponds to nothing", check)
		}
		for _, code := range got {
			if !slices.Contains(known, code) {
				t.Errorf("%s corresponds to %s, which does not exist", check, code)
			}
		}
	}
	for _, check := range []string{"alerts/count", "promql/syntax", "nonsense", ""} {
		if got := lint.PintCodes(check); got != nil {
			t.Errorf("%s corresponds to %v", check, got)
		}
	}
}
