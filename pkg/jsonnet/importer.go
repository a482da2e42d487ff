package jsonnet

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// LibraryPrefix is what names of files of the embedded library start with.
const LibraryPrefix = "<library>/"

// Importer finds and reads imports. It is safe for concurrent use, and every
// file is read only once.
type Importer struct {
	dir     string
	jpath   []string
	library fs.FS

	mu    sync.Mutex
	files map[string]*file
	lists map[string]*list
}

// list is one folder that was looked into.
type list struct {
	entries []fs.DirEntry
	err     error
}

// file is one name that was looked for; data is nil if there is none.
type file struct {
	data []byte
	err  error
	// provided says that data was never on disk.
	provided bool
}

// NewImporter returns an importer for a project's directory. jpath are the
// directories of the library path in the order of preference, relative to dir
// or absolute; library is looked at last and may be nil.
func NewImporter(dir string, jpath []string, library fs.FS) *Importer {
	return &Importer{dir: dir, jpath: jpath, library: library, files: map[string]*file{}, lists: map[string]*list{}}
}

// NotFoundError says that an import has been found nowhere.
type NotFoundError struct {
	Path  string
	Tried []string
}

// Error lists where the file was looked for.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("cannot find %q; looked for %s", e.Path, strings.Join(e.Tried, ", "))
}

// Read returns the content of a file by the name that Find gave it.
func (i *Importer) Read(name string) ([]byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f, ok := i.files[name]
	if !ok {
		f = &file{}
		f.data, f.err = i.read(name)
		i.files[name] = f
	}
	return f.data, f.err
}

// known returns the content of a file that has been read before.
func (i *Importer) known(name string) ([]byte, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f, ok := i.files[name]
	if !ok || f.err != nil {
		return nil, false
	}
	return f.data, true
}

func (i *Importer) read(name string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(name, LibraryPrefix); ok {
		if i.library == nil {
			return nil, fs.ErrNotExist
		}
		return fs.ReadFile(i.library, rest)
	}
	return os.ReadFile(i.full(name))
}

// full is the path of a file by the name that Find gave it.
func (i *Importer) full(name string) string {
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(i.dir, full)
	}
	return full
}

// List returns the names of the files in a folder, which is named like a file.
// Like a file, it is only looked into once.
func (i *Importer) List(folder string) ([]string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	l, ok := i.lists[folder]
	if !ok {
		l = &list{}
		l.entries, l.err = os.ReadDir(i.full(folder))
		i.lists[folder] = l
	}
	var names []string
	for _, e := range l.entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, l.err
}

// Tell says what the file system has answered so far, by path: the content of
// a file or the error, and what a folder holds. The embedded library and what
// was provided are not part of it.
func (i *Importer) Tell(file func(path string, data []byte, err error), folder func(path string, entries []fs.DirEntry, err error)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for name, f := range i.files {
		if !strings.HasPrefix(name, LibraryPrefix) && !f.provided {
			file(i.full(name), f.data, f.err)
		}
	}
	for name, l := range i.lists {
		folder(i.full(name), l.entries, l.err)
	}
}

// Find resolves an import of from, "" being the project itself, and returns
// the name of the file and its content.
func (i *Importer) Find(from, importedPath string) (name string, data []byte, err error) {
	var tried []string
	for _, candidate := range i.candidates(from, importedPath) {
		data, err := i.Read(candidate)
		switch {
		case err == nil:
			return candidate, data, nil
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrInvalid):
			tried = append(tried, candidate)
		default:
			return "", nil, fmt.Errorf("read %q: %w", candidate, cause(err))
		}
	}
	return "", nil, &NotFoundError{Path: importedPath, Tried: tried}
}

// cause drops the operation and path that os adds, since they are said anyway.
func cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

func (i *Importer) candidates(from, importedPath string) []string {
	if path.IsAbs(importedPath) {
		return []string{i.name(importedPath)}
	}
	var out []string
	if rest, ok := strings.CutPrefix(from, LibraryPrefix); ok {
		out = append(out, LibraryPrefix+path.Join(path.Dir(rest), importedPath))
	} else {
		out = append(out, path.Join(path.Dir(from), importedPath))
	}
	for _, dir := range i.jpath {
		out = append(out, i.name(path.Join(filepath.ToSlash(dir), importedPath)))
	}
	if i.library != nil && fs.ValidPath(path.Clean(importedPath)) {
		out = append(out, LibraryPrefix+path.Clean(importedPath))
	}
	return slices.Compact(out)
}

// name makes a path relative to the project where it lies within it.
func (i *Importer) name(p string) string {
	if rel, err := filepath.Rel(i.dir, filepath.FromSlash(p)); err == nil && path.IsAbs(p) && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return path.Clean(p)
}

// Looked returns the names of all files that were read or looked for so far,
// without those of the embedded library, sorted.
func (i *Importer) Looked() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(i.files)) {
		if !strings.HasPrefix(name, LibraryPrefix) {
			names = append(names, name)
		}
	}
	return names
}
