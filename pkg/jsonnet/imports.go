package jsonnet

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
	"github.com/google/go-jsonnet/toolutils"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/syntax"
)

// ImportKind is the keyword of an import.
type ImportKind string

// The kinds of imports: code, text and bytes.
const (
	ImportCode   ImportKind = "import"
	ImportString ImportKind = "importstr"
	ImportBinary ImportKind = "importbin"
)

// Import is one import of a program, evaluated or not.
type Import struct {
	Kind ImportKind
	// Path is what the program writes.
	Path string
	Span diag.Span
}

// Imports lists the imports that stand in a program, in the order of the text.
// A program that does not parse has diagnostics instead.
func Imports(file string, text []byte) ([]Import, diag.List, error) {
	root, err := syntax.Parse(ast.DiagnosticFileName(file), file, string(text))
	if err != nil {
		diags, err := Static(nil, file, err)
		return nil, diags, err
	}
	var out []Import
	for todo := []ast.Node{root}; len(todo) > 0; {
		node := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch n := node.(type) {
		case *ast.Import:
			out = append(out, Import{ImportCode, n.File.Value, span(*n.Loc())})
		case *ast.ImportStr:
			out = append(out, Import{ImportString, n.File.Value, span(*n.Loc())})
		case *ast.ImportBin:
			out = append(out, Import{ImportBinary, n.File.Value, span(*n.Loc())})
		default:
			todo = append(todo, toolutils.Children(node)...)
		}
	}
	slices.SortFunc(out, func(a, b Import) int { return a.Span.Compare(b.Span) })
	return slices.CompactFunc(out, func(a, b Import) bool { return a == b }), nil, nil
}

// chain returns the places of the imports by which one file leads to another,
// the last first, over files that have been read; the shortest one, and none if
// there is none.
func (i *Importer) chain(from, to string) []diag.Span {
	type step struct {
		file string
		at   diag.Span
	}
	before := map[string]step{from: {}}
	for todo := []string{from}; len(todo) > 0; todo = todo[1:] {
		text, _ := i.known(todo[0])
		imports, _, err := Imports(todo[0], text)
		if err != nil {
			continue
		}
		for _, imp := range imports {
			if imp.Kind != ImportCode {
				continue
			}
			for _, name := range i.candidates(todo[0], imp.Path) {
				if _, ok := i.known(name); !ok {
					continue
				}
				if _, seen := before[name]; !seen {
					before[name] = step{todo[0], imp.Span}
					todo = append(todo, name)
				}
				break
			}
		}
		if _, found := before[to]; found {
			break
		}
	}
	var out []diag.Span
	for at := to; at != from; at = before[at].file {
		if _, ok := before[at]; !ok {
			return nil
		}
		out = append(out, before[at].at)
	}
	return out
}

// Candidates returns the names under which an import of a file is looked for,
// in this order.
func (i *Importer) Candidates(from, importedPath string) []string {
	return i.candidates(from, importedPath)
}
