package bundle

import (
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Origin leads from a place in a rendered value back to its source.
type Origin interface {
	// At returns the source of the value at a JSON Pointer or, where that is
	// unknown, of the nearest value around it. The span always names a file.
	At(pointer string) diag.Span
}

// OriginFunc is a function as an Origin.
type OriginFunc func(pointer string) diag.Span

// At calls f.
func (f OriginFunc) At(pointer string) diag.Span { return f(pointer) }

// NewOrigin returns the Origin that looks pointers up in a table; whole is the
// source of the document as a whole.
func NewOrigin(whole diag.Span, spans map[string]diag.Span) Origin {
	return lookup(whole, func(pointer string) (diag.Span, bool) {
		s, ok := spans[pointer]
		return s, ok
	})
}

// lookup is the Origin that asks for a pointer, then for those around it.
func lookup(whole diag.Span, at func(pointer string) (diag.Span, bool)) Origin {
	return OriginFunc(func(pointer string) diag.Span {
		for {
			if s, ok := at(pointer); ok {
				return s
			}
			i := strings.LastIndexByte(pointer, '/')
			if i < 0 {
				return whole
			}
			pointer = pointer[:i]
		}
	})
}

// SubOrigin is the Origin of the part of a document under a pointer.
func SubOrigin(o Origin, prefix string) Origin {
	if prefix == "" {
		return o
	}
	return OriginFunc(func(pointer string) diag.Span { return o.At(prefix + pointer) })
}
