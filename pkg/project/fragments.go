package project

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
)

// Fragment is a part of the project file in a folder of sources. It holds for
// the objects whose source lies in the folder or below.
type Fragment struct {
	// File is the fragment's file, Folder the one that it lies in; both are
	// relative to the project.
	File, Folder string
	// Owner is who looks after the objects, "" if that is not said.
	Owner string
	// Labels are for choosing objects, never rendered.
	Labels map[string]string
	// Severity holds severities by code, over those of the project and of
	// fragments further out.
	Severity   map[string]string
	Exceptions []Exception

	place func(pointer string) diag.Span
}

// At returns where the fragment sets the value at a JSON Pointer, or the
// nearest value around it.
func (f *Fragment) At(pointer string) diag.Span { return f.place(pointer) }

// Covers reports whether the fragment holds for a source.
func (f *Fragment) Covers(source string) bool { return source != "" && isBelow(source, f.Folder) }

// FragmentsOf returns the fragments that hold for a source, outer ones first.
func (p *Project) FragmentsOf(source string) []*Fragment {
	var out []*Fragment
	for i := range p.Fragments {
		if p.Fragments[i].Covers(source) {
			out = append(out, &p.Fragments[i])
		}
	}
	return out
}

// LabelsOf returns what fragments say about a source, the nearest one last;
// nil if they say nothing.
func (p *Project) LabelsOf(source string) map[string]string {
	var labels map[string]string
	for _, f := range p.FragmentsOf(source) {
		if len(f.Labels) > 0 && labels == nil {
			labels = map[string]string{}
		}
		maps.Copy(labels, f.Labels)
	}
	return labels
}

type rawFragment struct {
	Owner  string            `json:"owner"`
	Labels map[string]string `json:"labels"`
	Checks struct {
		Severity   map[string]string `json:"severity"`
		Exceptions []rawException    `json:"exceptions"`
	} `json:"checks"`
}

// fragments reads all fragments of a project. What is wrong with one is
// reported, and the others are read nevertheless.
func (l *loading) fragments(p *Project) ([]Fragment, diag.List, error) {
	folders, err := p.fragmentFolders(l.FS)
	if err != nil {
		return nil, nil, err
	}
	var fragments []Fragment
	var diags diag.List
	for _, folder := range folders {
		f, problems, err := l.fragment(folder)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, problems...)
		if f != nil {
			fragments = append(fragments, *f)
		}
	}
	return fragments, diags, nil
}

// fragmentFolders lists the folders of sources, but for the project's own, that
// hold a project file; sorted, so that a folder is in front of those in it.
func (p *Project) fragmentFolders(fsys fs.FS) ([]string, error) {
	var folders []string
	for _, base := range p.SourceFolders() {
		if !fs.ValidPath(base) {
			continue // beyond the project
		}
		err := fs.WalkDir(fsys, base, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil && name == base:
				return fs.SkipAll // nothing is there yet
			case err != nil:
				return err
			case d.IsDir() && name != base && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			case !d.IsDir() && path.Dir(name) != "." && isFragment(fsys, name):
				folders = append(folders, path.Dir(name))
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("find fragments of the project file: %w", err)
		}
	}
	slices.SortFunc(folders, func(a, b string) int { return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) })
	return slices.Compact(folders), nil
}

// isFragment reports whether a file is the project file or a fragment of it: by
// its name and, since sources in YAML and JSON may have any name, by a field
// that fragments have and sources do not.
func isFragment(fsys fs.FS, name string) bool {
	base := path.Base(name)
	if !slices.Contains(FileNames(), base) {
		return false
	}
	if path.Ext(base) == ".cue" || path.Dir(name) == "." {
		return true
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return false
	}
	v, diags := cuelang.NewLoader().Parse("project/syntax", name, data)
	return len(diags) == 0 && slices.ContainsFunc([]string{"owner", "labels", "checks"}, func(field string) bool {
		return v.LookupPath(cue.ParsePath(field)).Exists()
	})
}

// fragment returns nil if something is wrong with the fragment of a folder.
func (l *loading) fragment(folder string) (*Fragment, diag.List, error) {
	file, data, diags, err := read(l.FS, folder, func(name string) bool { return isFragment(l.FS, name) })
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	var r rawFragment
	place, diags, err := l.decode("#Fragment", file, data, &r)
	if err != nil || len(diags) > 0 {
		return nil, hintAtProject(diags), err
	}
	f := &Fragment{File: file, Folder: folder, Owner: strings.TrimSpace(r.Owner), Labels: r.Labels, Severity: r.Checks.Severity, place: place}
	f.Exceptions = exceptions(r.Checks.Exceptions, reporter(&diags, place))
	if len(diags) > 0 {
		return nil, diags, nil
	}
	return f, nil, nil
}

// hintAtProject says of fields that only the project file has why they are
// unknown.
func hintAtProject(diags diag.List) diag.List {
	for i, d := range diags {
		if strings.HasPrefix(d.Hint, "known here:") {
			diags[i].Hint = "this is a fragment of the project file, since it lies among the sources; " + d.Hint
		}
	}
	return diags
}
