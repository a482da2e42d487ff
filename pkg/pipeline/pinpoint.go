package pipeline

import (
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// pinpoint moves syntax errors of expressions from the value that holds the
// expression to the place in it, where the source has the expression as it is.
// There the excerpt of the source shows all that the detail did.
func (p *Pass) pinpoint(b *bundle.Bundle, diags diag.List) {
	for i := range diags {
		d := &diags[i]
		if d.Code != expr.CodeSyntax || len(d.Related) == 0 {
			continue
		}
		text, ok := textAt(b, d.Object, d.Pointer)
		if !ok {
			continue
		}
		source, err := p.Open(d.Span.File)
		if err != nil {
			continue // the detail does, too
		}
		inner := d.Related[0].Span
		syntax := expr.SyntaxError{Text: text, Start: inner.Start, End: inner.End}
		if span, ok := syntax.Locate(source, d.Span); ok {
			d.Span, d.Detail, d.Related = span, "", slices.Clone(d.Related[1:])
		}
	}
}

// textAt returns the string at a pointer of an object.
func textAt(b *bundle.Bundle, object, pointer string) (string, bool) {
	ref, err := bundle.ParseRef(object)
	if err != nil {
		return "", false
	}
	o, ok := b.Get(ref)
	if !ok {
		return "", false
	}
	v, err := o.Value()
	if err != nil {
		return "", false
	}
	s, ok := v.Lookup(pointer)
	return s.Text, ok && s.Kind == bundle.String
}
