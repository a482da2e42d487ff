package vendoring

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The names of the two files.
const (
	FileName = "jsonnetfile.json"
	LockName = "jsonnetfile.lock.json"
)

// File is jsonnetfile.json or jsonnetfile.lock.json.
type File struct {
	// Dependencies keep the order in which they are written, with each path
	// once: the order decides which requirement is the first.
	Dependencies []Dependency
	// LegacyImports asks for links with short names beside the packages.
	LegacyImports bool
}

// find returns the index of a package, or -1.
func (f *File) find(path string) int {
	return slices.IndexFunc(f.Dependencies, func(d Dependency) bool { return d.Path() == path })
}

// set adds a dependency or puts it in the place of the one of its path.
func (f *File) set(d Dependency) {
	if i := f.find(d.Path()); i >= 0 {
		f.Dependencies[i] = d
		return
	}
	f.Dependencies = append(f.Dependencies, d)
}

// remove takes a package out.
func (f *File) remove(path string) {
	f.Dependencies = slices.DeleteFunc(f.Dependencies, func(d Dependency) bool { return d.Path() == path })
}

func (f *File) clone() *File {
	return &File{Dependencies: slices.Clone(f.Dependencies), LegacyImports: f.LegacyImports}
}

// tidy drops short names that are the default ones, as jb does.
func (f *File) tidy() {
	for i, d := range f.Dependencies {
		if d.LegacyName == d.defaultLegacyName() {
			f.Dependencies[i].LegacyName = ""
		}
	}
}

// same reports whether jb would consider two files equal, and so not write.
func (f *File) same(g *File) bool {
	return f.LegacyImports == g.LegacyImports && slices.EqualFunc(f.Dependencies, g.Dependencies, sameDependency)
}

func sameDependency(a, b Dependency) bool {
	return sameSource(a, b) && a.Version == b.Version && a.Sum == b.Sum && a.Single == b.Single && a.LegacyName == b.LegacyName
}

func sameSource(a, b Dependency) bool {
	if (a.Git == nil) != (b.Git == nil) {
		return false
	}
	return a.Git == nil && a.Local == b.Local || a.Git != nil && *a.Git == *b.Git
}

// The JSON form; the order of fields is jb's.
type (
	jsonFile struct {
		Version       int              `json:"version"`
		Dependencies  []jsonDependency `json:"dependencies"`
		LegacyImports bool             `json:"legacyImports"`
	}
	jsonDependency struct {
		Source  jsonSource `json:"source"`
		Version string     `json:"version"`
		Sum     string     `json:"sum,omitempty"`
		Single  bool       `json:"single,omitempty"`
		Name    string     `json:"name,omitempty"`
	}
	jsonSource struct {
		Git   *jsonGit   `json:"git,omitempty"`
		Local *jsonLocal `json:"local,omitempty"`
	}
	jsonGit struct {
		Remote string `json:"remote"`
		Subdir string `json:"subdir"`
	}
	jsonLocal struct {
		Directory string `json:"directory"`
	}
)

// Encode returns the bytes that jb would write: sorted by name, indented.
func (f *File) Encode() ([]byte, error) {
	out := jsonFile{Version: 1, Dependencies: []jsonDependency{}, LegacyImports: f.LegacyImports}
	sorted := slices.Clone(f.Dependencies)
	slices.SortStableFunc(sorted, func(a, b Dependency) int { return strings.Compare(a.Name(), b.Name()) })
	for _, d := range sorted {
		j := jsonDependency{Version: d.Version, Sum: d.Sum, Single: d.Single, Name: d.LegacyName}
		if d.Git != nil {
			j.Source.Git = &jsonGit{Remote: d.Git.Remote(), Subdir: strings.TrimPrefix(d.Git.Subdir, "/")}
		} else {
			j.Source.Local = &jsonLocal{Directory: d.Local}
		}
		out.Dependencies = append(out.Dependencies, j)
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", FileName, err)
	}
	return append(data, '\n'), nil
}
