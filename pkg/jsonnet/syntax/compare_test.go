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
	return c.diff("root", reflect.ValueOf(&got).Elem(), reflect.ValueOf(&want).Elem())
}

type comparison struct {
	// sources are the pairs of sources that are equal.
	sources map[[2]*ast.Source]bool
}

func (c *comparison) diff(path string, got, want reflect.Value) string {
	switch got.Kind() {
	case reflect.Interface:
		if got.IsNil() || want.IsNil() {
			return differ(path, got.IsNil(), want.IsNil())
		}
		if got.Elem().Type() != want.Elem().Type() {
			return fmt.Sprintf("%s: %v, not %v", path, got.Elem().Type(), want.Elem().Type())
		}
		return c.diff(path+"("+got.Elem().Type().String()+")", got.Elem(), want.Elem())
	case reflect.Pointer:
		if got.IsNil() || want.IsNil() {
			return differ(path, got.IsNil(), want.IsNil())
		}
		return c.diff(path, got.Elem(), want.Elem())
	case reflect.Slice:
		if got.Len() != want.Len() {
			return fmt.Sprintf("%s: %v, not %v", path, got, want)
		}
		for i := range got.Len() {
			if d := c.diff(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Struct:
		return c.fields(path, got, want)
	default:
		return differ(path, got.Interface(), want.Interface())
	}
}

func (c *comparison) fields(path string, got, want reflect.Value) string {
	switch g := got.Interface().(type) {
	case ast.LocationRange:
		return c.locations(path, g, want.Interface().(ast.LocationRange))
	case ast.NodeBase:
		w := want.Interface().(ast.NodeBase)
		if !slices.Equal(g.FreeVars, w.FreeVars) {
			return fmt.Sprintf("%s.FreeVars: %v, not %v", path, g.FreeVars, w.FreeVars)
		}
		if d := differ(path+".Ctx", text(g.Ctx), text(w.Ctx)); d != "" {
			return d
		}
		return c.locations(path+".LocRange", g.LocRange, w.LocRange)
	}
	for i := range got.NumField() {
		if f := got.Type().Field(i); f.Type != reflect.TypeFor[ast.Fodder]() {
			if d := c.diff(path+"."+f.Name, got.Field(i), want.Field(i)); d != "" {
				return d
			}
		}
	}
	return ""
}

func (c *comparison) locations(path string, got, want ast.LocationRange) string {
	pair := [2]*ast.Source{got.File, want.File}
	if !c.sources[pair] {
		if !reflect.DeepEqual(got.File, want.File) {
			return fmt.Sprintf("%s.File: %v, not %v", path, got.File, want.File)
		}
		c.sources[pair] = true
	}
	got.File, want.File = nil, nil
	if got != want {
		return fmt.Sprintf("%s: %q %v-%v, not %q %v-%v", path, got.FileName, got.Begin, got.End, want.FileName, want.Begin, want.End)
	}
	return ""
}

func differ(path string, got, want any) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("%s: %#v, not %#v", path, got, want)
}

func text(c ast.Context) string {
	if c == nil {
		return "none"
	}
	return *c
}
