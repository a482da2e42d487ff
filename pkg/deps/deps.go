package deps

import (
	"path"
	"slices"

	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Edge is one import.
type Edge struct {
	jsonnet.Import
	// File is what was found, or "" if there is none.
	File string
	// Looked are the names that were looked for, the found one last.
	Looked []string
}

// SamePackage is the kind of the edge to another file of a CUE file's package.
const SamePackage jsonnet.ImportKind = "package"

// leadsOn reports whether what the edge leads to is evaluated.
func (e Edge) leadsOn() bool { return e.Kind == jsonnet.ImportCode || e.Kind == SamePackage }

// Graph holds files and what they import. The zero value is not usable; it is
// not safe for concurrent use.
type Graph struct {
	importer *jsonnet.Importer
	edges    map[string][]Edge
	// read are the files whose text or bytes are imported.
	read map[string]bool
}

// New returns an empty graph whose files an importer finds.
func New(importer *jsonnet.Importer) *Graph {
	return &Graph{importer: importer, edges: map[string][]Edge{}, read: map[string]bool{}}
}

// Add adds a file by its name, and all that it imports. What cannot be read or
// does not parse is reported, and imports nothing.
func (g *Graph) Add(file string) (diag.List, error) {
	var diags diag.List
	for todo := []string{file}; len(todo) > 0; {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, known := g.edges[name]; known {
			continue
		}
		edges, found, err := g.scan(name)
		if err != nil {
			return nil, err
		}
		diags = append(diags, found...)
		g.edges[name] = edges
		for _, e := range edges {
			switch {
			case e.File == "":
			case e.leadsOn():
				todo = append(todo, e.File)
			default:
				g.read[e.File] = true
			}
		}
	}
	return diags, nil
}

// isJsonnet reports whether a file is parsed for imports. What is imported as
// code is Jsonnet whatever its name is, JSON included, which imports nothing.
func isJsonnet(name string) bool {
	return !slices.Contains([]string{".json", ".yaml", ".yml"}, path.Ext(name))
}

func (g *Graph) scan(name string) ([]Edge, diag.List, error) {
	text, err := g.importer.Read(name)
	if err != nil {
		var diags diag.List
		diags.Errorf("jsonnet/import", diag.Span{File: name}, "the file cannot be read: %s", jsonnet.Cause(err))
		return nil, diags, nil
	}
	if path.Ext(name) == ".cue" {
		edges, diags := g.scanCUE(name)
		return edges, diags, nil
	}
	if !isJsonnet(name) {
		return nil, nil, nil
	}
	imports, diags, err := jsonnet.Imports(name, text)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	var edges []Edge
	for _, i := range imports {
		e := Edge{Import: i}
		for _, candidate := range g.importer.Candidates(name, i.Path) {
			e.Looked = append(e.Looked, candidate)
			if _, err := g.importer.Read(candidate); err == nil {
				e.File = candidate
				break
			}
		}
		edges = append(edges, e)
	}
	return edges, nil, nil
}

// scanCUE finds the files of a CUE file's package, and of those it imports.
func (g *Graph) scanCUE(name string) ([]Edge, diag.List) {
	parts, diags := cuelang.Parts("cue/syntax", name, cuelang.Files{Read: g.importer.Read, List: g.importer.List})
	var edges []Edge
	for _, p := range parts {
		e := Edge{Import: jsonnet.Import{Kind: jsonnet.ImportCode, Path: p.Import, Span: p.Span}, File: p.File, Looked: p.Looked}
		if p.Import == "" {
			e.Kind, e.Path = SamePackage, path.Base(p.File)
		}
		if p.File != "" {
			e.Looked = append(e.Looked, p.File)
		}
		edges = append(edges, e)
	}
	return edges, diags
}

// Edges returns the imports of a file.
func (g *Graph) Edges(file string) []Edge { return g.edges[file] }

// Files returns all files of the graph, sorted.
func (g *Graph) Files() []string {
	var names []string
	for name := range g.edges {
		names = append(names, name)
	}
	for name := range g.read {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Closure returns the files that a file consists of: itself, and what it
// imports directly or not, sorted. Looked are, sorted, the names that its
// imports were looked for under, found or not.
func (g *Graph) Closure(file string) (files, looked []string) {
	parts, evaluated, names := map[string]bool{file: true}, map[string]bool{file: true}, map[string]bool{}
	for todo := []string{file}; len(todo) > 0; {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, e := range g.edges[name] {
			for _, l := range e.Looked {
				names[l] = true
			}
			if e.File == "" {
				continue
			}
			parts[e.File] = true
			if e.leadsOn() && !evaluated[e.File] {
				evaluated[e.File] = true
				todo = append(todo, e.File)
			}
		}
	}
	for name := range parts {
		files = append(files, name)
	}
	for name := range names {
		looked = append(looked, name)
	}
	slices.Sort(files)
	slices.Sort(looked)
	return files, looked
}

// Importers returns the files of the graph that import one of some files,
// directly or not, or would if it existed, sorted and without these files.
func (g *Graph) Importers(files ...string) []string {
	var out []string
	for _, name := range g.Files() {
		if slices.Contains(files, name) {
			continue
		}
		if _, looked := g.Closure(name); slices.ContainsFunc(files, func(f string) bool { _, ok := slices.BinarySearch(looked, f); return ok }) {
			out = append(out, name)
		}
	}
	return out
}

// Source is a file that something is rendered from.
type Source struct {
	Path         string
	Environments []string
	// Variables are the files that the variables of these environments are
	// taken from, which the source may ask for.
	Variables []string
	// Read is what its evaluation has read and looked for, sorted, where that
	// is known; nil if it is not.
	Read []string
}

// Touched returns those of the sources that a change of files touches, and the
// environments of these, sorted.
func (g *Graph) Touched(sources []Source, changed ...string) (touched []Source, environments []string) {
	for _, s := range sources {
		names := s.Read
		if names == nil {
			for _, part := range append([]string{s.Path}, s.Variables...) {
				_, looked := g.Closure(part)
				names = append(append(names, part), looked...)
			}
		}
		if slices.ContainsFunc(changed, func(f string) bool { return f == s.Path || slices.Contains(names, f) }) {
			touched = append(touched, s)
			environments = append(environments, s.Environments...)
		}
	}
	slices.Sort(environments)
	return touched, slices.Compact(environments)
}
