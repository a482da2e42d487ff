package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/diag"
)

// expressionFile is the file of places within an expression, which no file
// holds as it stands there.
const expressionFile = "<expression>"

// Annotate cuts the excerpts of everything that the report points at. A file
// that cannot be read any more has no excerpt; open is called once a file.
func Annotate(r Report, open func(file string) ([]byte, error)) Report {
	contents := map[string][]byte{}
	cut := func(s diag.Span) *diag.Excerpt {
		if s.File == "" || s.File == expressionFile || s.Start.Line == 0 {
			return nil
		}
		content, known := contents[s.File]
		if !known {
			var err error
			if content, err = open(s.File); err != nil {
				content = nil
			}
			contents[s.File] = content
		}
		return excerpt(content, s)
	}
	r.Diagnostics = append([]Finding{}, r.Diagnostics...)
	for i := range r.Diagnostics {
		f := &r.Diagnostics[i]
		f.Excerpt = cut(f.Span)
		f.RelatedExcerpts = nil
		for _, related := range f.Related {
			f.RelatedExcerpts = append(f.RelatedExcerpts, cut(related.Span))
		}
	}
	if r.Tests == nil {
		return r
	}
	tests := *r.Tests
	tests.Suites = append([]Suite{}, tests.Suites...)
	for i := range tests.Suites {
		s := &tests.Suites[i]
		s.Tests = append([]Test{}, s.Tests...)
		for j := range s.Tests {
			t := &s.Tests[j]
			t.Failures = append([]Failure(nil), t.Failures...)
			for k := range t.Failures {
				t.Failures[k].Excerpt = cut(t.Failures[k].Span)
			}
		}
	}
	r.Tests = &tests
	return r
}

// excerpt cuts an excerpt that shows something: an empty line does not. Where
// the column is unknown, all of the line is meant; where the end is, the word
// that begins there.
func excerpt(content []byte, s diag.Span) *diag.Excerpt {
	e, ok := diag.Cut(content, s)
	text := strings.TrimSpace(e.Text)
	if !ok || text == "" {
		return nil
	}
	switch {
	case s.Start.Column == 0:
		before, _, _ := strings.Cut(e.Text, text)
		e.From = utf8.RuneCountInString(before)
		e.To = e.From + utf8.RuneCountInString(text)
	case s.End.Line == 0:
		line := []rune(e.Text)
		for e.To < len(line) && inWord(line[e.To-1]) && inWord(line[e.To]) {
			e.To++
		}
	}
	return &e
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
