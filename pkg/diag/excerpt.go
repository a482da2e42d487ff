package diag

import (
	"bytes"
	"unicode/utf8"
)

// Excerpt is the first line of a Span, with what is to be underlined.
type Excerpt struct {
	// Line is the number of the line, Text the line itself without its end.
	Line int    `json:"line"`
	Text string `json:"text"`
	// From and To bound the underlined part in code points, from 0, To
	// excluded and always greater than From.
	From int `json:"from"`
	To   int `json:"to"`
}

// maxExcerpt bounds the length of an excerpt in code points. Rendered JSON
// stands on one line as often as not.
const maxExcerpt = 200

// Cut takes the excerpt of a span out of its file's content. It reports false
// if the span has no line or the content has changed and lacks it.
func Cut(content []byte, span Span) (Excerpt, bool) {
	if span.Start.Line <= 0 {
		return Excerpt{}, false
	}
	rest := content
	for n := 1; n < span.Start.Line; n++ {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return Excerpt{}, false
		}
		rest = rest[i+1:]
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	text := []rune(string(bytes.ToValidUTF8(line, []byte(string(utf8.RuneError)))))
	for i, r := range text {
		if r == '\t' {
			text[i] = ' '
		}
	}
	from := min(max(span.Start.Column-1, 0), len(text))
	to := from + 1
	switch {
	case span.End.Line > span.Start.Line:
		to = len(text)
	case span.End.Line == span.Start.Line && span.End.Column > span.Start.Column:
		to = span.End.Column - 1
	}
	e := Excerpt{Line: span.Start.Line, From: from, To: max(min(to, len(text)), from+1)}
	if len(text) > maxExcerpt {
		text, e.From, e.To = clip(text, e.From, e.To)
	}
	e.Text = string(text)
	return e, true
}

// clip keeps the part of an overlong line around what is underlined.
func clip(text []rune, from, to int) (cut []rune, cutFrom, cutTo int) {
	start := max(0, min(from-maxExcerpt/4, len(text)-maxExcerpt))
	end := min(len(text), start+maxExcerpt)
	return text[start:end], from - start, min(to, end) - start + boolInt(from >= end)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
