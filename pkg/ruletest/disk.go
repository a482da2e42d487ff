package ruletest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// Disk reads the files that suites name. Names and patterns, which are those of
// path/filepath.Match, are relative to the folder of the suite, as in promtool,
// and that is relative to Dir.
type Disk struct {
	Dir string
	// ReadFile is os.ReadFile if it is nil.
	ReadFile func(path string) ([]byte, error)
	// Asked, if it is not nil, is told each path and pattern that is looked
	// for, made relative to nothing.
	Asked func(pattern string)
}

func (d Disk) read(path string) ([]byte, error) {
	if d.ReadFile != nil {
		return d.ReadFile(path)
	}
	return os.ReadFile(path)
}

func (d Disk) glob(pattern string) ([]string, error) {
	d.ask(pattern)
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("match %q: %w", pattern, err)
	}
	return names, nil
}

func (d Disk) ask(pattern string) {
	if d.Asked != nil && pattern != "" {
		d.Asked(pattern)
	}
}

// RuleFiles is the RuleFilesFunc that promtool has.
func (d Disk) RuleFiles(suite, pattern string) ([]RuleFile, error) {
	if pattern != "" {
		pattern = d.beside(suite, pattern)
	}
	names, err := d.glob(pattern)
	if err != nil {
		return nil, err
	}
	var out []RuleFile
	for _, name := range names {
		content, err := d.read(name)
		if err != nil {
			return nil, fmt.Errorf("read rule file: %w", err)
		}
		out = append(out, RuleFile{Name: d.relative(name), YAML: content})
	}
	return out, nil
}

// RuleFileNames returns the names beside a pattern, in the form the pattern has,
// for "did you mean".
func (d Disk) RuleFileNames(suite, pattern string) []string {
	base := filepath.Dir(pattern)
	entries, err := os.ReadDir(d.beside(suite, base))
	if err != nil {
		return nil // Then there is nothing to suggest.
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() {
			out = append(out, filepath.ToSlash(filepath.Join(base, e.Name())))
		}
	}
	return out
}

// AlertmanagerFile is the AlertmanagerFileFunc that reads files.
func (d Disk) AlertmanagerFile(suite, name string) (AlertmanagerFile, error) {
	path := d.beside(suite, name)
	d.ask(path)
	content, err := d.read(path)
	if err != nil {
		return AlertmanagerFile{}, reason(err)
	}
	return d.Templates(AlertmanagerFile{Name: d.relative(path), YAML: content})
}

// Templates adds the template files that a configuration names: the patterns are
// relative to it, and its name to Dir.
func (d Disk) Templates(f AlertmanagerFile) (AlertmanagerFile, error) {
	cfg, err := routing.LoadConfig(f.YAML)
	if err != nil {
		return f, nil //nolint:nilerr // the suite says so, at the place of the name
	}
	for _, pattern := range cfg.Templates {
		names, err := d.glob(d.beside(f.Name, pattern))
		if err != nil {
			return f, fmt.Errorf("templates %q: %w", pattern, err)
		}
		for _, name := range names {
			text, err := d.read(name)
			if err != nil {
				return f, fmt.Errorf("template %q: %w", name, reason(err))
			}
			ref := bundle.Ref{Kind: bundle.Template, Name: filepath.Base(name)}
			f.Templates = append(f.Templates, bundle.NewRawObject(ref, text, bundle.NewOrigin(diag.Span{File: d.relative(name)}, nil)))
		}
	}
	return f, nil
}

// reason leaves of an error of the file system what is not said already.
func reason(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

// beside is the path of a file that another one names.
func (d Disk) beside(suite, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	if !filepath.IsAbs(suite) {
		suite = filepath.Join(d.Dir, suite)
	}
	return filepath.Join(filepath.Dir(suite), filepath.FromSlash(name))
}

// relative calls a file by its path from Dir, if it lies there.
func (d Disk) relative(name string) string {
	if rel, err := filepath.Rel(d.Dir, name); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return name
}
