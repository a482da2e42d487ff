package jsonnet

import (
	"slices"
	"strings"

	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// ownOrigin is the origin of a result of the own engine. Every value knows
// the expression that made it, wherever it has been passed since, and every
// field and element the place where it is written.
type ownOrigin struct {
	file    string
	origins *vm.Origins
}

// At implements Origin. A value that the library made is the user's where it
// was put to use: at its field, its element, or the value around it. If the
// library made all that is around it too, it is the user's where the first part
// of it was written.
func (o *ownOrigin) At(pointer string) diag.Span {
	tokens := pointerTokens(pointer)
	list := o.origins.Lookup(tokens)
	var fallback diag.Span
	for _, origin := range slices.Backward(list) {
		own, library := places(origin)
		if !own.IsZero() {
			return own
		}
		if fallback.IsZero() {
			fallback = library
		}
	}
	for origin := range o.origins.Within(tokens[:max(0, len(list)-1)]) {
		if own, _ := places(origin); !own.IsZero() {
			return own
		}
	}
	if !fallback.IsZero() {
		return fallback
	}
	return diag.Span{File: o.file}
}

// places returns where a value comes from in files of the user and of the
// library; either may be unset.
func places(origin vm.Origin) (own, library diag.Span) {
	for _, l := range [...]ast.LocationRange{origin.Made, origin.Named} {
		if !l.IsSet() || l.FileName == "" {
			continue // made by the standard library or the transform
		}
		s := span(l)
		if !isLibrary(s.File) {
			return s, library
		}
		if library.IsZero() {
			library = s
		}
	}
	return diag.Span{}, library
}

// Named returns the place where the field or element at a pointer is written;
// it is unset for what only a library knows.
func (o *ownOrigin) Named(pointer string) diag.Span {
	tokens := pointerTokens(pointer)
	list := o.origins.Lookup(tokens)
	if len(list) <= len(tokens) {
		return diag.Span{}
	}
	l := list[len(list)-1].Named
	if !l.IsSet() || l.FileName == "" || isLibrary(l.FileName) {
		return diag.Span{}
	}
	return span(l)
}

var (
	pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")
	tokenEscapes   = strings.NewReplacer("~", "~0", "/", "~1")
)

// pointerTokens splits a JSON Pointer.
func pointerTokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(pointer, "/")[1:]
	for i := range tokens {
		tokens[i] = pointerEscapes.Replace(tokens[i])
	}
	return tokens
}
