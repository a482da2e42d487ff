package view

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/ruletest"
)

// FormatVersion is the version of the report's JSON document. Fields are
// added within a version; it changes when one is removed or changes meaning.
const FormatVersion = 1

// Report is what a command did and found.
type Report struct {
	// FormatVersion and Summary are set when the report is rendered.
	FormatVersion int `json:"format_version"`
	// Command is the verb: "validate", "up".
	Command string `json:"command"`
	// Version is that of the monctl which made the report.
	Version string `json:"version"`
	// Environments are those the command worked on.
	Environments []Environment `json:"environments,omitempty"`
	// Diagnostics has one entry for each environment that a finding is about.
	Diagnostics []Finding `json:"diagnostics"`
	// Changes are the files that a rendering wrote or, with --check, would
	// write.
	Changes *Changes `json:"changes,omitempty"`
	Tests   *Tests   `json:"tests,omitempty"`
	// Coverage is what the tests exercise of the rules.
	Coverage *ruletest.CoverageReport `json:"coverage,omitempty"`
	// Deploys are the targets that were deployed to, in that order.
	Deploys []Deploy `json:"deploys,omitempty"`
	Server  *Server  `json:"server,omitempty"`
	// Baseline says how the findings that are known were used.
	Baseline *Known `json:"baseline,omitempty"`
	// Since says what the report is limited to.
	Since *Since `json:"since,omitempty"`
	// Dependencies are what files import, or what imports them.
	Dependencies *Dependencies `json:"dependencies,omitempty"`
	// Profile is where the evaluation of Jsonnet spent time and memory.
	Profile *Profile `json:"profile,omitempty"`
	// Graphs are what hangs on what, one for each environment.
	Graphs []Graph `json:"graphs,omitempty"`
	// Impacts are what hangs on the things that were asked about.
	Impacts []Impact `json:"impacts,omitempty"`
	// Routes are routing trees, one for each environment.
	Routes []RouteTree `json:"routes,omitempty"`
	// RouteTraces are the ways of alerts through them.
	RouteTraces []RouteTrace `json:"route_traces,omitempty"`
	// Receivers are those of the one alert that was asked about, in order.
	Receivers []string `json:"receivers,omitempty"`
	// RouteTests are the alerts that were asked about, with their receivers.
	RouteTests []RouteTest `json:"route_tests,omitempty"`
	// Paging is who is paged differently, one for each environment.
	Paging []PagingDiff `json:"paging,omitempty"`
	// Previews are what receivers get.
	Previews []Preview `json:"previews,omitempty"`
	// Timelines are simulations, one for each environment.
	Timelines []Timeline `json:"timelines,omitempty"`
	// Metrics is the catalogue of metrics, or how it changes.
	Metrics *Metrics `json:"metrics,omitempty"`
	Summary Summary  `json:"summary"`
	// ExitCode is the status that the command ends with; docs/exit-codes.md.
	ExitCode int `json:"exit_code"`
}

// Since says which sources have changed since a revision.
type Since struct {
	// Revision is what was asked for, Commit what was compared with: the last
	// commit that it and HEAD have in common.
	Revision string `json:"revision"`
	Commit   string `json:"commit"`
	// Sources counts the sources of the project; Touched are those that are
	// touched by what has changed.
	Sources int      `json:"sources"`
	Touched []string `json:"touched"`
}

// Environment is one rendered environment.
type Environment struct {
	Name string `json:"name"`
	// Revision is the hash of the rendered bundle, in hexadecimal.
	Revision string `json:"revision,omitempty"`
	// Objects counts the bundle's objects by kind.
	Objects map[string]int `json:"objects,omitempty"`
}

// Finding is a diagnostic and the sources it points at.
type Finding struct {
	diag.Diagnostic
	Excerpt *diag.Excerpt `json:"excerpt,omitempty"`
	// RelatedExcerpts are those of Related, in its order; null where there is
	// none.
	RelatedExcerpts []*diag.Excerpt `json:"related_excerpts,omitempty"`

	// failure is the failure of a test that the finding tells, if it says more
	// than its message.
	failure *Failure
}

// Findings makes findings without excerpts of a list of diagnostics.
func Findings(l diag.List) []Finding {
	out := make([]Finding, 0, len(l))
	for _, d := range l {
		out = append(out, Finding{Diagnostic: d})
	}
	return out
}

// Changes are differences between a rendered tree on disk and what it ought to
// be.
type Changes struct {
	// Path is the tree's folder.
	Path string `json:"path"`
	// Check is true if nothing was written.
	Check bool     `json:"check,omitempty"`
	Files []Change `json:"files"`
	// Unchanged counts the files that were as they ought to be.
	Unchanged int `json:"unchanged"`
}

// Change is a file that differs.
type Change struct {
	// Path is relative to the project.
	Path string `json:"path"`
	// Action is "add", "update" or "remove".
	Action string `json:"action"`
	// Diff is the difference in lines, "-" before the old and "+" before the
	// new ones; Diff of this package makes it.
	Diff string `json:"diff,omitempty"`
}

// Deploy is what became of one target.
type Deploy struct {
	// Target is the target's name, URL its address if it has one.
	Target      string `json:"target"`
	URL         string `json:"url,omitempty"`
	Environment string `json:"environment,omitempty"`
	// Revision is active now, Previous was before; in hexadecimal. They are
	// equal if nothing had to be done.
	Revision string `json:"revision"`
	Previous string `json:"previous,omitempty"`
	// Changed are the objects that differ between the two.
	Changed []ObjectChange `json:"changed,omitempty"`
	// DryRun is true if nothing was changed.
	DryRun bool `json:"dry_run,omitempty"`
}

// ObjectChange is an object that a deployment changes.
type ObjectChange struct {
	// Object is the reference, "rules/node/cpu".
	Object string `json:"object"`
	// Action is "add", "update" or "remove".
	Action string `json:"action"`
}

// Server is the state of a server that a command runs.
type Server struct {
	URL string `json:"url"`
	// Targets are those that are scraped; TargetsUp are up.
	Targets   int `json:"targets"`
	TargetsUp int `json:"targets_up"`
	// Rules are those that are evaluated; RulesFailing ended in an error.
	Rules        int `json:"rules"`
	RulesFailing int `json:"rules_failing"`
	// Waiting says what has not run yet; it is empty once every target was
	// scraped and every rule evaluated.
	Waiting string `json:"waiting,omitempty"`
	// AlertsFiring counts the alerts that fire.
	AlertsFiring int `json:"alerts_firing"`
	// UnresolvedSecrets names the secrets without a value.
	UnresolvedSecrets []string `json:"unresolved_secrets,omitempty"`
}

// Summary counts what the report says.
type Summary struct {
	// Errors, Warnings and Infos count findings; one that was made in several
	// environments counts once. Those that tell the failure of a test do not
	// count here.
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	// Objects counts those of all environments.
	Objects int `json:"objects"`
	// FilesChanged counts the files that differ.
	FilesChanged int `json:"files_changed"`
	TestsPassed  int `json:"tests_passed"`
	TestsFailed  int `json:"tests_failed"`
	TestsSkipped int `json:"tests_skipped"`
	// TestsKept counts those that passed in an earlier run under --watch, and
	// were not run again.
	TestsKept int `json:"tests_kept,omitempty"`
}

// Encode returns the JSON document of a report, indented, with a final line
// end. Diagnostics are sorted by place; version and summary are filled in.
func Encode(r Report) ([]byte, error) {
	b, err := json.MarshalIndent(sealed(r), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	return append(b, '\n'), nil
}

// Decode is the inverse of Encode. It accepts documents of later monctls of
// the same format version, whose additional fields it drops.
func Decode(data []byte) (Report, error) {
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, fmt.Errorf("decode report: %w", err)
	}
	if r.FormatVersion != FormatVersion {
		return Report{}, fmt.Errorf("decode report: format version %d is unknown, want %d", r.FormatVersion, FormatVersion)
	}
	return r, nil
}

// sealed returns the report in the form that is shown: sorted and counted.
func sealed(r Report) Report {
	r.FormatVersion = FormatVersion
	r.Diagnostics = append([]Finding{}, r.Diagnostics...)
	slices.SortStableFunc(r.Diagnostics, func(a, b Finding) int { return a.Compare(b.Diagnostic) })
	r.Diagnostics = slices.CompactFunc(r.Diagnostics, func(a, b Finding) bool { return a.Compare(b.Diagnostic) == 0 })
	r.Summary = summarise(r)
	return r
}

func summarise(r Report) Summary {
	var s Summary
	failures := failureKeys(r.Tests)
	for _, m := range merged(r.Diagnostics) {
		if failures[failureKey{m.Code, m.Summary, m.Span}] {
			continue
		}
		switch m.Severity {
		case diag.Error:
			s.Errors++
		case diag.Warning:
			s.Warnings++
		case diag.Info:
			s.Infos++
		}
	}
	for _, e := range r.Environments {
		for _, n := range e.Objects {
			s.Objects += n
		}
	}
	if r.Changes != nil {
		s.FilesChanged = len(r.Changes.Files)
	}
	if r.Tests != nil {
		for _, f := range r.Tests.Suites {
			for _, t := range f.Tests {
				switch t.Result {
				case Failed:
					s.TestsFailed++
				case Skipped:
					s.TestsSkipped++
				case Passed:
					s.TestsPassed++
					if t.Kept {
						s.TestsKept++
					}
				}
			}
		}
	}
	return s
}
