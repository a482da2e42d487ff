package diag_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/diag"
)

// FuzzCut: an excerpt is text of one line, and what is underlined begins in it
// or right behind it, whatever the file holds and the span says.
func FuzzCut(f *testing.F) {
	for _, seed := range []struct {
		content                     string
		line, column, toLine, toCol int
	}{
		{"a\nb: x\n", 2, 4, 2, 5},
		{"a", 1, 1, 0, 0},
		{"", 1, 9, 1, 3},
		{"\xff\xfe\tq\r\n", 1, 2, 1, 90},
		{"é" + strings.Repeat("日", 500), 1, 400, 3, 1},
		{strings.Repeat("x", 1000), 1, 999, 1, 1001},
		{strings.Repeat("x", 1000), 1, 2000, 1, 2001},
		{"a\n\nb", 2, 1, 2, 2},
		{"\x00", 0, 0, 0, 0},
		{"a", -1, -5, 7, -2},
	} {
		f.Add([]byte(seed.content), seed.line, seed.column, seed.toLine, seed.toCol)
	}
	f.Fuzz(func(t *testing.T, content []byte, line, column, toLine, toColumn int) {
		span := diag.Span{File: "f", Start: diag.Position{Line: line, Column: column}, End: diag.Position{Line: toLine, Column: toColumn}}
		e, ok := diag.Cut(content, span)
		if !ok {
			return
		}
		length := utf8.RuneCountInString(e.Text)
		if !utf8.ValidString(e.Text) || strings.ContainsAny(e.Text, "\n\t") {
			t.Errorf("%v of %.200q has the text %q", span, content, e.Text)
		}
		if e.From < 0 || e.From > length || e.To <= e.From || e.To > max(length, e.From+1) {
			t.Errorf("%v of %.200q: %d to %d is underlined of %q, which is %d long", span, content, e.From, e.To, e.Text, length)
		}
	})
}

// FuzzSuggest: a suggestion is one of the candidates.
func FuzzSuggest(f *testing.F) {
	f.Add("alertnam", "alertname", "instance")
	f.Add("", "", "x")
	f.Add("\xff", "é", "日本")
	f.Fuzz(func(t *testing.T, word, one, other string) {
		if got := diag.Suggest(word, []string{one, other}); got != "" && got != one && got != other {
			t.Errorf("%q is suggested for %q, which is neither %q nor %q", got, word, one, other)
		}
	})
}
