package schema

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
)

// breach is one place where a part is not what its constraint wants.
type breach struct {
	path    []string
	message string    // CUE's own
	place   token.Pos // of the policy, as far as CUE says it
}

// forbids is CUE's message about a field whose constraint is _|_. It is told
// of the whole part, not of the field.
const forbids = "explicit error (_|_ literal) in source"

// check compares one part with its constraint.
func (p *Policies) check(c cue.Value, o bundle.Object, part policyPart) (diags diag.List, err error) {
	defer cuelang.Guard(&err)
	merged := c.Unify(p.loader.Build(expression(part.value)))
	breaches := append(added(merged, part.value, nil), forbidden(merged, part.value, nil)...)
	for _, e := range cueerrors.Errors(merged.Validate(cue.Concrete(true), cue.All())) {
		format, args := e.Msg()
		b := breach{relative(e.Path()), fmt.Sprintf(format, args...), policyPlace(e)}
		if b.message == forbids && len(b.path) == 0 && len(breaches) > 0 {
			continue
		}
		if i := slices.IndexFunc(breaches, func(told breach) bool { return within(b.path, told.path) }); i < 0 {
			breaches = append(breaches, b)
		} else if !breaches[i].place.IsValid() {
			breaches[i].place = b.place
		}
	}
	for _, b := range breaches {
		want := wanted(c, merged, part.value, b.path)
		d := diags.Errorf(codePolicy, diag.Span{}, "%s", violation(part, b, want))
		d.Severity = severityAt(c, merged, b.path)
		d.Object, d.Pointer = o.Ref.String(), part.pointer+pointerOf(part.value, b.path)
		d.Span = o.Origin.At(d.Pointer)
		d.Hint = comment(want)
		if place := wantedAt(c, want, b); place.IsValid() {
			d.Related = []diag.Related{{Message: "the policy says", Span: spanOf(place)}}
		}
	}
	return diags, nil
}

// within reports whether a path is another one or lies below it.
func within(path, of []string) bool {
	return len(path) >= len(of) && slices.Equal(path[:len(of)], of)
}

// wanted is what the policy says of a place. Of a field that it only wants under
// a condition, the constraint by itself says nothing; where the part does not
// have it, what they make together is the policy's.
func wanted(c, merged cue.Value, part bundle.Value, path []string) cue.Value {
	want := c.LookupPath(pathOf(path))
	if !want.Exists() && !has(part, pointerTo(path)) {
		return merged.LookupPath(pathOf(path))
	}
	return want
}

// wantedAt is the line of the policy: of the field, else what CUE names, else of
// what lies around it.
func wantedAt(c, want cue.Value, b breach) token.Pos {
	if b.message == forbids && b.place.IsValid() {
		return b.place
	}
	if want.Exists() && want.Pos().IsValid() {
		return want.Pos()
	}
	if b.place.IsValid() {
		return b.place
	}
	for n := range slices.Backward(b.path) {
		if around := c.LookupPath(pathOf(b.path[:n])); around.Exists() && around.Pos().IsValid() {
			return around.Pos()
		}
	}
	return token.NoPos
}

// severityAt is the severity that the constraint of a place has, or the nearest
// one around it.
func severityAt(c, merged cue.Value, path []string) diag.Severity {
	for n := len(path); n >= 0; n-- {
		at := pathOf(path[:n])
		for _, v := range []cue.Value{c.LookupPath(at), merged.LookupPath(at)} {
			if s, ok := severityOf(v); ok {
				return s
			}
		}
	}
	return diag.Error
}

// violation says in a sentence what is wrong at a path.
func violation(part policyPart, b breach, want cue.Value) string {
	subject := part.name
	if len(b.path) > 0 {
		subject += ": " + strings.Join(b.path, ".")
	}
	got, found := part.value.Lookup(pointerTo(b.path))
	switch {
	case b.message == forbids:
		return subject + " is there, the policy forbids it"
	case want.Exists() && want.Err() != nil && b.message != "":
		return subject + ": " + cut(b.message)
	case want.Exists() && !found:
		return fmt.Sprintf("%s is missing, the policy wants %s", subject, cut(fmt.Sprint(want)))
	case want.Exists() && b.message != notAllowed:
		return fmt.Sprintf("%s is %s, the policy wants %s", subject, shown(got), cut(fmt.Sprint(want)))
	case strings.HasSuffix(b.message, "in empty disjunction:"):
		return subject + " fits none of the alternatives of the policy"
	default:
		return subject + ": " + cut(b.message)
	}
}

// notAllowed is CUE's message about a field that a closed struct does not have.
const notAllowed = "field not allowed"

// shown is a value as a sentence names it.
func shown(v bundle.Value) string {
	switch v.Kind {
	case bundle.String:
		return fmt.Sprintf("%q", v.Text)
	case bundle.Null:
		return "null"
	case bundle.Map:
		return "an object of " + count(len(v.Keys), "field")
	case bundle.Array:
		return "a list of " + count(len(v.Elem), "element")
	case bundle.Bool, bundle.Number:
	}
	return v.Text
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// cut brings a text on one line and cuts it where it is long.
func cut(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	const most = 120
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// comment returns what the author wrote above a constraint.
func comment(v cue.Value) string {
	var lines []string
	for _, group := range v.Doc() {
		lines = append(lines, strings.TrimSpace(group.Text()))
	}
	return strings.Join(lines, " ")
}

// policyPlace is the place in the policies that an error names. Values come
// first, the conditions that they stand under after them.
func policyPlace(e cueerrors.Error) token.Pos {
	for _, p := range append(e.InputPositions(), e.Position()) {
		if p.IsValid() && p.Filename() != "" {
			return p
		}
	}
	return token.NoPos
}

// relative takes the name of the constraint off a path.
func relative(path []string) []string {
	if len(path) > 0 && slices.ContainsFunc(PolicyKinds(), func(kind string) bool { return path[0] == cuelang.OpenName(kind) }) {
		return path[1:]
	}
	return path
}

// added lists the fields that only the policy has: it wants them to be there.
// Of objects that are not there, their fields are listed.
func added(merged cue.Value, v bundle.Value, at []string) []breach {
	var out []breach
	switch v.Kind {
	case bundle.Map:
		fields, err := merged.Fields()
		if err != nil {
			return nil
		}
		for fields.Next() {
			name := fields.Selector().Unquoted()
			path := append(slices.Clone(at), name)
			sub, ok := v.Get(name)
			if !ok && fields.Value().IncompleteKind() != cue.StructKind {
				out = append(out, breach{path: path})
				continue
			}
			if !ok {
				sub = bundle.MapValue(nil)
			}
			out = append(out, added(fields.Value(), sub, path)...)
		}
	case bundle.Array:
		for i, e := range v.Elem {
			index := fmt.Sprint(i)
			out = append(out, added(merged.LookupPath(cue.MakePath(cue.Index(i))), e, append(slices.Clone(at), index))...)
		}
	case bundle.Null, bundle.Bool, bundle.Number, bundle.String:
	}
	return out
}

// forbidden lists the fields of a part that the policy forbids.
func forbidden(merged cue.Value, v bundle.Value, at []string) []breach {
	var out []breach
	switch v.Kind {
	case bundle.Map:
		for i, name := range v.Keys {
			out = append(out, forbidden(merged.LookupPath(cue.MakePath(cue.Str(name))), v.Elem[i], append(slices.Clone(at), name))...)
		}
	case bundle.Array:
		for i, e := range v.Elem {
			out = append(out, forbidden(merged.LookupPath(cue.MakePath(cue.Index(i))), e, append(slices.Clone(at), fmt.Sprint(i)))...)
		}
	case bundle.Null, bundle.Bool, bundle.Number, bundle.String:
	}
	if len(out) > 0 || len(at) == 0 {
		return out
	}
	for _, e := range cueerrors.Errors(merged.Err()) {
		if format, args := e.Msg(); fmt.Sprintf(format, args...) == forbids {
			return []breach{{at, forbids, policyPlace(e)}}
		}
	}
	return nil
}

func pathOf(path []string) cue.Path {
	var s []cue.Selector
	for _, p := range path {
		if isIndex(p) {
			s = append(s, cue.AnyIndex)
		} else {
			s = append(s, cue.Str(strings.Trim(p, `"`)).Optional())
		}
	}
	return cue.MakePath(s...)
}

func isIndex(token string) bool {
	return token != "" && strings.Trim(token, "0123456789") == ""
}

func pointerTo(path []string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteString("/" + bundle.EscapeToken(strings.Trim(p, `"`)))
	}
	return b.String()
}

// pointerOf is the place of a path, or of what lies around it.
func pointerOf(v bundle.Value, path []string) string {
	for n := len(path); n > 0; n-- {
		if p := pointerTo(path[:n]); n == 0 || has(v, p) {
			return p
		}
	}
	return ""
}

func has(v bundle.Value, pointer string) bool {
	_, ok := v.Lookup(pointer)
	return ok
}

// expression writes a value as CUE. A scalar that YAML writes plain and JSON
// cannot say is the text that was written.
func expression(v bundle.Value) ast.Expr {
	switch v.Kind {
	case bundle.Bool:
		return ast.NewBool(v.Text == "true")
	case bundle.Number:
		kind := token.INT
		if strings.ContainsAny(v.Text, ".eE") {
			kind = token.FLOAT
		}
		if rest, negative := strings.CutPrefix(v.Text, "-"); negative {
			return &ast.UnaryExpr{Op: token.SUB, X: ast.NewLit(kind, rest)}
		}
		return ast.NewLit(kind, v.Text)
	case bundle.String:
		return ast.NewString(v.Text)
	case bundle.Array:
		list := &ast.ListLit{}
		for _, e := range v.Elem {
			list.Elts = append(list.Elts, expression(e))
		}
		return list
	case bundle.Map:
		s := &ast.StructLit{}
		for i, k := range v.Keys {
			s.Elts = append(s.Elts, &ast.Field{Label: ast.NewString(k), Value: expression(v.Elem[i])})
		}
		return s
	case bundle.Null:
	}
	return ast.NewNull()
}
