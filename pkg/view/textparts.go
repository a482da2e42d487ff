package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// environments draws a line for each environment.
func (t *textWriter) environments(envs []Environment) {
	widest := 0
	for _, e := range envs {
		widest = max(widest, len(e.Name))
	}
	for _, e := range envs {
		if e.Revision == "" && len(e.Objects) == 0 {
			continue
		}
		line := fmt.Sprintf("%-*s  %s", widest, plain(e.Name), objectCounts(e.Objects))
		if e.Revision != "" {
			line += ", revision " + short(e.Revision)
		}
		t.printf("%s\n", line)
	}
}

// objectCounts says "63 objects (2 dashboards, 60 rule groups, …)".
func objectCounts(objects map[string]int) string {
	total := 0
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(objects)) {
		n := objects[kind]
		total += n
		switch kind {
		case "alertmanager", "prometheus":
			kinds = append(kinds, kind)
		case "rules":
			kinds = append(kinds, count(n, "rule group"))
		default:
			kinds = append(kinds, count(n, kind))
		}
	}
	if len(kinds) == 0 {
		return count(total, "object")
	}
	return fmt.Sprintf("%s (%s)", count(total, "object"), plain(strings.Join(kinds, ", ")))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func short(revision string) string {
	if len(revision) > 12 {
		revision = revision[:12]
	}
	return plain(revision)
}

// changes draws the files that a rendering changes.
func (t *textWriter) changes(c Changes) {
	for _, f := range c.Files {
		sign, s := actionStyle(f.Action)
		t.printf("%s %s\n", t.styled(s, sign), plain(f.Path))
		t.diff("    ", f.Diff)
	}
	if len(c.Files) > 0 {
		t.out.WriteByte('\n')
	}
}

func (t *textWriter) diff(indent, diff string) {
	if diff == "" {
		return
	}
	for _, line := range plainLines(diff) {
		switch {
		case strings.HasPrefix(line, "-"):
			line = t.styled(red, line)
		case strings.HasPrefix(line, "+"):
			line = t.styled(green, line)
		case strings.HasPrefix(line, "@@"):
			line = t.styled(dim, line)
		}
		t.printf("%s\n", strings.TrimRight(indent+line, " "))
	}
}

// tests draws what did not pass.
func (t *textWriter) tests(r Report) {
	for _, s := range r.Tests.Suites {
		for _, test := range s.Tests {
			if test.Result == Skipped && test.Reason != "" {
				t.head(yellow, "skipped", testName(test)+": "+test.Reason)
				t.place(1, diag.Span{File: s.File}, nil, yellow)
				t.out.WriteByte('\n')
			}
		}
	}
	for _, f := range untold(r) {
		t.head(red, "failed["+plain(f.Code)+"]", f.Summary)
		gutter := gutterWidth(f.Excerpt)
		t.place(gutter, f.Span, f.Excerpt, red)
		if text := t.environmentNames(f.envs); text != "" {
			t.field(gutter, "in", text)
		}
		if head, diff, ok := strings.Cut(f.Detail, "\n"); ok {
			t.field(gutter, "diff", strings.TrimSuffix(head, ":"))
			t.diff(strings.Repeat(" ", gutter+3), diff)
		}
		t.out.WriteByte('\n')
	}
}

// deploy draws what became of a target.
func (t *textWriter) deploy(d Deploy) {
	verb := "deployed to"
	if d.DryRun {
		verb = "would deploy to"
	}
	line := fmt.Sprintf("%s %s", verb, plain(d.Target))
	if d.URL != "" {
		line += " (" + plain(d.URL) + ")"
	}
	line += ": revision " + short(d.Revision)
	switch d.Previous {
	case "":
	case d.Revision:
		line += ", which was active already"
	default:
		line += " after " + short(d.Previous)
	}
	if len(d.Changed) > 0 {
		line += ", " + count(len(d.Changed), "object") + " changed"
	}
	t.printf("%s\n", line)
	if d.Previous == "" && !d.DryRun {
		return // everything is new: a list would say nothing
	}
	for i, c := range d.Changed {
		if i == maxListed && len(d.Changed) > maxListed+1 {
			t.printf("  … and %d more\n", len(d.Changed)-maxListed)
			break
		}
		sign, s := actionStyle(c.Action)
		t.printf("  %s %s\n", t.styled(s, sign), plain(c.Object))
	}
}

func (t *textWriter) server(s Server) {
	line := fmt.Sprintf("server %s", plain(s.URL))
	if s.Waiting != "" {
		line += fmt.Sprintf(": %s and %s begin to run", count(s.Targets, "target"), count(s.Rules, "rule"))
	} else if s.Targets > 0 {
		line += fmt.Sprintf(": %d of %s up", s.TargetsUp, count(s.Targets, "target"))
	}
	if s.Rules > 0 && s.Waiting == "" {
		line += fmt.Sprintf(", %s evaluated", count(s.Rules, "rule"))
		if s.RulesFailing > 0 {
			line += fmt.Sprintf(" (%d failed)", s.RulesFailing)
		}
		line += ", " + count(s.AlertsFiring, "alert") + " firing"
	}
	t.printf("%s\n", line)
	if len(s.UnresolvedSecrets) > 0 {
		t.printf("  held back for want of a secret: %s\n", plain(strings.Join(s.UnresolvedSecrets, ", ")))
	}
}

// summary draws the closing line.
func (t *textWriter) summary(r Report) {
	word, s := "failed", red
	switch r.ExitCode {
	case 0:
		word, s = "ok", green
	case 16:
		word, s = "differs", yellow
	}
	t.printf("%s\n", strings.TrimSuffix(t.styled(s, word)+": "+strings.Join(summaryParts(r), ", "), ": "))
}

func summaryParts(r Report) []string {
	var parts []string
	add := func(n int, noun string) {
		if n > 0 {
			parts = append(parts, count(n, noun))
		}
	}
	s := r.Summary
	add(s.Errors, "error")
	add(s.Warnings, "warning")
	add(s.Infos, "remark")
	if len(parts) == 0 && r.ExitCode == 0 && r.Command != formatting {
		parts = append(parts, "no findings")
	}
	if total := s.TestsPassed + s.TestsFailed + s.TestsSkipped; r.Tests != nil && (total > 0 || r.Command == "test") {
		if s.TestsFailed > 0 {
			parts = append(parts, count(s.TestsFailed, "test")+" failed")
		}
		passed := count(s.TestsPassed, "test") + " passed"
		if s.TestsSkipped > 0 {
			passed += fmt.Sprintf(", %d skipped", s.TestsSkipped)
		}
		if s.TestsKept > 0 {
			passed += fmt.Sprintf(" (%d not run again: nothing they depend on has changed)", s.TestsKept)
		}
		parts = append(parts, passed)
	}
	if c := r.Coverage; c != nil {
		parts = append(parts, fmt.Sprintf("%.1f %% covered (%s)", c.Percent, countCovered(c.Covered, c.Items)))
	}
	if s.Objects > 0 {
		text := count(s.Objects, "object")
		if len(r.Environments) > 1 {
			text += fmt.Sprintf(" in %d environments", len(r.Environments))
		}
		parts = append(parts, text)
	}
	if r.Changes != nil {
		parts = append(parts, changesPart(r.Command, *r.Changes))
	}
	return parts
}

// changesPart says how many files differ, or differed.
func changesPart(command string, c Changes) string {
	n, total := len(c.Files), count(len(c.Files)+c.Unchanged, "file")
	verb, are := "differ", "are"
	if n == 1 {
		verb, are = "differs", "is"
	}
	switch {
	case command == formatting && n == 0:
		return total + " formatted already"
	case command == formatting && c.Check:
		return fmt.Sprintf("%d of %s %s not formatted", n, total, are)
	case command == formatting:
		return fmt.Sprintf("%d of %s formatted", n, total)
	case c.Check && n > 0:
		return fmt.Sprintf("%s in %s %s from the sources", count(n, "file"), plain(c.Path), verb)
	case c.Check:
		return plain(c.Path) + " is up to date"
	default:
		return fmt.Sprintf("%s: %d of %s written", plain(c.Path), n, total)
	}
}
