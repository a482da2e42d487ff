package cuelang

import (
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/build"
	cueerrors "cuelang.org/go/cue/errors"

	"github.com/monctl/monctl/pkg/diag"
)

// File is one CUE file of a package.
type File struct {
	Name string
	Data []byte
}

// Package compiles files to one value. The definitions that open names lose
// what makes them definitions: they stay open, so that they say what has to be
// and not what may be. A definition of a name that ends in another way stays
// closed. Findings carry the given code.
func (l *Loader) Package(code string, files []File, open []string) (cue.Value, diag.List) {
	var diags diag.List
	instance := build.NewContext().NewInstance("", nil)
	for _, f := range files {
		syntax, err := parse(f.Name, f.Data)
		if err != nil {
			diags = append(diags, Diagnose(code, f.Name, err)[0])
			continue
		}
		diags = append(diags, foreignImports(code, syntax)...)
		undefine(syntax, open)
		if err := instance.AddSyntax(syntax); err != nil {
			diags = append(diags, Diagnose(code, f.Name, err)...)
		}
	}
	if len(diags) > 0 || len(files) == 0 {
		return cue.Value{}, diags
	}
	v, err := evaluate(func() cue.Value { return l.ctx.BuildInstance(instance) })
	if err != nil {
		return cue.Value{}, spoken(Diagnose(code, placeOfError(err, files), err))
	}
	return v, nil
}

// foreignImports finds imports of anything but CUE's standard library.
func foreignImports(code string, f *ast.File) diag.List {
	var diags diag.List
	for spec := range f.ImportSpecs() {
		imported, err := strconv.Unquote(spec.Path.Value)
		if where, _ := packageOf(imported); err != nil || isBuiltin(where) {
			continue
		}
		at := diag.Span{File: f.Filename, Start: place(spec.Path.Pos()), End: place(spec.Path.End())}
		d := diags.Errorf(code, at, "import %q is not of CUE's standard library", imported)
		d.Hint = "what is shared stands in another file of the same folder, as a definition of a name of its own"
	}
	return diags
}

// Attribute is an attribute as it is written: @name(text).
type Attribute struct {
	Name, Text string
	Span       diag.Span
}

// Attributes lists the attributes of a file in order; none where it is no CUE.
func Attributes(f File) []Attribute {
	syntax, err := parse(f.Name, f.Data)
	if err != nil {
		return nil
	}
	var out []Attribute
	ast.Walk(syntax, func(n ast.Node) bool {
		if a, ok := n.(*ast.Attribute); ok {
			name, text := a.Split()
			out = append(out, Attribute{name, text, diag.Span{File: f.Name, Start: place(a.Pos()), End: place(a.End())}})
		}
		return true
	}, nil)
	return out
}

// Build makes a value of an expression.
func (l *Loader) Build(e ast.Expr) cue.Value { return l.ctx.BuildExpr(e) }

// OpenName is what Package calls a definition that it has opened.
func OpenName(definition string) string { return openPrefix + strings.TrimPrefix(definition, "#") }

const openPrefix = "opened_"

// spoken names opened definitions in findings as they are written.
func spoken(diags diag.List) diag.List {
	for i, d := range diags {
		diags[i].Summary = strings.ReplaceAll(d.Summary, openPrefix, "#")
		diags[i].Pointer = ""
	}
	return diags
}

// placeOfError is the file that an error is about.
func placeOfError(err error, files []File) string {
	for _, p := range cueerrors.Positions(err) {
		if slices.ContainsFunc(files, func(f File) bool { return f.Name == p.Filename() }) {
			return p.Filename()
		}
	}
	return files[0].Name
}

func undefine(f *ast.File, open []string) {
	astutil.Apply(f, func(c astutil.Cursor) bool {
		if id, ok := c.Node().(*ast.Ident); ok && slices.Contains(open, id.Name) {
			id.Name = OpenName(id.Name)
		}
		return true
	}, nil)
}
