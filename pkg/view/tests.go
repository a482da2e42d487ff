package view

import (
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/ruletest"
)

// Result is how a test ended.
type Result string

// The results of tests.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Skipped Result = "skipped"
)

// Tests are the results of unit tests.
type Tests struct {
	Suites []Suite `json:"suites"`
	// Seconds is how long all of them took together.
	Seconds float64 `json:"seconds"`
	// Diff asks the text to show a failure as a difference of lines only.
	Diff bool `json:"diff,omitempty"`
}

// Suite is one test file, run for one environment.
type Suite struct {
	File        string `json:"file"`
	Environment string `json:"environment,omitempty"`
	// Environments are those that the run stands for, Environment among them;
	// it is absent if there is one only.
	Environments []string `json:"environments,omitempty"`
	Tests        []Test   `json:"tests"`
}

// envs are the environments that the run stands for.
func (s Suite) envs() []string {
	if len(s.Environments) > 0 {
		return s.Environments
	}
	return []string{s.Environment}
}

// Test is one test of a suite.
type Test struct {
	// Name is what the file calls the test; Index is its place in the file,
	// from 0.
	Name    string  `json:"name,omitempty"`
	Index   int     `json:"index"`
	Result  Result  `json:"result"`
	Seconds float64 `json:"seconds"`
	// Kept says that the result is that of an earlier run, and would be the same.
	Kept bool `json:"kept,omitempty"`
	// Span is where the test is written.
	Span diag.Span `json:"span,omitzero"`
	// Reason says why the test was skipped; it is empty if it was not selected.
	Reason   string    `json:"reason,omitempty"`
	Failures []Failure `json:"failures,omitempty"`
}

// Failure is an expectation that was not met. As a rule there is a diagnostic
// with the same code, message and span, which says more for people; then it is
// not shown a second time.
type Failure struct {
	// Kind is what was tested: "alert", "promql", "route", "notification",
	// "suppression"; "error" is what kept the test
	// from being judged.
	Kind string `json:"kind"`
	// Code is that of the diagnostic, "test/<kind>" if it is empty.
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	// Expected and Got are texts of several lines, to be compared by line.
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Diff is that comparison; it is made if it is empty.
	Diff string `json:"diff,omitempty"`
	// Pairs sets what was expected against what was got, one by one.
	Pairs []ruletest.Pair `json:"pairs,omitempty"`
	// Rules says how the rules stood that the assertion is about, Why why an
	// expression has no samples, and Plots show what decides it.
	Rules []ruletest.RuleState `json:"rules,omitempty"`
	Why   []string             `json:"why,omitempty"`
	Plots []ruletest.Plot      `json:"plots,omitempty"`
	// Routes are those that an alert comes to, in the order in which they are
	// tried.
	Routes  []RouteStep   `json:"routes,omitempty"`
	Span    diag.Span     `json:"span,omitzero"`
	Excerpt *diag.Excerpt `json:"excerpt,omitempty"`
}
