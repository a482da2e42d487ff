package view

import "github.com/monctl/monctl/pkg/diag"

// Annotate cuts the excerpts of everything that the report points at. A file
// that cannot be read any more has no excerpt; open is called once a file.
func Annotate(r Report, open func(file string) ([]byte, error)) Report {
	contents := map[string][]byte{}
	cut := func(s diag.Span) *diag.Excerpt {
		if s.File == "" || s.Start.Line == 0 {
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
		e, ok := diag.Cut(content, s)
		if !ok {
			return nil
		}
		return &e
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
