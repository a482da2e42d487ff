package pipeline

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/deps"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// Base is an earlier state of files; pkg/gitrepo has one. Names are absolute.
type Base interface {
	// Changed reports whether a file differs, and whether the base has it.
	Changed(file string) (changed, known bool, err error)
	// Gone reports whether files of a folder do not exist any more.
	Gone(folder string) (bool, error)
}

// Since is what has changed since an earlier state: which sources are touched
// by a change of a file that they consist of.
type Since struct {
	// All says that every source is touched, as by a change of the project file.
	All bool
	// Sources are all sources, Touched those that are touched, by path, sorted.
	Sources, Touched []string

	pass    *Pass
	base    Base
	changed map[string]bool
	// lock says that what vendor/ holds has changed, where that is not in Git.
	lock bool
}

// Since finds out what has changed. It is called after Render, and again after
// Validate has read more.
func (p *Pass) Since(base Base) (*Since, error) {
	s := &Since{pass: p, base: base, changed: map[string]bool{}}
	if p.Project == nil {
		s.All = true
		return s, nil
	}
	var err error
	if s.lock, err = s.differs("jsonnetfile.lock.json"); err != nil {
		return nil, err
	}
	sources, graph, err := p.graph()
	if err != nil {
		return nil, err
	}
	for _, src := range sources {
		s.Sources = append(s.Sources, src.Path)
	}
	accounted := map[string]bool{} // files of which it is known what they touch
	var changed []string
	look := func(name string) error {
		if _, known := s.changed[name]; known {
			return nil
		}
		differs, err := s.differs(name)
		if s.changed[name] = differs; differs {
			changed = append(changed, name)
		}
		return err
	}
	for _, src := range sources {
		files, looked := graph.Closure(src.Path)
		for _, name := range slices.Concat(files, looked) {
			accounted[name] = true
			if err := look(name); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range append(p.importer.Looked(), project.FileNames()...) {
		if err := look(name); err != nil {
			return nil, err
		}
		s.All = s.All || s.changed[name] && !accounted[name] // contexts, policies, files of arguments, packages of CUE
	}
	touched, _ := graph.Touched(sources, changed...)
	for _, src := range sources {
		below, err := s.belowChanged(src.Path)
		if err != nil {
			return nil, err
		}
		if s.All || below || slices.ContainsFunc(touched, func(t deps.Source) bool { return t.Path == src.Path }) {
			s.Touched = append(s.Touched, src.Path)
		}
	}
	slices.Sort(s.Sources)
	slices.Sort(s.Touched)
	s.Sources, s.Touched = slices.Compact(s.Sources), slices.Compact(s.Touched)
	return s, nil
}

// graph holds the sources and mixins of the project, and what they import.
func (p *Pass) graph() ([]deps.Source, *deps.Graph, error) {
	found, err := p.Project.FindSources(os.DirFS(p.opts.Dir))
	if err != nil {
		return nil, nil, err
	}
	graph := deps.New(p.importer)
	var sources []deps.Source
	add := func(name string) error {
		if _, err := graph.Add(name); err != nil { // what is wrong with it has been said
			return fmt.Errorf("read what %s imports: %w", name, err)
		}
		sources = append(sources, deps.Source{Path: name})
		return nil
	}
	for _, s := range found {
		if err := add(s.Path); err != nil {
			return nil, nil, err
		}
	}
	for _, m := range p.Project.Sources.Mixins {
		if err := add(render.MixinSource(m).Path); err != nil {
			return nil, nil, err
		}
	}
	return sources, graph, nil
}

// belowChanged reports whether a fragment that holds for a source has changed,
// has come or has gone.
func (s *Since) belowChanged(source string) (bool, error) {
	for folder := path.Dir(source); folder != "." && folder != "/"; folder = path.Dir(folder) {
		for _, base := range project.FileNames() {
			name := path.Join(folder, base)
			if slices.Contains(s.Sources, name) {
				continue // a source of that name
			}
			if changed, err := s.differs(name); changed || err != nil {
				return changed, err
			}
		}
	}
	return false, nil
}

// differs reports whether a file by its name in the project differs. What is
// vendored and not in Git differs if the lock does.
func (s *Since) differs(name string) (bool, error) {
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(s.pass.opts.Dir, full)
	}
	changed, known, err := s.base.Changed(full)
	if err != nil {
		return false, fmt.Errorf("compare %s: %w", name, err)
	}
	if changed && !known && strings.HasPrefix(name, "vendor/") {
		return s.lock, nil
	}
	return changed, nil
}

// Touches reports whether a source or another file is touched.
func (s *Since) Touches(file string) bool {
	return s.All || s.changed[file] || slices.Contains(s.Touched, file)
}

// touchesKind reports whether a source of some kind is touched.
func (s *Since) touchesKind(kind bundle.Kind) bool {
	for _, out := range s.pass.Outputs {
		for _, o := range out.Bundle.OfKind(kind) {
			if s.Touches(o.Entry) {
				return true
			}
		}
	}
	return false
}

// KeepSince drops the findings that nothing of what has changed has to do with.
// Findings about routes are about alerts and routes alike. What a loader or an
// evaluation refuses stays, since nothing could be deployed.
func (p *Pass) KeepSince(s *Since) {
	if s.All {
		return
	}
	routing := s.touchesKind(bundle.Alertmanager)
	p.Diags = slices.DeleteFunc(p.Diags, func(d diag.Diagnostic) bool {
		switch {
		case d.Severity == diag.Error && !lint.Exceptable(d) && !strings.HasPrefix(d.Code, "exception/"):
			return false
		case d.Span.File == "" && d.Object == "":
			return false
		case routing && strings.HasPrefix(d.Code, "route/"):
			return false
		}
		return !s.Touches(p.sourceOf(d)) && !s.Touches(d.Span.File) &&
			!slices.ContainsFunc(d.Related, func(r diag.Related) bool { return s.Touches(r.Span.File) })
	})
}

// TestsSince drops the tests that nothing of what has changed has to do with:
// if no source of rules or of what alerts go through is touched, those whose own
// files are not.
func (p *Pass) TestsSince(s *Since) error {
	for _, kind := range []bundle.Kind{bundle.Rules, bundle.Alertmanager, bundle.Template, bundle.Prometheus} {
		if s.All || s.touchesKind(kind) {
			return nil
		}
	}
	for _, folder := range p.Project.SourceFolders() {
		gone, err := s.base.Gone(filepath.Join(p.opts.Dir, filepath.FromSlash(folder)))
		if gone || err != nil { // it may have been a source of rules
			return err
		}
	}
	for _, out := range p.Outputs {
		var kept []render.Test
		for _, t := range out.Tests {
			touched := s.Touches(t.File)
			for _, name := range t.Files() {
				changed, err := s.differs(path.Join(path.Dir(t.File), name))
				if err != nil {
					return err
				}
				touched = touched || changed || strings.ContainsAny(name, "*?[")
			}
			if touched {
				kept = append(kept, t)
			}
		}
		out.Tests = kept
	}
	return nil
}
