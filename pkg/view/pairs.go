package view

import (
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/ruletest"
)

const (
	// defaultWidth is how wide a comparison is where no terminal says so.
	defaultWidth = 100
	// stackBelow is the width below which two columns would be too narrow.
	stackBelow = 64
	// mostLines is how many lines of a text are shown on each side, and
	// contextLines how many of them, before and after, may be the same.
	mostLines    = 16
	contextLines = 2
)

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
	draw := func(sign string, s style, lines []string) {
		for n, line := range wrapLines(lines, width-2) {
			if n > 0 {
				sign = " "
			}
			t.printf("%s\n", strings.TrimRight(indent+t.styled(s, sign+" "+line), " "))
		}
	}
	for _, f := range p.Fields {
		expected, got := sides(f)
		if !f.Differs() {
			draw(" ", dim, expected)
			continue
		}
		if f.Expected != nil {
			draw("-", red, expected)
		}
		if f.Got != nil {
			draw("+", green, got)
		}
	}
}

// beside draws the fields in two columns, with a sign between those that
// differ. What both have is written once where a column is too narrow for it.
func (t *textWriter) beside(indent string, p ruletest.Pair, width int) {
	left := columnsOf([]rune("expected"))
	for _, f := range p.Fields {
		expected, _ := sides(f)
		left = max(left, columnsOf([]rune(strings.Join(expected, " "))))
	}
	left = min(left, (width-3)/2)
	right := width - 3 - left
	t.printf("%s%s   %s\n", indent, t.styled(dim, padTo("expected", left)), t.styled(dim, "got"))
	for _, f := range p.Fields {
		expected, got := sides(f)
		if !f.Differs() {
			if text := strings.Join(expected, " "); columnsOf([]rune(text)) <= left {
				t.printf("%s%s   %s\n", indent, t.styled(dim, padTo(text, left)), t.styled(dim, text))
				continue
			}
			for _, line := range wrapLines(expected, width) {
				t.printf("%s%s\n", indent, t.styled(dim, line))
			}
			continue
		}
		e, g := wrapLines(expected, left), wrapLines(got, right)
		sign := "≠"
		switch {
		case f.Got == nil:
			sign = "-"
		case f.Expected == nil:
			sign = "+"
		}
		for n := range max(len(e), len(g)) {
			line := indent + t.styled(red, cell(e, n)) + strings.Repeat(" ", left-columnsOf([]rune(cell(e, n)))) +
				" " + t.styled(yellow, sign) + strings.Repeat(" ", 2-len([]rune(sign))) + t.styled(green, cell(g, n))
			t.printf("%s\n", strings.TrimRight(line, " "))
			sign = ""
		}
	}
}

// sides are the lines of both sides of a field: of long texts the part that
// differs, and where the difference is not to be seen, as at the end of a line,
// in quotes.
func sides(f ruletest.PairField) (expected, got []string) {
	lines := func(side *string, quote bool) []string {
		switch {
		case side == nil:
			return nil
		case quote:
			return []string{f.Text(strconv.Quote(*side))}
		default:
			return plainLines(f.Text(*side))
		}
	}
	expected, got = lines(f.Expected, false), lines(f.Got, false)
	if f.Expected != nil && f.Got != nil && f.Differs() && looksSame(expected, got) {
		expected, got = lines(f.Expected, true), lines(f.Got, true)
	}
	if !f.Differs() {
		if more := len(expected) - mostLines; more > 2*contextLines {
			expected = append(expected[:mostLines:mostLines], "… "+count(more, "more line"))
		}
		return expected, got
	}
	return abridged(f.Text(""), expected, got)
}

func looksSame(a, b []string) bool {
	return strings.TrimRight(strings.Join(a, "\n"), " \n") == strings.TrimRight(strings.Join(b, "\n"), " \n")
}

// abridged leaves of the long texts of a field the lines around the first
// difference.
func abridged(name string, expected, got []string) (e, g []string) {
	if max(len(expected), len(got)) <= mostLines+2*contextLines { // to leave out one or two would help nobody
		return expected, got
	}
	shorter := min(len(expected), len(got))
	before, after := 0, 0
	for before < shorter && expected[before] == got[before] {
		before++
	}
	for after < shorter-before && expected[len(expected)-1-after] == got[len(got)-1-after] {
		after++
	}
	part := func(lines []string) []string {
		from := min(max(before-contextLines, 0), len(lines))
		to := min(len(lines)-max(after-contextLines, 0), from+mostLines)
		var out []string
		if from > 0 {
			out = append(out, name+"… "+count(from, "line"))
		}
		out = append(out, lines[from:to]...)
		if to < len(lines) {
			out = append(out, "… "+count(len(lines)-to, "more line"))
		}
		return out
	}
	return part(expected), part(got)
}

func cell(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return ""
}

// wrapLines breaks lines so that they are no wider than a column, also within
// words.
func wrapLines(lines []string, width int) []string {
	var out []string
	for _, line := range lines {
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
