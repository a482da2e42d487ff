package view

import (
	"slices"
	"strings"
)

const (
	// diffContext is how many equal lines stand around a difference.
	diffContext = 3
	// maxDiffCells bounds the table of the comparison; beyond it all old lines
	// stand before all new ones.
	maxDiffCells = 4 << 20
)

// Diff compares two texts by line. Lines of the old one that are gone start
// with "-", lines of the new one with "+", equal ones with a space; "@@" stands
// where equal lines were left out. It is empty if the texts are equal.
func Diff(old, new string) string {
	a, b := splitLines(old), splitLines(new)
	switch ended := strings.HasSuffix(old, "\n"); {
	case old == "" || new == "" || ended == strings.HasSuffix(new, "\n"):
	case ended:
		b = append(b, unended)
	default:
		a = append(a, unended)
	}
	lines := diffLines(a, b)
	var out strings.Builder
	left := true // nothing has been left out directly before the current line
	changed := false
	for i, l := range lines {
		if l[0] != ' ' {
			changed = true
		} else if !nearChange(lines, i) {
			left = false
			continue
		}
		if !left {
			out.WriteString("@@\n")
			left = true
		}
		out.WriteString(l + "\n")
	}
	if !changed {
		return ""
	}
	return out.String()
}

func nearChange(lines []string, i int) bool {
	for j := max(0, i-diffContext); j <= min(len(lines)-1, i+diffContext); j++ {
		if lines[j][0] != ' ' {
			return true
		}
	}
	return false
}

// splitLines makes carriage returns visible, in which lines that look the same
// may differ.
func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\r", "␍"), "\n")
}

// unended is what stands behind the last line of a text that does not end in a
// line break, if the other text does.
const unended = `\ No newline at end of file`

// diffLines marks every line; the longest common subsequence stays.
func diffLines(a, b []string) []string {
	var out, tail []string
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		out = append(out, " "+a[0])
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, " "+a[len(a)-1])
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	common := commonLengths(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && common != nil && a[i] == b[j]:
			out = append(out, " "+a[i])
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common == nil || common[i+1][j] >= common[i][j+1]):
			out = append(out, "-"+a[i])
			i++
		default:
			out = append(out, "+"+b[j])
			j++
		}
	}
	slices.Reverse(tail)
	return append(out, tail...)
}

// commonLengths[i][j] is the length of the longest common subsequence of a[i:]
// and b[j:]. It is nil if the table would be too large.
func commonLengths(a, b []string) [][]int32 {
	if (len(a)+1)*(len(b)+1) > maxDiffCells {
		return nil
	}
	c := make([][]int32, len(a)+1)
	for i := range c {
		c[i] = make([]int32, len(b)+1)
	}
	for i, line := range slices.Backward(a) {
		for j := len(b) - 1; j >= 0; j-- {
			if line == b[j] {
				c[i][j] = c[i+1][j+1] + 1
			} else {
				c[i][j] = max(c[i+1][j], c[i][j+1])
			}
		}
	}
	return c
}
