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
// was put to use: at its field, its element, or the value around it.
func (o *ownOrigin) At(pointer string) diag.Span {
	var fallback diag.Span
	list := o.origins.Lookup(pointerTokens(pointer))
	for _, origin := range slices.Backward(list) {
		for _, l := range [...]ast.LocationRange{origin.Made, origin.Named} {
			if !l.IsSet() || l.FileName == "" {
				continue // made by the standard library or the transform
			}
			s := span(l)
			if !isLibrary(s.File) {
				return s
			}
			if fallback.IsZero() {
				fallback = s
			}
		}
	}
	if !fallback.IsZero() {
		return fallback
	}
	return diag.Span{File: o.file}
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

var pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")

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
