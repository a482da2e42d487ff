package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/ruletest"
)

// explains reports whether a failure says more than its message.
func (f Failure) explains() bool {
	return len(f.Pairs)+len(f.Routes)+len(f.Rules)+len(f.Why)+len(f.Plots) > 0
}

// says reports whether a hint is among the failure's explanations.
func (f Failure) says(hint string) bool {
	return slices.Contains(f.Why, hint) || slices.ContainsFunc(f.Rules, func(r ruletest.RuleState) bool { return slices.Contains(r.Why, hint) })
}

// explained gives diagnostics the failures that they tell, by what both have in
// common. In another environment, the same assertion may fail for another
// reason.
func explained(findings []Finding, tests *Tests) []Finding {
	if tests == nil || tests.Diff {
		return findings
	}
	type key struct {
		failureKey
		env string
	}
	failures := map[key]*Failure{}
	for _, s := range tests.Suites {
		for _, t := range s.Tests {
			for _, f := range t.Failures {
				if !f.explains() {
					continue
				}
				for _, env := range slices.Concat(s.envs(), []string{""}) { // "": a finding about no environment in particular
					k := key{failureKey{f.code(), f.Message, f.Span}, env}
					if failures[k] == nil {
						failures[k] = &f
					}
				}
			}
		}
	}
	out := slices.Clone(findings)
	for i, f := range out {
		out[i].failure = failures[key{failureKey{f.Code, f.Summary, f.Span}, f.Env}]
	}
	return out
}

// failure draws what was expected beside what was got, why that is so, and
// plots of what decides it.
func (t *textWriter) failure(gutter int, f Failure) {
	indent := strings.Repeat(" ", gutter+3)
	if len(f.Pairs) > 0 {
		t.pairs(indent, f.Pairs)
	}
	if len(f.Routes) > 0 {
		t.stepsOf(indent, f)
	}
	for _, r := range f.Rules {
		place := r.Span.String()
		if place == "" {
			place = r.File
		}
		rule := place + ", group " + r.Group
		if len(f.Rules) > 1 {
			rule += ", labels " + labelText(r.Labels)
		}
		t.field(gutter, "rule", rule)
		state := "the alert is " + r.State
		if r.For != "" {
			state += " (for: " + r.For + ")"
		}
		t.field(gutter, "why", strings.Join(append([]string{state}, r.Why...), "\n"))
	}
	if len(f.Why) > 0 {
		t.field(gutter, "why", strings.Join(f.Why, "\n"))
	}
	t.plots(indent, f.Plots)
}

// stepsOf draws the difference of receivers, and the routes that were tried.
func (t *textWriter) stepsOf(indent string, f Failure) {
	t.diff(indent, f.Diff)
	depth := map[string]int{}
	for _, s := range f.Routes {
		if s.Parent != "" {
			depth[s.ID] = depth[s.Parent] + 1
		}
		t.step(s, indent+strings.Repeat("  ", depth[s.ID]))
	}
}

// duration writes seconds as people write durations.
func duration(seconds float64) string {
	s := int64(seconds)
	var text strings.Builder
	for _, unit := range []struct {
		name    string
		seconds int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := s / unit.seconds; n > 0 {
			fmt.Fprintf(&text, "%d%s", n, unit.name)
			s -= n * unit.seconds
		}
	}
	if text.Len() == 0 {
		return "0m"
	}
	return text.String()
}
