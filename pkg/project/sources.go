package project

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/glob"
)

// SourceKind says what a source is expected to hold.
type SourceKind string

// The kinds of sources.
const (
	RulesSource        SourceKind = "rules"
	DashboardsSource   SourceKind = "dashboards"
	AlertmanagerSource SourceKind = "alertmanager"
	PrometheusSource   SourceKind = "prometheus"
	TestsSource        SourceKind = "tests"
	TemplatesSource    SourceKind = "templates"
	FilesSource        SourceKind = "files"
	// PolicySource is a file of constraints, from which nothing is rendered.
	PolicySource SourceKind = "policies"
)

// Source is one file of a project that something is rendered from.
type Source struct {
	Kind SourceKind
	// Path is slash-separated and relative to the project.
	Path string
	// Below is the part of Path below the pattern's part without wildcards.
	Below string
}

// Name returns the path below the pattern without its ending and with dots for
// slashes: the namespace of rules, for one.
func (s Source) Name() string {
	return strings.ReplaceAll(strings.TrimSuffix(s.Below, path.Ext(s.Below)), "/", ".")
}

// FindSources lists the sources of a project in fsys, by kind and path. A path
// that a pattern names without wildcards and that does not exist is left to
// the caller to read and report, unless it is a default. Hidden files and
// folders are never sources.
func (p *Project) FindSources(fsys fs.FS) ([]Source, error) {
	var out []Source
	for _, s := range []struct {
		kind     SourceKind
		patterns []string
	}{
		{RulesSource, p.Sources.Rules},
		{DashboardsSource, p.Sources.Dashboards},
		{AlertmanagerSource, []string{p.Sources.Alertmanager}},
		{PrometheusSource, []string{p.Sources.Prometheus}},
		{TestsSource, p.Sources.Tests},
		{TemplatesSource, p.Sources.Templates},
		{FilesSource, p.Sources.Files},
	} {
		seen := map[string]bool{}
		for _, pattern := range s.patterns {
			found, err := expand(fsys, s.kind, pattern)
			if err != nil {
				return nil, fmt.Errorf("find %s: %w", s.kind, err)
			}
			for _, f := range found {
				if !seen[f.Path] {
					seen[f.Path] = true
					out = append(out, f)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Source) int {
		if a.Kind != b.Kind {
			return 0
		}
		return strings.Compare(a.Path, b.Path)
	})
	return out, nil
}

// SourceGlob is a pattern of the project file by which sources are found.
type SourceGlob struct {
	Kind SourceKind
	Text string
	// Pointer leads to it within the project file.
	Pointer string
}

// Patterns returns the patterns by which sources are found, without those that
// hold where the project file says nothing.
func (s Sources) Patterns() []SourceGlob {
	var out []SourceGlob
	add := func(kind SourceKind, standard string, patterns []string) {
		for i, text := range patterns {
			if text != standard {
				out = append(out, SourceGlob{kind, text, "/sources/" + string(kind) + "/" + strconv.Itoa(i)})
			}
		}
	}
	add(RulesSource, "rules/**", s.Rules)
	add(DashboardsSource, "dashboards/**", s.Dashboards)
	add(TemplatesSource, "alertmanager/templates/**", s.Templates)
	add(FilesSource, "prometheus/targets/**", s.Files)
	add(TestsSource, "tests/**", s.Tests)
	if s.Alertmanager != "alertmanager/main.*" {
		out = append(out, SourceGlob{AlertmanagerSource, s.Alertmanager, "/sources/alertmanager"})
	}
	if s.Prometheus != "prometheus/main.*" {
		out = append(out, SourceGlob{PrometheusSource, s.Prometheus, "/sources/prometheus"})
	}
	return out
}

// Finds reports whether a source is one that the pattern finds.
func (g SourceGlob) Finds(s Source) bool {
	text := path.Clean(g.Text)
	return s.Kind == g.Kind && MatchesAny([]string{text, text + "/**"}, s.Path)
}

// FindPolicies lists the files of the project's own constraints, sorted.
func (p *Project) FindPolicies(fsys fs.FS) ([]string, error) {
	var out []string
	for _, pattern := range p.Policies {
		found, err := expand(fsys, PolicySource, pattern)
		if err != nil {
			return nil, fmt.Errorf("find policies: %w", err)
		}
		for _, f := range found {
			out = append(out, f.Path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// expand finds the sources of a kind that a pattern names: files, or a folder for
// all that is in it.
func expand(fsys fs.FS, kind SourceKind, pattern string) ([]Source, error) {
	pattern = path.Clean(pattern)
	base := literalPrefix(pattern)
	match, err := glob.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if base == pattern {
		if info, err := fs.Stat(fsys, base); err == nil && info.IsDir() {
			return expand(fsys, kind, pattern+"/**")
		}
		return []Source{{Kind: kind, Path: base, Below: path.Base(base)}}, nil
	}
	var out []Source
	err = fs.WalkDir(fsys, base, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == base:
			return fs.SkipAll // nothing is there yet
		case err != nil:
			return err
		case name != base && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.Type()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0:
			return nil // reading it may never end
		case d.IsDir() || !match.MatchString(name) || !isSource(kind, name) || isFragment(fsys, name):
			return nil
		}
		out = append(out, Source{Kind: kind, Path: name, Below: strings.TrimPrefix(strings.TrimPrefix(name, base), "/")})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// literalPrefix is the folder that a pattern cannot leave, or the pattern
// itself if it has no wildcard.
func literalPrefix(pattern string) string {
	if !strings.ContainsAny(pattern, "*?[{") {
		return pattern
	}
	parts := strings.Split(pattern, "/")
	var fixed []string
	for _, part := range parts {
		if strings.ContainsAny(part, "*?[{") {
			break
		}
		fixed = append(fixed, part)
	}
	if len(fixed) == 0 {
		return "."
	}
	return path.Join(fixed...)
}

func isSource(kind SourceKind, name string) bool {
	ext := path.Ext(name)
	switch kind {
	case TemplatesSource:
		return ext == ".tmpl" || ext == ".tpl"
	case FilesSource:
		return ext != ".jsonnet" && ext != ".libsonnet" && ext != ".cue"
	case PolicySource:
		return ext == ".cue"
	case RulesSource, DashboardsSource, AlertmanagerSource, PrometheusSource, TestsSource:
		return slices.Contains([]string{".jsonnet", ".cue", ".yaml", ".yml", ".json"}, ext)
	default:
		return false
	}
}

// SourceFolders lists the folders below which sources are looked for, sorted.
func (p *Project) SourceFolders() []string {
	s := p.Sources
	var folders []string
	for _, pattern := range slices.Concat(s.Rules, s.Dashboards, s.Templates, s.Files, s.Tests, p.Policies, []string{s.Alertmanager, s.Prometheus}) {
		base := literalPrefix(path.Clean(pattern))
		if path.Ext(base) != "" {
			base = path.Dir(base)
		}
		folders = append(folders, base)
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}
