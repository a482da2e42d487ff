package view

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// mergedFinding is a finding together with the environments it was made in,
// in their order; none if it is about no environment in particular.
type mergedFinding struct {
	Finding
	envs []string
}

// merged puts findings together that differ in their environment only. The
// order is that of the first of each.
func merged(findings []Finding) []mergedFinding {
	var out []mergedFinding
	index := map[string]int{}
	for _, f := range findings {
		env := f.Env
		f.Env = ""
		key := mergeKey(f)
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, mergedFinding{Finding: f})
		}
		if env != "" && !slices.Contains(out[i].envs, env) {
			out[i].envs = append(out[i].envs, env)
		}
	}
	return out
}

// mergeKey is the same for findings that differ in their environment only.
func mergeKey(f Finding) string {
	f.Env = ""
	key, err := json.Marshal(struct {
		Finding
		Failure *Failure
	}{f, f.failure})
	if err != nil { // strings, numbers and severities that exist: cannot happen
		return fmt.Sprint(f)
	}
	return string(key)
}

// everything returns all that the report finds fault with, for formats that
// know findings only: diagnostics, failed tests, rendered files that differ.
func everything(r Report) []mergedFinding {
	all := merged(r.Diagnostics)
	if r.Tests != nil {
		all = append(all, untold(r)...)
	}
	if r.Changes != nil && r.Changes.Check {
		for _, c := range r.Changes.Files {
			all = append(all, mergedFinding{Finding: Finding{Diagnostic: difference(r.Command, c)}})
		}
	}
	if len(r.Environments) == 1 { // it goes without saying
		for i := range all {
			all[i].envs = nil
		}
	}
	return all
}

// difference is the finding that a file is not as it ought to be.
func difference(command string, c Change) diag.Diagnostic {
	if command == formatting {
		return diag.Diagnostic{Code: "source/format", Severity: diag.Error, Summary: "this file is not formatted", Hint: "run monctl fmt", Span: diag.Span{File: c.Path}}
	}
	return diag.Diagnostic{
		Code: "render/outdated", Severity: diag.Error, Summary: outdated(c),
		Hint: "run monctl render and commit the result", Span: diag.Span{File: c.Path},
	}
}

// formatting is the command whose changes are those of a formatter.
const formatting = "fmt"

func outdated(c Change) string {
	switch c.Action {
	case "add":
		return "this file is not rendered yet"
	case "remove":
		return "this file is rendered no longer"
	default:
		return "this file is not what the sources render to"
	}
}

// unexplained is the failure of a test that says nothing.
func unexplained() Failure { return Failure{Kind: "error", Message: "the test failed"} }

// untold returns the failures of tests that no diagnostic tells.
func untold(r Report) []mergedFinding {
	if r.Tests == nil {
		return nil
	}
	told, wrong := map[failureKey]bool{}, false
	for _, d := range r.Diagnostics {
		told[failureKey{d.Code, d.Summary, d.Span}] = true
		wrong = wrong || d.Severity == diag.Error
	}
	var out []Finding
	add := func(s Suite, t Test, f Failure) {
		for _, env := range s.envs() {
			finding := testFinding(s, t, f)
			finding.Env = env
			out = append(out, finding)
		}
	}
	for _, s := range r.Tests.Suites {
		for _, t := range s.Tests {
			if t.Result != Failed {
				continue
			}
			for _, f := range t.Failures {
				if !told[failureKey{f.code(), f.Message, f.Span}] {
					add(s, t, f)
				}
			}
			// A test that says nothing was not run, for what is wrong with its file
			// or with its rules.
			if len(t.Failures) == 0 && !wrong {
				add(s, t, unexplained())
			}
		}
	}
	return merged(out)
}

// failureKey tells whether a failure and a diagnostic are the same.
type failureKey struct {
	code, message string
	span          diag.Span
}

func failureKeys(tests *Tests) map[failureKey]bool {
	keys := map[failureKey]bool{}
	if tests == nil {
		return keys
	}
	for _, s := range tests.Suites {
		for _, t := range s.Tests {
			for _, f := range t.Failures {
				keys[failureKey{f.code(), f.Message, f.Span}] = true
			}
		}
	}
	return keys
}

func (f Failure) code() string {
	if f.Code != "" {
		return f.Code
	}
	return "test/" + f.Kind
}

func (f Failure) diff() string {
	if f.Diff != "" {
		return f.Diff
	}
	return Diff(f.Expected, f.Got)
}

func testFinding(s Suite, t Test, f Failure) Finding {
	d := diag.Diagnostic{
		Code: f.code(), Severity: diag.Error, Summary: testName(t) + ": " + f.Message,
		Span: f.Span, Env: s.Environment,
	}
	if d.Span.IsZero() {
		d.Span.File = s.File
	}
	if diff := f.diff(); diff != "" {
		d.Detail = "- expected, + got:\n" + strings.TrimSuffix(diff, "\n")
	}
	return Finding{Diagnostic: d, Excerpt: f.Excerpt}
}

func testName(t Test) string {
	if t.Name != "" {
		return t.Name
	}
	return fmt.Sprintf("test %d", t.Index+1)
}
