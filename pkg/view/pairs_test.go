package view_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/pkg/view"
)

// failing is a report of one assertion that fails in some environments, for
// different reasons.
func failing(got map[string]string, expected string, envs ...string) view.Report {
	r := view.Report{Command: "test", Environments: environments(envs...), Tests: &view.Tests{}}
	at := span("tests/a.yaml", 1, 1, 1, 2)
	for _, env := range envs {
		f := view.Failure{Kind: "notification", Code: "test/notification", Message: "they differ", Span: at, Pairs: []ruletest.Pair{{
			Verdict: "different", Notification: true,
			Fields: []ruletest.PairField{{Kind: "field", Name: "slack/0 text", Expected: &expected, Got: new(got[env])}},
		}}}
		r.Tests.Suites = append(r.Tests.Suites, view.Suite{File: "tests/a.yaml", Environment: env, Tests: []view.Test{{Result: view.Failed, Failures: []view.Failure{f}}}})
		r.Diagnostics = append(r.Diagnostics, view.Finding{Diagnostic: diag.Diagnostic{
			Code: f.Code, Severity: diag.Error, Summary: f.Message, Span: at, Env: env,
		}})
	}
	return r
}

// What explains a failure is that of the environment in which it happens.
func TestFailuresOfEnvironments(t *testing.T) {
	text := drawText(t, failing(map[string]string{"eu": "one", "jp": "two", "us": "one"}, "none", "eu", "jp", "us"), view.Options{})
	for _, want := range []string{
		"= in: eu, us\n    ≠ notification: differs\n      expected             got\n      slack/0 text: none ≠ slack/0 text: one\n",
		"= in: jp\n    ≠ notification: differs\n      expected             got\n      slack/0 text: none ≠ slack/0 text: two\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not there:\n%s\nin\n%s", want, text)
		}
	}
	if n := strings.Count(text, "they differ"); n != 2 {
		t.Errorf("it is told %d times:\n%s", n, text)
	}
}

func TestTextsThatDiffer(t *testing.T) {
	lines := func(n int, change func(i int) string) string {
		var out []string
		for i := range n {
			out = append(out, change(i))
		}
		return strings.Join(out, "\n")
	}
	plainLine := func(i int) string { return fmt.Sprintf("line %d", i) }
	for name, tc := range map[string]struct {
		expected, got  string
		shown, missing []string
	}{
		"a line break at the end": {
			"a\nb", "a\nb\n",
			[]string{`slack/0 text: "a\nb" ≠ slack/0 text: "a\nb\n"`},
			nil,
		},
		"in the middle of a long text": {
			lines(100, plainLine), strings.Replace(lines(100, plainLine), "line 50", "other 50", 1),
			[]string{"slack/0 text: … 48 lines", "line 49", "line 50", "other 50", "line 52", "… 47 more lines"},
			[]string{"line 47\n", "line 54"},
		},
		"a long text instead of a short one": {
			"x", lines(100, plainLine),
			[]string{"slack/0 text: x", "slack/0 text: line 0", "line 15", "… 84 more lines"},
			[]string{"line 16"},
		},
		"a text of some lines": {
			"x", lines(20, plainLine),
			[]string{"line 19"},
			[]string{"more line"},
		},
	} {
		for _, width := range []int{50, 100} { // one below the other, and side by side
			text := drawText(t, failing(map[string]string{"eu": tc.got}, tc.expected, "eu"), view.Options{Width: width})
			for _, want := range tc.shown {
				if width == 50 && strings.Contains(want, " ≠ ") {
					continue
				}
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is not in\n%s", name, want, text)
				}
			}
			for _, not := range tc.missing {
				if strings.Contains(text, not) {
					t.Errorf("%s: %q is in\n%s", name, not, text)
				}
			}
		}
	}
}
