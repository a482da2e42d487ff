package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// unknownPatterns reports patterns of the project file that match nothing:
// those that find sources, those that choose among them, and those of
// environments.
func unknownPatterns(opts Options, envs []project.Environment, sources []project.Source, jobs []job) diag.List {
	p := opts.Project
	var diags diag.List
	for _, pattern := range p.Sources.Patterns() {
		if !slices.ContainsFunc(sources, pattern.Finds) {
			d := noMatch(&diags, p, pattern.Pointer, fmt.Sprintf("no source matches %q", pattern.Text), nil, nil)
			d.Hint = patternHint(opts.FS, pattern)
		}
	}
	var names []string
	for _, j := range jobs {
		names = append(names, j.names()...)
	}
	said := map[string]bool{}
	check := func(what, pattern, pointer string, known []string) {
		if said[pointer] || slices.ContainsFunc(known, func(s string) bool { return project.MatchesAny([]string{pattern}, s) }) {
			return
		}
		said[pointer] = true
		noMatch(&diags, p, pointer, fmt.Sprintf("no %s matches %q", what, pattern), []string{pattern}, known)
	}
	for _, e := range envs {
		for _, s := range e.SourcePatterns() {
			check("source", s.Text, s.Pointer, names)
		}
	}
	environments := func(a project.Adjustment) {
		for i, pattern := range a.Environments {
			if pattern != "*" { // what is meant if nothing is said
				check("environment", pattern, a.Pointer+"/environments/"+strconv.Itoa(i), p.EnvironmentNames())
			}
		}
	}
	for _, m := range p.Sources.Mixins {
		environments(m.Adjustment)
	}
	for _, a := range p.Sources.Adjust {
		environments(a.Adjustment)
		for i, pattern := range a.Sources {
			if pattern != "**" {
				check("source", pattern, a.Pointer+"/sources/"+strconv.Itoa(i), names)
			}
		}
	}
	return diags
}

// patternHint says why a pattern of sources may find nothing.
func patternHint(fsys fs.FS, pattern project.SourceGlob) string {
	base := path.Clean(pattern.Text)
	switch {
	case path.IsAbs(base), base == "..", strings.HasPrefix(base, "../"):
		return "sources lie within the project, and patterns are relative to it"
	case strings.ContainsAny(base, "{["):
		return "there are * and ?, which stay in a folder, and **, which does not; write a line for each of several names"
	}
	if i := strings.IndexAny(base, "*?"); i >= 0 {
		base = path.Dir(base[:i] + "x")
	}
	if _, err := fs.Stat(fsys, base); err != nil {
		return missingHint(fsys, base)
	}
	endings := "sources end in .jsonnet, .cue, .yaml, .yml or .json"
	switch pattern.Kind {
	case project.TemplatesSource:
		endings = "templates end in .tmpl or .tpl"
	case project.FilesSource:
		endings = "Jsonnet and CUE are never among them"
	default:
	}
	return fmt.Sprintf("there is no such file in %s; %s", base, endings)
}

// missingHint says what could be meant by a folder or file that is not there.
func missingHint(fsys fs.FS, name string) string {
	parent := path.Dir(name)
	for parent != "." {
		if _, err := fs.Stat(fsys, parent); err == nil {
			break
		}
		name, parent = parent, path.Dir(parent)
	}
	entries, err := fs.ReadDir(fsys, parent)
	if err != nil {
		return fmt.Sprintf("there is no %q", name)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if hint := diag.DidYouMean(path.Base(name), names); hint != "" {
		return hint
	}
	return fmt.Sprintf("there is no %q", name)
}

// placeMixin leads the finding that a mixin's main file is not there to the
// line of the project file that names it.
func (r *renderer) placeMixin() {
	if r.job.mixin == nil {
		return
	}
	m, file := r.job.mixin, r.job.source.Path
	for i, d := range r.out.diags {
		if d.Code != "jsonnet/import" && d.Code != "source/read" || d.Span.File != file || d.Span.Start.Line != 0 {
			continue
		}
		if _, err := fs.Stat(r.opts.FS, file); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
			continue
		}
		pointer := m.Pointer + "/path"
		d.Code, d.Span, d.Pointer = "source/read", r.opts.Project.At(pointer), pointer
		d.Summary, d.Hint = fmt.Sprintf("there is no file %q", file), r.mixinHint(m.Path)
		r.out.diags[i] = d
	}
}

// mixinHint says what is where a mixin is looked for.
func (r *renderer) mixinHint(name string) string {
	fsys := r.opts.FS
	entries, err := fs.ReadDir(fsys, path.Clean(name))
	if err != nil {
		hint := missingHint(fsys, path.Clean(name))
		if _, err := fs.Stat(fsys, "jsonnetfile.json"); err == nil && strings.HasPrefix(hint, "there is no") {
			return "'monctl vendor install' fetches what jsonnetfile.json names"
		}
		return hint
	}
	var files []string
	for _, e := range entries {
		if ext := path.Ext(e.Name()); ext == ".libsonnet" || ext == ".jsonnet" {
			files = append(files, e.Name())
		}
	}
	if len(files) == 0 {
		return "the folder holds no Jsonnet; name that of the mixin"
	}
	return "name the mixin's main file in path; there are: " + someOf(files)
}
