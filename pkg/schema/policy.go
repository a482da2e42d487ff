package schema

import (
	"context"
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

// The codes of policies.
const (
	codePolicy       = "policy/violation"
	codePolicySyntax = "policy/syntax"
	codePolicyKind   = "policy/unknown-kind"
)

// Policies are a project's own constraints on what its bundles hold, one for
// each kind of part. They are not safe for concurrent use.
type Policies struct {
	loader *cuelang.Loader
	// constraints are by the name of their kind: "#AlertingRule".
	constraints map[string]constraint
	// memory knows objects that keep to the policies; nil if nothing is known.
	memory *Memory
	files  []cuelang.File
	// key stands for the content of the files.
	key bundle.Hash
}

type constraint struct {
	value    cue.Value
	severity diag.Severity
}

// LoadPolicies compiles policies. What is wrong with a file is reported, and
// the policies are nil then; they are nil, too, where there are no files.
func LoadPolicies(files []cuelang.File) (*Policies, diag.List) {
	if len(files) == 0 {
		return nil, nil
	}
	p := &Policies{files: files}
	diags := p.load()
	if p.constraints == nil {
		return nil, diags
	}
	return p, diags
}

// load compiles the files.
func (p *Policies) load() diag.List {
	p.loader = cuelang.NewLoader()
	v, diags := p.loader.Package(codePolicySyntax, p.files, PolicyKinds())
	if len(diags) > 0 {
		return diags
	}
	p.constraints = map[string]constraint{}
	for _, kind := range PolicyKinds() {
		c := v.LookupPath(cue.MakePath(cue.Str(cuelang.OpenName(kind))))
		if !c.Exists() {
			continue
		}
		severity, _, err := severityOf(c)
		if err != nil {
			diags.Errorf(codePolicySyntax, placeOf(c), "%s", err)
		}
		p.constraints[kind] = constraint{c, severity}
	}
	return append(diags, unknownKinds(v)...)
}

// severityOf reads the attribute @severity(warning) of a constraint; without
// one, a violation is an error.
func severityOf(c cue.Value) (s diag.Severity, given bool, err error) {
	a := c.Attribute("severity")
	if a.Err() != nil {
		return diag.Error, false, nil
	}
	s, err = diag.ParseSeverity(strings.TrimSpace(a.Contents()))
	return s, true, err
}

// unknownKinds finds definitions that were to constrain something. Others are
// a project's own helpers.
func unknownKinds(v cue.Value) diag.List {
	var diags diag.List
	fields, err := v.Fields(cue.Definitions(true))
	if err != nil {
		return nil
	}
	for fields.Next() {
		name := fields.Selector().String()
		if hint := diag.DidYouMean(name, PolicyKinds()); strings.HasPrefix(name, "#") && hint != "" {
			d := diags.Warnf(codePolicyKind, placeOf(fields.Value()), "nothing is held against %s", name)
			d.Hint = hint
		}
	}
	return diags
}

func placeOf(v cue.Value) diag.Span { return spanOf(v.Pos()) }

func spanOf(p token.Pos) diag.Span {
	return diag.Span{File: p.Filename(), Start: diag.Position{Line: p.Line(), Column: p.Column()}}
}

// Check returns how a bundle violates the policies, sorted.
func (p *Policies) Check(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	if p == nil {
		return nil, nil
	}
	var diags diag.List
	for _, o := range b.Objects() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		key := p.keyOf(o)
		if p.memory != nil && p.memory.has(key) {
			continue
		}
		found, err := p.object(o)
		if err != nil {
			return nil, err
		}
		diags = append(diags, found...)
		if p.memory != nil && len(found) == 0 {
			p.memory.put(key)
		}
	}
	return diags.WithEnv(b.Env()).Sort(), nil
}

// object returns how an object violates the policies.
func (p *Policies) object(o bundle.Object) (diag.List, error) {
	if p.constraints == nil {
		p.load() // there was nothing to say of the same files before
	}
	parts, err := partsOf(o)
	if err != nil {
		return nil, err
	}
	var diags diag.List
	for _, part := range parts {
		if c, ok := p.constraints[part.kind]; ok {
			diags = append(diags, p.check(c, o, part)...)
		}
	}
	return diags, nil
}

// breach is one place where a part is not what its constraint wants.
type breach struct {
	path    []string
	message string    // CUE's own
	place   token.Pos // of the policy, if it is not that of the constraint
}

// check compares one part with its constraint.
func (p *Policies) check(c constraint, o bundle.Object, part policyPart) diag.List {
	merged := c.value.Unify(p.loader.Build(expression(part.value)))
	var breaches []breach
	for _, path := range added(merged, part.value, nil) {
		breaches = append(breaches, breach{path: path})
	}
	for _, e := range cueerrors.Errors(merged.Validate(cue.Concrete(true), cue.All())) {
		format, args := e.Msg()
		b := breach{relative(e.Path()), fmt.Sprintf(format, args...), policyPlace(e)}
		if !slices.ContainsFunc(breaches, func(told breach) bool { return within(b.path, told.path) }) {
			breaches = append(breaches, b)
		}
	}
	var diags diag.List
	for _, b := range breaches {
		want := c.value.LookupPath(pathOf(b.path))
		d := diags.Errorf(codePolicy, diag.Span{}, "%s", violation(part, b, want))
		d.Severity = c.severity
		if own, ok, err := severityOf(want); ok && err == nil {
			d.Severity = own
		}
		d.Object, d.Pointer = o.Ref.String(), part.pointer+pointerOf(part.value, b.path)
		d.Span = o.Origin.At(d.Pointer)
		d.Hint = comment(want)
		if want.Exists() && want.Pos().IsValid() {
			b.place = want.Pos()
		}
		if b.place.IsValid() {
			d.Related = []diag.Related{{Message: "the policy says", Span: spanOf(b.place)}}
		}
	}
	return diags
}

// within reports whether a path is another one or lies below it.
func within(path, of []string) bool {
	return len(path) >= len(of) && slices.Equal(path[:len(of)], of)
}

// violation says in a sentence what is wrong at a path.
func violation(part policyPart, b breach, want cue.Value) string {
	path := b.path
	subject := part.name
	if len(path) > 0 {
		subject += ": " + strings.Join(path, ".")
	}
	got, found := part.value.Lookup(pointerTo(path))
	switch {
	case want.Exists() && !found:
		return fmt.Sprintf("%s is missing, the policy wants %s", subject, shown(want))
	case want.Exists() && got.Kind != bundle.Map && got.Kind != bundle.Array:
		return fmt.Sprintf("%s is %s, the policy wants %s", subject, scalar(got), shown(want))
	case b.message == "":
		return subject + " is not what the policy wants"
	default:
		return subject + ": " + b.message
	}
}

func scalar(v bundle.Value) string {
	if v.Kind == bundle.String {
		return fmt.Sprintf("%q", v.Text)
	}
	if v.Kind == bundle.Null {
		return "null"
	}
	return v.Text
}

// shown prints a constraint on one line, cut where it is long.
func shown(v cue.Value) string {
	text := strings.Join(strings.Fields(fmt.Sprint(v)), " ")
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

func policyPlace(e cueerrors.Error) token.Pos {
	for _, p := range cueerrors.Positions(e) {
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
func added(merged cue.Value, v bundle.Value, at []string) [][]string {
	var out [][]string
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
				out = append(out, path)
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
