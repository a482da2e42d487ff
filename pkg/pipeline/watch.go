package pipeline

import (
	"context"
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

// settle is how long Watch waits for more after a change: an editor writes,
// renames and removes, a checkout touches many files.
const settle = 25 * time.Millisecond

// Watcher reports changes of what passes read. It watches directories, since
// editors replace files.
type Watcher struct {
	notify  *fsnotify.Watcher
	dir     string
	ignored []string
	watched map[string]bool
	// known are the files that the last pass has looked for.
	known []string
	// missed is what has changed before it was watched.
	missed []string
}

// NewWatcher returns a watcher for a project's directory; ignored are
// directories whose changes are of our own making. Close ends it.
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
// for: where sources may appear, and where imports were found or could be. What
// has changed there since the pass has read it is what Wait returns next.
func (w *Watcher) Follow(p *Pass) error {
	dirs := map[string]bool{w.dir: true}
	if p.Project != nil {
		for _, base := range p.Project.SourceFolders() {
			w.addTree(dirs, filepath.Join(w.dir, filepath.FromSlash(base)))
		}
	}
	w.known = p.importer.Looked()
	for _, name := range w.known {
		full := filepath.FromSlash(name)
		if !filepath.IsAbs(full) {
			full = filepath.Join(w.dir, full)
		}
		dirs[nearestFolder(filepath.Dir(full))] = true
	}
	// A file that appears in the folder of a CUE package is part of it.
	p.importer.Tell(func(string, []byte, error) {}, func(folder string, _ []fs.DirEntry, _ error) { dirs[nearestFolder(folder)] = true })
	more := false
	for dir := range dirs {
		if w.watched[dir] || w.isIgnored(dir) {
			continue
		}
		more = true
		if err := w.notify.Add(dir); err != nil {
			return fmt.Errorf("watch %s: %w", dir, err)
		}
		w.watched[dir] = true
	}
	if more {
		w.missed = w.changedSince(p)
	}
	return nil
}

// changedSince returns the names of what is no longer as a pass has found it.
func (w *Watcher) changedSince(p *Pass) []string {
	f, ok := p.Footprint()
	if !ok {
		return nil
	}
	var names []string
	for _, path := range f.Changed() {
		if rel, err := filepath.Rel(w.dir, path); err == nil && !w.isNoise(path) {
			names = append(names, filepath.ToSlash(rel))
		}
	}
	return names
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

// Wait blocks until something changed, and returns the names of what did,
// relative to the project.
func (w *Watcher) Wait(ctx context.Context) ([]string, error) {
	if missed := w.missed; len(missed) > 0 {
		w.missed = nil
		return missed, nil
	}
	changed := map[string]bool{}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case err := <-w.notify.Errors:
			return nil, fmt.Errorf("watch the sources: %w", err)
		case e := <-w.notify.Events:
			if e.Op == fsnotify.Chmod || w.isNoise(e.Name) {
				continue
			}
			if rel, err := filepath.Rel(w.dir, e.Name); err == nil {
				changed[filepath.ToSlash(rel)] = true
			}
			timer.Reset(settle)
		case <-timer.C:
			if len(changed) == 0 {
				timer.Reset(time.Hour)
				continue
			}
			return w.settled(changed), nil
		}
	}
}

// settled sorts the names of what changed, without files that came and went,
// as editors' do. If nothing else changed, they are what there is to say.
func (w *Watcher) settled(changed map[string]bool) []string {
	var names, transient []string
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		_, err := os.Lstat(filepath.Join(w.dir, filepath.FromSlash(name)))
		if err == nil || slices.Contains(w.known, name) {
			names = append(names, name)
		} else {
			transient = append(transient, name)
		}
	}
	if len(names) == 0 {
		return transient
	}
	return names
}

// isNoise recognises what editors and we ourselves leave beside sources.
func (w *Watcher) isNoise(name string) bool {
	base := filepath.Base(name)
	isProjectFile := slices.Contains(project.FileNames(), base)
	return !isProjectFile && (strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || base == "4913") || w.isIgnored(name)
}
