package cuelang

import (
	"path"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"

	"github.com/monctl/monctl/pkg/diag"
)

// Part is a file that another one is used with.
type Part struct {
	// Import is the path of the package that File is part of, as the import
	// writes it; "" for a file of the same package.
	Import string
	// File is "" if there is none.
	File string
	// Looked are the folders in which an import that has no files was looked
	// for.
	Looked []string
	// Span is the import's.
	Span diag.Span
}

// Parts lists what a file is used with, without evaluating anything: the other
// files of its package, sorted, and those of the packages that it imports. The
// packages of CUE's standard library have no files.
func Parts(code, file string, files Files) ([]Part, diag.List) {
	pl := &packageLoader{files: files, parsed: map[string]*ast.File{}, loading: map[string]bool{}}
	pl.context = build.NewContext()
	pl.findModule(path.Dir(file))
	f, err := pl.parse(file)
	if err != nil {
		return nil, Diagnose(code, file, err)[:1]
	}
	var parts []Part
	if siblings, err := pl.siblings(file); err == nil { // what else is wrong, the others' own lists say
		for _, s := range siblings {
			if s.Filename != file {
				parts = append(parts, Part{File: s.Filename})
			}
		}
	}
	for spec := range f.ImportSpecs() {
		imported, err := strconv.Unquote(spec.Path.Value)
		where, name := packageOf(imported)
		if err != nil || isBuiltin(where) {
			continue
		}
		at := spec.Path.Pos()
		part := Part{Import: imported, Span: diag.Span{File: file, Start: place(at), End: place(spec.Path.End())}}
		found := false
		for _, folder := range pl.folders(where) {
			list, err := pl.packageFiles(folder, name, false)
			part.Looked = append(part.Looked, folder)
			for _, p := range list {
				parts, found = append(parts, Part{Import: imported, File: p.Filename, Span: part.Span}), true
			}
			found = found || err != nil
		}
		if !found {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

func place(p token.Pos) diag.Position { return diag.Position{Line: p.Line(), Column: p.Column()} }

// packageOf splits the path of an import in the folder and the name of the
// package.
func packageOf(imported string) (where, name string) {
	where, name, named := strings.Cut(imported, ":")
	where, _, _ = strings.Cut(where, "@")
	if !named {
		name = path.Base(where)
	}
	return where, name
}

// isBuiltin recognises the standard library: the first element of its paths is
// no domain.
func isBuiltin(where string) bool {
	first, _, _ := strings.Cut(where, "/")
	return !strings.Contains(first, ".")
}
