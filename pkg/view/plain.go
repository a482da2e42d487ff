package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// plain neutralises a line of foreign text for a terminal: a control character
// becomes its picture, what changes the direction of writing or breaks lines
// the replacement character. The number of code points stays, so that carets
// stay where they belong.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7f:
			return 0x2421
		case r == utf8.RuneError, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r),
			unicode.Is(unicode.Bidi_Control, r):
			return utf8.RuneError
		default:
			return r
		}
	}, s)
}

// Plain neutralises a line of foreign text that stands outside of a report.
func Plain(s string) string { return plain(s) }

// plainLines neutralises foreign text of several lines.
func plainLines(s string) []string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = plain(strings.TrimRight(l, "\r"))
	}
	return lines
}

// onOneLine neutralises foreign text where there is room for a line only.
func onOneLine(s string) string { return strings.Join(plainLines(s), " ") }

// columns returns how many cells of a terminal a code point takes.
func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

func columnsOf(rs []rune) int {
	n := 0
	for _, r := range rs {
		n += columns(r)
	}
	return n
}

// wrap breaks a line between words so that no part is wider than limit, if
// that can be. Leading blanks are kept and repeated.
func wrap(line string, limit int) []string {
	if limit < 20 || columnsOf([]rune(line)) <= limit {
		return []string{line}
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var out []string
	cur := indent
	for word := range strings.FieldsSeq(line) {
		if cur != indent && columnsOf([]rune(cur))+1+columnsOf([]rune(word)) > limit {
			out = append(out, cur)
			cur = indent
		}
		if cur != indent {
			cur += " "
		}
		cur += word
	}
	return append(out, cur)
}
