package cuelang

import (
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"

	"github.com/monctl/monctl/pkg/diag"
)

// Position returns where a file sets the value at a JSON Pointer or, where
// that is not known, the nearest value around it; at least the file itself.
func Position(v cue.Value, file, pointer string) diag.Span {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	var path []cue.Selector
	var spans []diag.Span
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if at := v.LookupPath(cue.MakePath(path...)); at.Kind() == cue.ListKind {
			n, err := strconv.Atoi(token)
			if err != nil || n < 0 {
				break
			}
			path = append(path, cue.Index(n))
		} else {
			path = append(path, cue.Str(unescape.Replace(token)))
		}
		if s, ok := placeOf(v.LookupPath(cue.MakePath(path...)), file); ok {
			spans = append(spans, s)
		}
	}
	if len(spans) == 0 {
		return diag.Span{File: file}
	}
	return spans[len(spans)-1]
}

// placeOf looks through the conjuncts of a value for one of the file.
func placeOf(v cue.Value, file string) (diag.Span, bool) {
	if !v.Exists() {
		return diag.Span{}, false
	}
	_, parts := v.Expr()
	for _, p := range append([]cue.Value{v}, parts...) {
		if pos := p.Pos(); pos.IsValid() && pos.Filename() == file {
			return diag.Span{File: file, Start: diag.Position{Line: pos.Line(), Column: pos.Column()}}, true
		}
	}
	return diag.Span{}, false
}

// FieldsBeside lists the fields that a schema knows where a path of names and
// indices ends, the last name of the path left out of account; sorted.
func FieldsBeside(schema cue.Value, path []string) []string {
	at := disjuncts(schema)
	for _, name := range path[:max(len(path)-1, 0)] {
		var below []cue.Value
		for _, v := range at {
			selectors := []cue.Selector{cue.Str(name), cue.Str(name).Optional(), cue.Str(name).Required()}
			if _, err := strconv.Atoi(name); err == nil {
				selectors = append(selectors, cue.AnyIndex)
			}
			for _, s := range selectors {
				if e := v.LookupPath(cue.MakePath(s)); e.Exists() {
					below = append(below, disjuncts(e)...)
					break
				}
			}
		}
		at = below
	}
	var names []string
	for _, v := range at {
		fields, err := v.Fields(cue.Optional(true))
		if err != nil {
			continue
		}
		for fields.Next() {
			names = append(names, fields.Selector().Unquoted())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// disjuncts are the alternatives of a value, or the value itself.
func disjuncts(v cue.Value) []cue.Value {
	op, parts := v.Expr()
	if op != cue.OrOp {
		return []cue.Value{v}
	}
	var out []cue.Value
	for _, p := range parts {
		out = append(out, disjuncts(p)...)
	}
	return out
}
