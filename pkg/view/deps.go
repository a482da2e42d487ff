package view

import (
	"fmt"
	"slices"
	"strings"
)

// Dependencies are what files import or, with Reverse, what imports them.
type Dependencies struct {
	// Files are those that were asked for.
	Files   []string `json:"files"`
	Reverse bool     `json:"reverse,omitempty"`
	// Evaluated says that Imports are what rendering the files has read and, as
	// missing, has looked for.
	Evaluated bool `json:"evaluated,omitempty"`
	// Imports are these files and those that they import, directly or not; with
	// Reverse, those that import one of them. Sorted by file.
	Imports []Dependency `json:"imports"`
	// Sources are those of the project that a change of the files touches, and
	// Environments what these are rendered for; only with Reverse.
	Sources      []string `json:"sources,omitempty"`
	Environments []string `json:"environments,omitempty"`
	// Tree asks the text to draw who imports what.
	Tree bool `json:"tree,omitempty"`
}

// Dependency is one file and what it imports itself.
type Dependency struct {
	File string `json:"file"`
	// Missing is true if there is no such file; File is the path as the import
	// writes it then.
	Missing bool         `json:"missing,omitempty"`
	Imports []ImportEdge `json:"imports,omitempty"`
}

// ImportEdge is one import of a file.
type ImportEdge struct {
	// Kind is "import", "importstr" or "importbin", or "package" for another
	// file of a CUE file's package.
	Kind string `json:"kind"`
	// Path is as the import writes it, File what was found; empty if nothing
	// was.
	Path string `json:"path"`
	File string `json:"file,omitempty"`
	Line int    `json:"line"`
}

// dependencies draws a file a line: its name first, for other programs.
func (t *textWriter) dependencies(d Dependencies) {
	if d.Tree {
		t.importTree(d)
		return
	}
	for _, i := range d.Imports {
		if !i.Missing && (d.Reverse || !slices.Contains(d.Files, i.File)) {
			t.printf("%s\n", plain(i.File))
		}
	}
	for _, i := range d.Imports {
		if i.Missing {
			t.printf("%s %s\n", plain(i.File), t.styled(yellow, "(missing)"))
		}
	}
	if !d.Reverse {
		return
	}
	if len(d.Imports) > 0 {
		t.out.WriteByte('\n')
	}
	t.printf("sources: %s\n", listOrNone(d.Sources))
	t.printf("environments: %s\n", listOrNone(d.Environments))
}

func listOrNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return plain(strings.Join(names, ", "))
}

// importTree draws each file with what it imports below it; what was drawn
// already is not drawn again.
func (t *textWriter) importTree(d Dependencies) {
	edges := map[string][]ImportEdge{}
	for _, i := range d.Imports {
		edges[i.File] = i.Imports
	}
	drawn := map[string]bool{}
	var below func(file, indent string)
	below = func(file, indent string) {
		drawn[file] = true
		for n, e := range edges[file] {
			branch, next := "├── ", "│   "
			if n == len(edges[file])-1 {
				branch, next = "└── ", "    "
			}
			name, remark := e.File, ""
			switch {
			case e.File == "":
				name, remark = e.Path, " (missing)"
			case e.Kind != "import":
				remark = fmt.Sprintf(" (%s)", e.Kind)
			case drawn[e.File] && len(edges[e.File]) > 0:
				remark = " (see above)"
			}
			t.printf("%s%s%s%s\n", indent, branch, plain(name), remark)
			if e.Kind == "import" && e.File != "" && !drawn[e.File] {
				below(e.File, indent+next)
			}
		}
	}
	for _, file := range d.Files {
		t.printf("%s\n", plain(file))
		if !drawn[file] {
			below(file, "")
		}
	}
}
