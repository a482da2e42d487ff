package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/ruletest"
)

const (
	// defaultWidth is how wide a comparison is where no terminal says so.
	defaultWidth = 100
	// stackBelow is the width below which two columns would be too narrow.
	stackBelow = 64
)

// explains reports whether a failure says more than its message.
func (f Failure) explains() bool {
	return len(f.Pairs)+len(f.Routes)+len(f.Rules)+len(f.Why)+len(f.Plots) > 0
}

// says reports whether a hint is among the failure's explanations.
func (f Failure) says(hint string) bool {
	return slices.Contains(f.Why, hint) || slices.ContainsFunc(f.Rules, func(r ruletest.RuleState) bool { return slices.Contains(r.Why, hint) })
}

// failuresOf finds the failures that diagnostics tell, by what both have in
// common.
func failuresOf(tests *Tests) map[failureKey]Failure {
	out := map[failureKey]Failure{}
	if tests == nil || tests.Diff {
		return out
	}
	for _, s := range tests.Suites {
		for _, t := range s.Tests {
			for _, f := range t.Failures {
				key := failureKey{f.code(), f.Message, f.Span}
				if _, known := out[key]; !known && f.explains() {
					out[key] = f
				}
			}
		}
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

// pairs draws a comparison in two columns or, where there is no room for them,
// one below the other.
func (t *textWriter) pairs(indent string, pairs []ruletest.Pair) {
	width := t.options.Width
	if width == 0 {
		width = defaultWidth
	}
	width -= len(indent)
	for _, p := range pairs {
		sign, s, remark := verdictStyle(p)
		t.printf("%s%s %s%s\n", indent, t.styled(s, sign), t.styled(bold, plain(p.Title())), t.styled(dim, remark))
		switch {
		case p.Verdict == "same":
			t.printf("%s    %s\n", indent, t.styled(dim, cutTo(sameText(p), width-4)))
		case p.Verdict != "different" || width < stackBelow:
			t.stacked(indent+"  ", p, width-2)
		default:
			t.beside(indent+"  ", p, width-2)
		}
	}
}

func verdictStyle(p ruletest.Pair) (sign string, s style, remark string) {
	switch p.Verdict {
	case "missing":
		return "-", red, ": expected, and not there"
	case "unexpected":
		return "+", green, ": there, and not expected"
	case "same":
		return "=", dim, ": as expected"
	default:
		return "≠", yellow, ": differs"
	}
}

func sameText(p ruletest.Pair) string {
	var parts []string
	for _, f := range p.Fields {
		parts = append(parts, onOneLine(f.Text(deref(f.Expected))))
	}
	return strings.Join(parts, ", ")
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// stacked draws the fields one below the other.
func (t *textWriter) stacked(indent string, p ruletest.Pair, width int) {
	draw := func(sign string, s style, text string) {
		for n, line := range wrapCell(text, width-2) {
			if n > 0 {
				sign = " "
			}
			t.printf("%s\n", strings.TrimRight(indent+t.styled(s, sign+" "+line), " "))
		}
	}
	for _, f := range p.Fields {
		if !f.Differs() {
			draw(" ", dim, f.Text(*f.Expected))
			continue
		}
		if f.Expected != nil {
			draw("-", red, f.Text(*f.Expected))
		}
		if f.Got != nil {
			draw("+", green, f.Text(*f.Got))
		}
	}
}

// beside draws the fields in two columns, with a sign between those that
// differ.
func (t *textWriter) beside(indent string, p ruletest.Pair, width int) {
	left := columnsOf([]rune("expected"))
	for _, f := range p.Fields {
		if f.Expected != nil {
			left = max(left, columnsOf([]rune(onOneLine(f.Text(*f.Expected)))))
		}
	}
	left = min(left, (width-3)/2)
	right := width - 3 - left
	t.printf("%s%s   %s\n", indent, t.styled(dim, padTo("expected", left)), t.styled(dim, "got"))
	for _, f := range p.Fields {
		if !f.Differs() {
			text := onOneLine(f.Text(*f.Expected))
			t.printf("%s%s   %s\n", indent, t.styled(dim, padTo(cutTo(text, left), left)), t.styled(dim, cutTo(text, right)))
			continue
		}
		var e, g []string
		sign := "≠"
		switch {
		case f.Got == nil:
			sign = "-"
		case f.Expected == nil:
			sign = "+"
		}
		if f.Expected != nil {
			e = wrapCell(f.Text(*f.Expected), left)
		}
		if f.Got != nil {
			g = wrapCell(f.Text(*f.Got), right)
		}
		for n := range max(len(e), len(g)) {
			line := indent + t.styled(red, cell(e, n)) + strings.Repeat(" ", left-columnsOf([]rune(cell(e, n)))) +
				" " + t.styled(yellow, sign) + strings.Repeat(" ", 2-len([]rune(sign))) + t.styled(green, cell(g, n))
			t.printf("%s\n", strings.TrimRight(line, " "))
			sign = ""
		}
	}
}

func cell(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return ""
}

// wrapCell breaks foreign text into lines that are no wider than a column, also
// within words.
func wrapCell(text string, width int) []string {
	var out []string
	for _, line := range plainLines(text) {
		for _, part := range wrap(line, width) {
			rs := []rune(part)
			for columnsOf(rs) > width {
				n := 0
				for n < len(rs)-1 && columnsOf(rs[:n+1]) <= width {
					n++
				}
				out = append(out, string(rs[:max(n, 1)]))
				rs = rs[max(n, 1):]
			}
			out = append(out, string(rs))
		}
	}
	return out
}

// cutTo shortens a line to a number of columns.
func cutTo(text string, width int) string {
	rs := []rune(text)
	if columnsOf(rs) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	for len(rs) > 0 && columnsOf(rs)+1 > width {
		rs = rs[:len(rs)-1]
	}
	return string(rs) + "…"
}

// padTo fills a line up with blanks.
func padTo(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columnsOf([]rune(text))))
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
