package server

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

const (
	activeDir = "files"
	stagedDir = "staged"
)

// fileSet is content by slash-separated path: "prometheus/targets/a.yaml".
type fileSet map[string][]byte

// filesOf returns the file objects of a bundle.
func filesOf(b *bundle.Bundle) fileSet {
	out := fileSet{}
	for _, o := range b.OfKind(bundle.File) {
		out[path.Join(o.Ref.Space, o.Ref.Name)] = o.Body.Bytes()
	}
	return out
}

// layout keeps the files that configurations name below one directory, at the
// same paths for every revision, so that a scrape pool that names a file does
// not restart. All access goes through an os.Root, which no name leads out of.
type layout struct {
	dir  string
	root *os.Root
	temp int
}

func openLayout(dir string) (*layout, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	l := &layout{dir: dir, root: root}
	for _, space := range []string{"prometheus", "alertmanager"} {
		if err := root.MkdirAll(activeDir+"/"+space, 0o700); err != nil {
			root.Close()
			return nil, fmt.Errorf("create directory of files: %w", err)
		}
	}
	return l, nil
}

func (l *layout) close() error { return l.root.Close() }

// path returns the absolute directory of a space.
func (l *layout) path(base, space string) string { return filepath.Join(l.dir, base, space) }

// read returns what is laid out.
func (l *layout) read() (fileSet, error) {
	out := fileSet{}
	err := fs.WalkDir(l.root.FS(), activeDir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := l.root.ReadFile(name)
		if err != nil {
			return err
		}
		out[strings.TrimPrefix(name, activeDir+"/")] = data
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read files of the active revision: %w", err)
	}
	return out, nil
}

// change is the way from what is laid out to what a revision wants.
type change struct {
	layout   *layout
	old, new fileSet
	// write are to be written, obsolete to be removed; both sorted.
	write, obsolete []string
}

// plan compares what is laid out with what is wanted.
func (l *layout) plan(want fileSet) (*change, error) {
	old, err := l.read()
	if err != nil {
		return nil, err
	}
	c := &change{layout: l, old: old, new: want}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if data, ok := old[name]; !ok || !bytes.Equal(data, want[name]) {
			c.write = append(c.write, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, ok := want[name]; !ok {
			c.obsolete = append(c.obsolete, name)
		}
	}
	return c, nil
}

func (c *change) empty() bool { return len(c.write) == 0 && len(c.obsolete) == 0 }

// stage makes a complete copy of the wanted files beside those laid out.
func (c *change) stage() error {
	l := c.layout
	err := l.root.RemoveAll(stagedDir)
	for _, space := range []string{"prometheus", "alertmanager"} {
		if err == nil {
			err = l.root.MkdirAll(stagedDir+"/"+space, 0o700)
		}
	}
	for name, data := range c.new {
		if err == nil {
			err = l.root.MkdirAll(path.Dir(stagedDir+"/"+name), 0o700)
		}
		if err == nil {
			err = l.root.WriteFile(stagedDir+"/"+name, data, 0o600)
		}
	}
	if err != nil {
		return fmt.Errorf("stage files: %w", err)
	}
	return nil
}

// unstage removes the copy. What cannot be removed goes with the next one.
func (c *change) unstage() { _ = c.layout.root.RemoveAll(stagedDir) }

// apply lays the wanted files out, each atomically. Obsolete ones stay, since
// what runs may still read them, unless they stand in the way.
func (c *change) apply() error {
	for _, name := range c.inTheWay() {
		if err := c.layout.remove(name); err != nil {
			return err
		}
	}
	for _, name := range c.write {
		if err := c.layout.replace(name, c.new[name]); err != nil {
			return err
		}
	}
	return nil
}

// inTheWay returns obsolete files where a directory has to be, or below where
// a file has to be.
func (c *change) inTheWay() []string {
	var out []string
	for _, o := range c.obsolete {
		if slices.ContainsFunc(c.write, func(w string) bool {
			return strings.HasPrefix(w, o+"/") || strings.HasPrefix(o, w+"/")
		}) {
			out = append(out, o)
		}
	}
	return out
}

// undo restores what was laid out before apply, which may have failed on the
// way.
func (c *change) undo() error {
	var errs []error
	for _, name := range c.write {
		if _, ok := c.old[name]; !ok {
			errs = append(errs, c.layout.remove(name))
		}
	}
	for _, name := range slices.Concat(c.inTheWay(), c.write) {
		if data, ok := c.old[name]; ok {
			errs = append(errs, c.layout.replace(name, data))
		}
	}
	return errors.Join(errs...)
}

// finish removes what is obsolete.
func (c *change) finish() error {
	var errs []error
	for _, name := range c.obsolete {
		errs = append(errs, c.layout.remove(name))
	}
	return errors.Join(errs...)
}

// replace writes a file aside and renames it into place, where a discoverer
// may be watching: it never sees half of it.
func (l *layout) replace(name string, data []byte) error {
	l.temp++
	temp := fmt.Sprintf("tmp/file-%d", l.temp)
	target := activeDir + "/" + name
	err := l.root.MkdirAll(path.Dir(target), 0o700)
	if err == nil {
		err = l.root.WriteFile(temp, data, 0o600)
	}
	if err == nil {
		err = l.root.Rename(temp, target)
	}
	if err != nil {
		_ = l.root.Remove(temp)
		return fmt.Errorf("lay out file %q: %w", name, err)
	}
	return nil
}

// remove removes a file and the directories that it leaves empty.
func (l *layout) remove(name string) error {
	err := l.root.Remove(activeDir + "/" + name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove file %q: %w", name, err)
	}
	for dir := path.Dir(name); strings.Contains(dir, "/"); dir = path.Dir(dir) {
		if l.root.Remove(activeDir+"/"+dir) != nil {
			break // it is not empty
		}
	}
	return nil
}
