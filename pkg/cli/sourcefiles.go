package cli

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// workplace is where a command works that takes files, with a project or
// without one.
type workplace struct {
	// dir is the project's directory or, without a project file, where the
	// command works. Reports name files relative to it.
	dir string
	// project is that of the project file, or what holds without one.
	project *project.Project
}

// sourceFile is a file that was named or found.
type sourceFile struct {
	// Name is what reports call it, path where it is.
	name, path string
	// named says that the command line names the file itself.
	named bool
}

// workplace finds the project. What is wrong with its file is a diagnostic.
func (g *global) workplace() (workplace, diag.List, error) {
	if info, err := os.Stat(g.workDir()); err != nil || !info.IsDir() {
		return workplace{}, nil, usagef("there is no folder %q to work in", g.dir)
	}
	dir, err := project.Find(g.workDir())
	if err != nil {
		return workplace{}, nil, err
	}
	p, diags, err := project.Load(dir)
	return workplace{dir: dir, project: p}, diags, err
}

// name is what reports call a file: its path relative to the directory, or the
// absolute path of what lies outside.
func (w workplace) name(file string) string {
	if rel, err := filepath.Rel(w.dir, file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(file)
}

// open reads a file by its name.
func (w workplace) open(name string) ([]byte, error) {
	if filepath.IsAbs(name) {
		return os.ReadFile(name)
	}
	return os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(name)))
}

// finder finds files with one of some endings.
type finder struct {
	workplace
	endings []string
	exclude []string
	files   []sourceFile
	// folders says that the command line names a folder.
	folders bool
	seen    map[string]bool
}

func newFinder(w workplace, exclude []string, endings ...string) (*finder, error) {
	for _, pattern := range exclude {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, usagef("--exclude %q: %w", pattern, err)
		}
	}
	return &finder{workplace: w, endings: endings, exclude: exclude, seen: map[string]bool{}}, nil
}

// addExclude adds the flag --exclude.
func addExclude(cmd *cobra.Command, to *[]string) {
	cmd.Flags().StringArrayVar(to, "exclude", nil, "leave out what matches `pattern` in folders: a name, or with / a path below the project")
}

// arguments adds what the command line names: a file whatever its ending is, of
// a folder those below it.
func (f *finder) arguments(g *global, args []string) error {
	for _, arg := range args {
		full := g.at(arg)
		info, err := os.Stat(full)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return usagef("there is no file or folder %q", arg)
		case err != nil:
			return usagef("%q cannot be read: %w", arg, cause(err))
		case info.IsDir():
			f.folders = true
			if err := f.folder(full); err != nil {
				return err
			}
		default:
			f.add(full, true)
		}
	}
	return nil
}

// sources adds the files of the project: the project file, and what is below
// the folders of the sources and of its own libraries.
func (f *finder) sources() error {
	if f.project == nil {
		return nil
	}
	folders := f.project.SourceFolders()
	for _, lib := range f.project.Jsonnet.JPath {
		if !filepath.IsAbs(lib) && path.Base(path.Clean(lib)) != vendorFolder {
			folders = append(folders, lib)
		}
	}
	for _, folder := range folders {
		full := filepath.Join(f.dir, filepath.FromSlash(folder))
		info, err := os.Stat(full)
		switch {
		case err != nil: // it is only looked for
		case info.IsDir():
			if err := f.folder(full); err != nil {
				return err
			}
		default:
			f.add(full, false)
		}
	}
	if f.project.File != "" && slices.Contains(f.endings, path.Ext(f.project.File)) {
		f.add(filepath.Join(f.dir, f.project.File), false)
	}
	return nil
}

// vendorFolder is what the folders of other people's files are called.
const vendorFolder = "vendor"

// folder adds the files below a folder. What is hidden, what is vendored and
// what is reached through links is left out.
func (f *finder) folder(root string) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return &hinted{err, "leave it out with --exclude"}
		case name != root && (strings.HasPrefix(d.Name(), ".") || f.excluded(name) || d.IsDir() && d.Name() == vendorFolder):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && slices.Contains(f.endings, filepath.Ext(name)):
			f.add(name, false)
		}
		return nil
	})
}

func (f *finder) excluded(file string) bool {
	name := f.name(file)
	return slices.ContainsFunc(f.exclude, func(pattern string) bool {
		subject := path.Base(name)
		if strings.Contains(pattern, "/") {
			subject = name
		}
		ok, _ := path.Match(pattern, subject) // newFinder has checked it
		return ok
	})
}

func (f *finder) add(file string, named bool) {
	if f.seen[file] {
		return
	}
	f.seen[file] = true
	f.files = append(f.files, sourceFile{name: f.name(file), path: file, named: named})
}

// found returns all files, sorted by name.
func (f *finder) found() []sourceFile {
	slices.SortFunc(f.files, func(a, b sourceFile) int { return strings.Compare(a.name, b.name) })
	return f.files
}
