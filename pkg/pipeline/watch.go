package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/monctl/monctl/pkg/project"
)

const (
	// settle is how long Wait waits for more after a change: an editor writes,
	// renames and removes, a checkout touches many files.
	settle = 10 * time.Millisecond
	// patience is how long it waits for a file that has become empty: whoever
	// saves without renaming empties the file first.
	patience = 150 * time.Millisecond
)

// Watcher reports changes of what passes read. It watches directories, since
// editors replace files.
type Watcher struct {
	notify  *fsnotify.Watcher
	dir     string
	ignored []string
	watched map[string]bool
	// known are the paths, and patterns of paths, that the last pass has looked
	// for; narrow says that nothing else is of interest.
	known  map[string]bool
	narrow bool
	// missed is what has changed before it was watched.
	missed []string
}

// Change is what has changed since a pass.
type Change struct {
	// Names are relative to the watcher's directory.
	Names []string
	// At is when the first of it was noticed.
	At time.Time
}

// NewWatcher returns a watcher that calls files by their paths from a directory;
// ignored are files and directories whose changes are of our own making. Close
// ends it.
func NewWatcher(dir string, ignored ...string) (*Watcher, error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch the sources: %w", err)
	}
	return &Watcher{notify: n, dir: dir, ignored: ignored, watched: map[string]bool{}}, nil
}

// Close ends the watcher.
func (w *Watcher) Close() error { return w.notify.Close() }

// Follow makes the watcher look at everything that a pass has read or looked
// for: where sources may appear, where imports were found or could be, and what
// tests have named. Of a pass over single files, nothing else counts. What has
// changed there since the pass has read it is what Wait returns next.
func (w *Watcher) Follow(p *Pass) error {
	dirs := map[string]bool{}
	w.narrow = !p.whole && (p.Project == nil || len(p.Outputs) > 0)
	if !w.narrow {
		dirs[p.opts.Dir] = true
		if p.Project != nil {
			for _, base := range p.Project.SourceFolders() {
				w.addTree(dirs, filepath.Join(p.opts.Dir, filepath.FromSlash(base)))
			}
		}
	}
	w.know(p)
	for name := range w.known {
		dirs[nearestFolder(filepath.Dir(name))] = true
		if folders, err := filepath.Glob(filepath.Dir(name)); err == nil {
			for _, folder := range folders {
				dirs[nearestFolder(folder)] = true
			}
		}
	}
	for _, i := range p.allImporters() {
		// A file that appears in the folder of a CUE package is part of it.
		i.Tell(func(string, []byte, error) {}, func(folder string, _ []fs.DirEntry, _ error) {
			dirs[nearestFolder(folder)] = true
			w.known[filepath.Join(folder, "*.cue")] = true
		})
	}
	more := false
	for dir := range dirs {
		if w.watched[dir] || w.isIgnored(dir) {
			continue
		}
		more = true
		if err := w.notify.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("watch %s: %w", dir, err)
		}
		w.watched[dir] = true
	}
	if more {
		w.missed = w.changedSince(p)
	}
	return nil
}

// know notes what a pass has looked for.
func (w *Watcher) know(p *Pass) {
	w.known = map[string]bool{}
	for _, i := range p.allImporters() {
		for _, name := range i.Looked() {
			full := filepath.FromSlash(name)
			if !filepath.IsAbs(full) {
				full = filepath.Join(p.opts.Dir, full)
			}
			w.known[full] = true
		}
	}
	for _, pattern := range p.asked.sorted() {
		w.known[pattern] = true
	}
	for _, name := range project.FileNames() {
		w.known[filepath.Join(p.opts.Dir, name)] = true
	}
}

// changedSince returns the names of what is no longer as a pass has found it.
func (w *Watcher) changedSince(p *Pass) []string {
	f, _ := p.seen() // what had two answers is held against the first of them
	var names []string
	for _, path := range f.Changed() {
		if w.isOfInterest(path) {
			names = append(names, w.name(path))
		}
	}
	return names
}

// name is what a path is called.
func (w *Watcher) name(path string) string {
	if rel, err := filepath.Rel(w.dir, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}

// nearestFolder is the folder itself or the first one above it that exists.
func nearestFolder(dir string) string {
	for {
		if info, err := os.Stat(dir); (err == nil && info.IsDir()) || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func (w *Watcher) addTree(dirs map[string]bool, root string) {
	dirs[nearestFolder(root)] = true
	_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read now is reported by the next pass
		}
		if !d.IsDir() {
			return nil
		}
		if name != root && strings.HasPrefix(d.Name(), ".") || w.isIgnored(name) {
			return fs.SkipDir
		}
		dirs[name] = true
		return nil
	})
}

func (w *Watcher) isIgnored(name string) bool {
	return slices.ContainsFunc(w.ignored, func(dir string) bool {
		return name == dir || strings.HasPrefix(name, dir+string(filepath.Separator))
	})
}

// Wait blocks until something changed.
func (w *Watcher) Wait(ctx context.Context) (Change, error) {
	if missed := w.missed; len(missed) > 0 {
		w.missed = nil
		return Change{missed, time.Now()}, nil
	}
	changed := map[string]bool{}
	var first, last time.Time
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	note := func(path string) {
		if len(changed) == 0 {
			first = time.Now()
		}
		changed[path], last = true, time.Now()
		timer.Reset(settle)
	}
	for {
		select {
		case <-ctx.Done():
			return Change{}, context.Cause(ctx)
		case err := <-w.notify.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return Change{}, fmt.Errorf("watch the sources: %w", err)
			}
			note(w.dir) // more than can be listed
		case e := <-w.notify.Events:
			if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
				w.lose(e.Name)
			}
			if e.Op != fsnotify.Chmod && w.isOfInterest(e.Name) {
				note(e.Name)
			}
		case <-timer.C:
			switch {
			case len(changed) == 0:
				timer.Reset(time.Hour)
			case time.Since(last) < patience && slices.ContainsFunc(slices.Collect(maps.Keys(changed)), isEmptyFile):
				timer.Reset(settle)
			default:
				return Change{w.settled(changed), first}, nil
			}
		}
	}
}

// lose stops watching a folder that is gone, with those in it: if there is one
// of that name again, it is another one.
func (w *Watcher) lose(name string) {
	for dir := range w.watched {
		if dir == name || strings.HasPrefix(dir, name+string(filepath.Separator)) {
			_ = w.notify.Remove(dir) // if it has not gone by itself
			delete(w.watched, dir)
		}
	}
}

func isEmptyFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == 0
}

// settled sorts the names of what changed, without files that came and went,
// as editors' do. If nothing else changed, they are what there is to say.
func (w *Watcher) settled(changed map[string]bool) []string {
	var names, transient []string
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		if _, err := os.Lstat(path); err == nil || w.known[path] {
			names = append(names, w.name(path))
		} else {
			transient = append(transient, w.name(path))
		}
	}
	if len(names) == 0 {
		return transient
	}
	return names
}

// isOfInterest reports whether a change of a path may concern the next pass.
func (w *Watcher) isOfInterest(path string) bool {
	switch {
	case w.isIgnored(path):
		return false
	case w.known[path]:
		return true
	case w.narrow:
		return slices.ContainsFunc(slices.Collect(maps.Keys(w.known)), func(pattern string) bool { return leadsTo(path, pattern) })
	default:
		return !isNoise(path)
	}
}

// leadsTo reports whether a path satisfies a pattern, or is a folder above what
// does.
func leadsTo(path, pattern string) bool {
	for {
		if ok, err := filepath.Match(pattern, path); pattern == path || err == nil && ok {
			return true
		}
		if pattern == filepath.Dir(pattern) {
			return false
		}
		pattern = filepath.Dir(pattern)
	}
}

// isNoise recognises what editors leave beside sources.
func isNoise(path string) bool {
	base := filepath.Base(path)
	isProjectFile := slices.Contains(project.FileNames(), base)
	return !isProjectFile && (strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || base == "4913")
}
