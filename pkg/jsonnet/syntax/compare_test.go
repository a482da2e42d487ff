package syntax_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/jsonnet/syntax"
)

// compare parses text with both parsers and reports any difference: of the trees,
// or in that one fails, or of the errors. It returns upstream's error.
func compare(t testing.TB, name, text string) error {
	t.Helper()
	want, wantErr := jsonnet.SnippetToAST(name, text)
	got, err := syntax.Parse(ast.DiagnosticFileName(name), name, text)
	switch {
	case wantErr == nil && err != nil:
		t.Errorf("%s: we fail with %v, upstream does not", name, err)
	case wantErr != nil && err == nil:
		t.Errorf("%s: upstream fails with %v, we do not", name, wantErr)
	case wantErr != nil && wantErr.Error() != err.Error():
		t.Errorf("%s: we fail with %v, upstream with %v", name, err, wantErr)
	case wantErr == nil:
		if d := difference(got, want); d != "" {
			t.Errorf("%s: the tree differs from upstream's: %s", name, d)
		}
		if !syntax.Accepts(text) {
			t.Errorf("%s: upstream had to be asked", name)
		}
	}
	return wantErr
}

// difference names the first place where two trees differ but in fodder.
func difference(got, want ast.Node) string {
	c := comparison{sources: map[[2]*ast.Source]bool{}}
	return c.diff(reflect.ValueOf(&got).Elem(), reflect.ValueOf(&want).Elem())
}

type comparison struct {
	// sources are the pairs of sources that are equal.
	sources map[[2]*ast.Source]bool
}

// diff returns the path to the first difference and what it is.
func (c *comparison) diff(got, want reflect.Value) string {
	switch got.Kind() {
	case reflect.Interface, reflect.Pointer:
		switch {
		case got.IsNil() && want.IsNil():
			return ""
		case got.IsNil() || want.IsNil():
			return differ(got, want)
		case got.Elem().Type() != want.Elem().Type():
			return differ(got.Elem().Type(), want.Elem().Type())
		}
		return c.diff(got.Elem(), want.Elem())
	case reflect.Slice:
		if got.Len() != want.Len() {
			return differ(got, want)
		}
		for i := range got.Len() {
			if d := c.diff(got.Index(i), want.Index(i)); d != "" {
				return fmt.Sprintf("[%d]%s", i, d)
			}
		}
		return ""
	case reflect.Struct:
		return c.fields(got, want)
	default:
		if !got.Equal(want) {
			return differ(got, want)
		}
		return ""
	}
}

func (c *comparison) fields(got, want reflect.Value) string {
	switch g := got.Addr().Interface().(type) {
	case *ast.LocationRange:
		return c.locations(*g, *want.Addr().Interface().(*ast.LocationRange))
	case *ast.NodeBase:
		w := want.Addr().Interface().(*ast.NodeBase)
		switch {
		case !slices.Equal(g.FreeVars, w.FreeVars):
			return ".FreeVars" + differ(g.FreeVars, w.FreeVars)
		case text(g.Ctx) != text(w.Ctx):
			return ".Ctx" + differ(text(g.Ctx), text(w.Ctx))
		}
		return c.locations(g.LocRange, w.LocRange)
	}
	for i := range got.NumField() {
		if f := got.Type().Field(i); f.Type != reflect.TypeFor[ast.Fodder]() {
			if d := c.diff(got.Field(i), want.Field(i)); d != "" {
				return "." + f.Name + d
			}
		}
	}
	return ""
}

func (c *comparison) locations(got, want ast.LocationRange) string {
	pair := [2]*ast.Source{got.File, want.File}
	if !c.sources[pair] {
		if !reflect.DeepEqual(got.File, want.File) {
			return ".File" + differ(got.File, want.File)
		}
		c.sources[pair] = true
	}
	got.File, want.File = nil, nil
	if got != want {
		return ".LocRange" + differ(got, want)
	}
	return ""
}

func differ(got, want any) string {
	return fmt.Sprintf(" is %#v, not %#v", got, want)
}

func text(c ast.Context) string {
	if c == nil {
		return "none"
	}
	return *c
}
