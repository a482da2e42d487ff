package syntax

import (
	"fmt"
	"reflect"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"
)

// upstream asks upstream's parser, on a stack of its own: it needs up to 100 KB
// for a level of nesting, and the caller may already be deep in an evaluation.
func upstream(diagnosticName ast.DiagnosticFileName, importedFilename, snippet string) (ast.Node, error) {
	type result struct {
		node ast.Node
		err  error
	}
	done := make(chan result)
	go func() {
		var r result
		defer func() {
			if v := recover(); v != nil {
				r = result{err: fmt.Errorf("%s: %v", diagnosticName, v)}
			}
			done <- r
		}()
		r.node, r.err = jsonnet.SnippetToAST(string(diagnosticName), snippet)
		if r.err == nil && string(diagnosticName) != importedFilename {
			rename(reflect.ValueOf(&r.node).Elem(), importedFilename)
		}
	}()
	r := <-done
	return r.node, r.err
}

// rename sets the file name of all locations in a tree: jsonnet.SnippetToAST has
// one name for messages and imports.
func rename(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			rename(v.Elem(), name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			rename(v.Index(i), name)
		}
	case reflect.Struct:
		switch s := v.Addr().Interface().(type) {
		case *ast.Source:
		case *ast.LocationRange:
			if s.File != nil {
				s.FileName = name
			}
		default:
			for _, f := range v.Fields() {
				rename(f, name)
			}
		}
	}
}
