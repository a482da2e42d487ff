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

// Namer is an Origin that also knows where fields are named, which may be far
// from where their values were made.
type Namer interface {
	// Named returns the source of the name of the field at a JSON Pointer; it
	// is unset where that is not known.
	Named(pointer string) diag.Span
}

// NameAt returns the source of the name of the field at a pointer or, where
// that is not known, of its value.
func NameAt(o Origin, pointer string) diag.Span {
	if n, ok := o.(Namer); ok {
		if s := n.Named(pointer); !s.IsZero() {
			return s
		}
	}
	return o.At(pointer)
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
	return MapOrigin(o, func(pointer string) string { return prefix + pointer })
}

// MapOrigin is the Origin of a value whose parts, at some pointer, come from
// those of another document at the pointer that back returns.
func MapOrigin(o Origin, back func(pointer string) string) Origin {
	return mappedOrigin{o, back}
}

type mappedOrigin struct {
	origin Origin
	back   func(pointer string) string
}

// At implements Origin.
func (m mappedOrigin) At(pointer string) diag.Span { return m.origin.At(m.back(pointer)) }

// Named implements Namer.
func (m mappedOrigin) Named(pointer string) diag.Span { return NameAt(m.origin, m.back(pointer)) }
