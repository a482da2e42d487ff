package ruletest

import (
	"cmp"
	"slices"

	"github.com/monctl/monctl/pkg/diag"
)

// Result is how a test ended.
type Result string

// The results of a test. Skipped tests did not match Options.Run.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Skipped Result = "skipped"
)

// Kind says what an assertion was about.
type Kind string

// The kinds of failures. KindError is what kept a test from being judged.
const (
	KindAlert        Kind = "alert"
	KindPromQL       Kind = "promql"
	KindRoute        Kind = "route"
	KindNotification Kind = "notification"
	KindSuppression  Kind = "suppression"
	KindError        Kind = "error"
)

// Report is the outcome of a run. Its JSON form only ever gains fields.
type Report struct {
	Suites []SuiteReport `json:"suites"`
	// Seconds is the wall time of the whole run.
	Seconds float64 `json:"seconds"`
}

// SuiteReport is the outcome of one file.
type SuiteReport struct {
	File string `json:"file"`
	// Failed is set if a test failed or the file itself has an error; it is
	// promtool's verdict on the file.
	Failed bool         `json:"failed"`
	Tests  []TestReport `json:"tests"`
}

// TestReport is the outcome of one test.
type TestReport struct {
	// Name is empty for a test without a name; Index counts from 0.
	Name   string    `json:"name,omitempty"`
	Index  int       `json:"index"`
	Result Result    `json:"result"`
	Span   diag.Span `json:"span,omitzero"`
	// Seconds is the time spent on this test alone.
	Seconds float64 `json:"seconds"`
	// Kept says that the result is that of an earlier run; see Memory.
	Kept     bool      `json:"kept,omitempty"`
	Failures []Failure `json:"failures,omitempty"`
	// Difference says where the evaluation differs from the plain one; it is set
	// only if Options.VerifyDir is and they do, and is a failure too.
	Difference string `json:"difference,omitempty"`
	// Dump lists all series at the end of the test if Options.Debug is set.
	Dump string `json:"dump,omitempty"`
}

// Failure is an assertion that did not hold, or an error.
type Failure struct {
	Kind    Kind   `json:"kind"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Expected and Got have one line for each label, annotation or sample;
	// what belongs together stands in the same order in both.
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Diff has the lines of both, "-" before what was expected only and "+"
	// before what was got only.
	Diff string `json:"diff,omitempty"`
	// Pairs sets what was expected against what was got, one by one.
	Pairs []Pair `json:"pairs,omitempty"`
	// Rules says how the rules stood that the assertion is about, and why.
	Rules []RuleState `json:"rules,omitempty"`
	// Why says why an expression has no samples, a sentence each.
	Why []string `json:"why,omitempty"`
	// Way has the routes that an alert comes to, in the order in which they are
	// tried.
	Way []RouteStep `json:"-"`
	// Plots show what the rules and expressions looked at around the time.
	Plots []Plot `json:"plots,omitempty"`
	// Span is the assertion.
	Span diag.Span `json:"span,omitzero"`
	hint string
	// related are places that have to do with it.
	related []diag.Related
}

// Failed reports whether any suite failed.
func (r *Report) Failed() bool {
	for _, s := range r.Suites {
		if s.Failed {
			return true
		}
	}
	return false
}

// Count returns how many tests ended with a result.
func (r *Report) Count(result Result) int {
	n := 0
	for _, s := range r.Suites {
		for _, t := range s.Tests {
			if t.Result == result {
				n++
			}
		}
	}
	return n
}

// diagnostics turns failures into findings, each at its assertion.
func (t *TestReport) diagnostics(l *diag.List) {
	for _, f := range t.Failures {
		d := l.Errorf(f.Code, f.Span, "%s", f.Message)
		d.Detail, d.Hint, d.Related = f.Diff, f.hint, slices.Clone(f.related)
		if t.Name != "" && f.Span != t.Span {
			d.Related = append(d.Related, diag.Related{Message: "in the test " + quote(t.Name), Span: t.Span})
		}
	}
}

func compareFailures(a, b Failure) int {
	return cmp.Or(a.Span.Compare(b.Span), cmp.Compare(a.Message, b.Message))
}
