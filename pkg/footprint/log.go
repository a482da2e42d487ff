package footprint

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

// Log is the file system of the operating system, and remembers what it was
// asked. It is safe for concurrent use; the zero value is ready.
type Log struct {
	mu      sync.Mutex
	answers map[question]string
	// broken says that something was asked that cannot be asked again, or that
	// a question had two answers.
	broken bool
}

// Footprint returns what was asked so far. It is false if that does not tell
// whether an answer would be another one: a file changed between two questions,
// or was opened in a way that the log does not see through.
func (l *Log) Footprint() (Footprint, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Footprint{maps.Clone(l.answers)}, !l.broken
}

func (l *Log) note(k kind, path, answer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := question{k, filepath.Clean(path)}
	if before, ok := l.answers[q]; ok && before != answer {
		l.broken = true
		return
	}
	if l.answers == nil {
		l.answers = map[question]string{}
	}
	l.answers[q] = answer
}

func (l *Log) breakOff() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
}

// Note adds what somebody else has read: the content of a file, or the error.
// The path is the operating system's, as all are that follow.
func (l *Log) Note(path string, data []byte, err error) {
	l.note(content, path, contentAnswer(data, err))
}

// NoteDir adds what somebody else has found in a folder.
func (l *Log) NoteDir(path string, entries []fs.DirEntry, err error) {
	l.note(listing, path, listingAnswer(entries, err))
}

// ReadFile is os.ReadFile.
func (l *Log) ReadFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	l.Note(path, data, err)
	return data, err
}

// ReadDir is os.ReadDir. Of the entries, their names and types are noted.
func (l *Log) ReadDir(path string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(path)
	l.NoteDir(path, entries, err)
	return entries, err
}

// Stat is os.Stat. Only the type is noted: whether the path is a folder.
func (l *Log) Stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	l.note(kindOf, path, kindAnswer(info, err))
	return info, err
}

// Lstat is os.Lstat. Only the type is noted.
func (l *Log) Lstat(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	l.note(linked, path, kindAnswer(info, err))
	return info, err
}

// FS is a folder as os.DirFS has it, whose questions the log notes.
func (l *Log) FS(dir string) fs.FS { return folder{l, dir} }

// folder implements the interfaces of package fs that the log sees through.
type folder struct {
	log *Log
	dir string
}

// Open implements fs.FS. What is read from an open file is not noted, so the
// log is no footprint any more.
func (f folder) Open(name string) (fs.File, error) {
	f.log.breakOff()
	return os.DirFS(f.dir).Open(name)
}

func (f folder) path(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	local, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(f.dir, local), nil
}

// named has an error name the path as the caller does.
func named(err error, name string) error {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // package os returns it as it is
		return &fs.PathError{Op: e.Op, Path: name, Err: e.Err}
	}
	return err
}

// ReadFile implements fs.ReadFileFS.
func (f folder) ReadFile(name string) ([]byte, error) {
	path, err := f.path("readfile", name)
	if err != nil {
		return nil, err
	}
	data, err := f.log.ReadFile(path)
	return data, named(err, name)
}

// ReadDir implements fs.ReadDirFS.
func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	path, err := f.path("readdir", name)
	if err != nil {
		return nil, err
	}
	entries, err := f.log.ReadDir(path)
	return entries, named(err, name)
}

// Stat implements fs.StatFS.
func (f folder) Stat(name string) (fs.FileInfo, error) {
	path, err := f.path("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := f.log.Stat(path)
	return info, named(err, name)
}

// Lstat implements fs.ReadLinkFS.
func (f folder) Lstat(name string) (fs.FileInfo, error) {
	path, err := f.path("lstat", name)
	if err != nil {
		return nil, err
	}
	info, err := f.log.Lstat(path)
	return info, named(err, name)
}

// ReadLink implements fs.ReadLinkFS; like Open, it is not seen through.
func (f folder) ReadLink(name string) (string, error) {
	path, err := f.path("readlink", name)
	if err != nil {
		return "", err
	}
	f.log.breakOff()
	return os.Readlink(path)
}
