package vendoring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
)

// Repositories is where Git sources come from; *gitrepo.Client is one.
type Repositories interface {
	References(ctx context.Context, remote string) (gitrepo.References, error)
	Resolve(ctx context.Context, remote, version string) (string, error)
	Tree(ctx context.Context, remote, commit string) (*gitrepo.Tree, error)
}

// Options say where a project is and what is allowed.
type Options struct {
	// Dir is the directory of jsonnetfile.json, absolute.
	Dir string
	// Home is the vendor directory, relative to Dir.
	Home string
	// Repos is needed by what installs.
	Repos Repositories
	// Workers bounds how many repositories are read at a time.
	Workers int
	// FirstWins lets the first of several conflicting requirements win, as jb
	// does.
	FirstWins bool
	// MaxFiles and MaxSize bound one package; 100 000 files and 1 GiB if 0.
	MaxFiles int
	MaxSize  int64
}

// Project is a directory with a jsonnetfile.json.
type Project struct {
	opts Options
	file *decoded
	lock *decoded
	// fileData and lockData are the files as they are; nil if there is none.
	fileData, lockData []byte
}

// Load reads the two files of a project. The project is nil if they have
// errors.
func Load(opts Options) (*Project, diag.List, error) {
	if opts.Home == "" {
		opts.Home = "vendor"
	}
	opts.Workers = max(opts.Workers, 1)
	if opts.MaxFiles == 0 {
		opts.MaxFiles = 100_000
	}
	if opts.MaxSize == 0 {
		opts.MaxSize = 1 << 30
	}
	p := &Project{opts: opts}
	var diags diag.List
	data, err := os.ReadFile(filepath.Join(opts.Dir, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		diags.Errorf("vendor/file", diag.Span{File: FileName}, "there is no %s", FileName).Hint = "'monctl vendor init' makes one"
		return nil, diags, nil
	} else if err != nil {
		return nil, nil, fmt.Errorf("read the project's dependencies: %w", err)
	}
	p.fileData = data
	p.lockData, err = os.ReadFile(filepath.Join(opts.Dir, LockName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("read the locked dependencies: %w", err)
	}
	p.file, diags = decode(FileName, opts.Dir, p.fileData)
	var found diag.List
	p.lock, found = decode(LockName, opts.Dir, p.lockData)
	diags = append(diags, found...)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	return p, diags, nil
}

// Init writes a jsonnetfile.json without dependencies, as jb does.
func Init(dir string) (diag.List, error) {
	var diags diag.List
	name := filepath.Join(dir, FileName)
	if _, err := os.Lstat(name); err == nil {
		diags.Errorf("vendor/file", diag.Span{File: FileName}, "there is a %s already", FileName)
		return diags, nil
	}
	data, err := (&File{LegacyImports: true}).Encode()
	if err != nil {
		return nil, err
	}
	if err := writeFile(name, data); err != nil {
		return nil, fmt.Errorf("write %s: %w", FileName, err)
	}
	return nil, nil
}

// home is the vendor directory, absolute.
func (p *Project) home() string { return filepath.Join(p.opts.Dir, filepath.FromSlash(p.opts.Home)) }

// Dependencies are the project's own, sorted by name.
func (p *Project) Dependencies() []Dependency { return sorted(p.file.Dependencies) }

func sorted(deps []Dependency) []Dependency {
	deps = slices.Clone(deps)
	slices.SortStableFunc(deps, func(a, b Dependency) int {
		switch {
		case a.Name() < b.Name():
			return -1
		case a.Name() > b.Name():
			return 1
		}
		return 0
	})
	return deps
}
