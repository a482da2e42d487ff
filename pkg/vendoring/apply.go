package vendoring

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// transaction changes the vendor directory by renaming, and takes back what it
// did if one step fails.
type transaction struct {
	home *os.Root
	// trash is a directory within vendor for what is replaced.
	trash string
	undo  []func()
	moved int
}

// rollback takes everything back, the last step first.
func (t *transaction) rollback() {
	for _, f := range slices.Backward(t.undo) {
		f()
	}
	t.undo = nil
}

func (t *transaction) rename(from, to string) error {
	if err := t.home.Rename(from, to); err != nil {
		return err
	}
	t.undo = append(t.undo, func() { _ = t.home.Rename(to, from) })
	return nil
}

// discard moves what stands at a place away, if there is anything.
func (t *transaction) discard(name string) error {
	if _, err := t.home.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	t.moved++
	return t.rename(name, path.Join(t.trash, strconv.Itoa(t.moved)))
}

// directories makes the directories that a place is in; a file or link in
// their way is moved away.
func (t *transaction) directories(name string) error {
	for _, dir := range ancestors(name) {
		info, err := t.home.Lstat(dir)
		if err == nil && info.IsDir() {
			continue
		}
		if err == nil {
			err = t.discard(dir)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := t.home.Mkdir(dir, 0o777); err != nil {
			return err
		}
		t.undo = append(t.undo, func() { _ = t.home.Remove(dir) })
	}
	return nil
}

func (t *transaction) replace(name, staged string) error {
	if err := t.directories(name); err != nil {
		return err
	}
	if err := t.discard(name); err != nil {
		return err
	}
	return t.rename(staged, name)
}

func (t *transaction) link(name, target string) error {
	if err := t.discard(name); err != nil {
		return err
	}
	if err := t.home.Symlink(target, name); err != nil {
		return err
	}
	t.undo = append(t.undo, func() { _ = t.home.Remove(name) })
	return nil
}

// write replaces a file outside vendor.
func (t *transaction) write(name string, data []byte) error {
	before, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	missing := err != nil
	if err := writeFile(name, data); err != nil {
		return err
	}
	t.undo = append(t.undo, func() {
		if missing {
			_ = os.Remove(name)
			return
		}
		_ = writeFile(name, before)
	})
	return nil
}

// writeFile writes a file beside its place and renames it. A link stays one.
func writeFile(name string, data []byte) (err error) {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".monctl-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// stale lists what vendor holds and nothing wants: directories in which there
// is no package, and links. Plain files beside packages stay, as with jb.
func stale(home *os.Root, packages []string, links map[string]string, current string) ([]string, error) {
	var found []string
	var visit func(dir string) error
	visit = func(dir string) error {
		entries, err := fs.ReadDir(home.FS(), dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			switch {
			case name == current:
			case e.Type()&fs.ModeSymlink != 0:
				if target, err := home.Readlink(name); err != nil {
					return err
				} else if want, ok := links[name]; !ok || want != target {
					found = append(found, name)
				}
			case !e.IsDir() || slices.Contains(packages, name):
			case slices.ContainsFunc(packages, func(p string) bool { return strings.HasPrefix(p, name+"/") }):
				if err := visit(name); err != nil {
					return err
				}
			default:
				found = append(found, name)
			}
		}
		return nil
	}
	return found, visit(".")
}

// change is everything that a run does to the disk.
type change struct {
	// staged maps the paths of packages to where they have been written.
	staged map[string]string
	// links maps names below vendor to what they say, all that there will be.
	links map[string]string
	// stale is what goes.
	stale []string
	// files maps absolute names to contents.
	files map[string][]byte
}

// apply does it all, or nothing.
func (c change) apply(home *os.Root, trash string) error {
	t := &transaction{home: home, trash: trash}
	if err := c.steps(t); err != nil {
		t.rollback()
		return fmt.Errorf("change vendor: %w", err)
	}
	return nil
}

func (c change) steps(t *transaction) error {
	for _, name := range c.stale {
		if err := t.discard(name); err != nil {
			return err
		}
	}
	// Sorted, so that a package comes before those within it.
	for _, name := range slices.Sorted(maps.Keys(c.staged)) {
		if err := t.replace(name, c.staged[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.links)) {
		if target, err := t.home.Readlink(name); err == nil && target == c.links[name] {
			continue
		}
		if err := t.link(name, c.links[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		if err := t.write(name, c.files[name]); err != nil {
			return err
		}
	}
	return nil
}
