package bundle

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Change is a difference between a rendered tree on disk and what it ought to
// be.
type Change struct {
	// Path is relative to the environment's folder.
	Path string `json:"path"`
	// Action is "add", "update", "remove", or "keep" for a file that monctl
	// wrote, that is no longer rendered, and that somebody has edited since.
	Action   string `json:"action"`
	Old, New []byte `json:"-"`
	// Manifest is true for a manifest, whose changes follow from the others.
	Manifest bool `json:"-"`
}

// WriteOptions say what of a folder is to become what it ought to be.
type WriteOptions struct {
	// Folders are those of the tree whose manifests say what is monctl's; none
	// means TreeFolders. Other forms of the same bundle may stand beside them.
	Folders []string
	// Partial says that the files are a part of the tree: others that were
	// written before stay, and stay in the manifest.
	Partial bool
}

// SymlinkError says that a path of the tree is a symbolic link or lies behind
// one. Nothing is read or written through it.
type SymlinkError struct{ Path string }

// Error implements error.
func (e *SymlinkError) Error() string {
	return fmt.Sprintf("%s is a symbolic link, through which monctl does not write", e.Path)
}

// Hint says what can be done.
func (e *SymlinkError) Hint() string {
	return "remove the link, or name the folder it leads to with --out"
}

// CompareTree compares the folder of an environment with the files it ought
// to hold, manifests included. Files that no manifest names are not monctl's
// and do not count. The changes are sorted by path.
func CompareTree(dir string, files []TreeFile, opts WriteOptions) ([]Change, error) {
	root, err := openTree(dir)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return compareTree(nil, files, opts)
	}
	defer func() { _ = root.Close() }()
	return compareTree(root, files, opts)
}

// openTree opens a folder that is no link; nil if there is none.
func openTree(dir string) (*os.Root, error) {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read rendered tree: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &SymlinkError{dir}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read rendered tree: %w", err)
	}
	return root, nil
}

func compareTree(root *os.Root, files []TreeFile, opts WriteOptions) ([]Change, error) {
	folders := opts.Folders
	if len(folders) == 0 {
		folders = TreeFolders()
	}
	var before map[string]manifest
	var err error
	if root != nil {
		if before, err = readManifests(root, folders); err != nil {
			return nil, err
		}
	}
	var others map[string]manifest
	if opts.Partial {
		others = before
	}
	if files, err = withManifests(files, others); err != nil {
		return nil, err
	}
	want := map[string]bool{}
	var changes []Change
	for _, f := range files {
		want[f.Path] = true
		old, found, err := readTreeFile(root, f.Path)
		switch {
		case err != nil:
			return nil, err
		case !found:
			changes = append(changes, Change{Path: f.Path, Action: "add", New: f.Data, Manifest: isManifest(f.Path)})
		case !bytes.Equal(old, f.Data):
			changes = append(changes, Change{Path: f.Path, Action: "update", Old: old, New: f.Data, Manifest: isManifest(f.Path)})
		}
	}
	if !opts.Partial {
		orphans, err := orphans(root, owned(before), want)
		if err != nil {
			return nil, err
		}
		changes = append(changes, orphans...)
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// orphans are the files that were written and are no longer wanted. One that
// is not what was written has become somebody's own, and stays.
func orphans(root *os.Root, claimed map[string]Hash, want map[string]bool) ([]Change, error) {
	var changes []Change
	for _, p := range slices.Sorted(maps.Keys(claimed)) {
		if want[p] {
			continue
		}
		old, found, err := readTreeFile(root, p)
		switch {
		case err != nil:
			return nil, err
		case !found:
		case isManifest(p):
			changes = append(changes, Change{Path: p, Action: "remove", Old: old, Manifest: true})
		case HashOf(old) == claimed[p]:
			changes = append(changes, Change{Path: p, Action: "remove", Old: old})
		default:
			changes = append(changes, Change{Path: p, Action: "keep", Old: old})
		}
	}
	return changes, nil
}

// readTreeFile reads a file of the tree, but through no link.
func readTreeFile(root *os.Root, name string) (data []byte, found bool, err error) {
	if root == nil {
		return nil, false, nil
	}
	if err := notLinked(root, name); err != nil {
		return nil, false, err
	}
	data, err = root.ReadFile(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read rendered file: %w", err)
	}
	return data, true, nil
}

// notLinked makes sure that neither a path nor a folder on it is a link.
func notLinked(root *os.Root, name string) error {
	for at := 0; at < len(name); {
		end := strings.IndexByte(name[at:], '/')
		if end < 0 {
			end = len(name) - at
		}
		at += end
		info, err := root.Lstat(filepath.FromSlash(name[:at]))
		if err != nil {
			return nil //nolint:nilerr // it is not there, and nothing below it
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return &SymlinkError{path.Join(filepath.ToSlash(root.Name()), name[:at])}
		}
		at++
	}
	return nil
}

// WriteTree makes the folder of an environment hold the files, and removes
// those that a manifest there names as monctl's own, that are no longer wanted
// and that nobody has edited. Everything is written beside its place first, so
// that a failure leaves what was there; it returns what it changed.
func WriteTree(dir string, files []TreeFile, opts WriteOptions) ([]Change, error) {
	changes, err := CompareTree(dir, files, opts)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // what is written is for everybody
		return nil, fmt.Errorf("write rendered tree: %w", err)
	}
	root, err := openTree(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	if err := apply(root, changes); err != nil {
		return nil, fmt.Errorf("write rendered tree: %w", err)
	}
	return changes, nil
}

func apply(root *os.Root, changes []Change) error {
	in := &folder{tree: root}
	staged := map[string]string{}
	defer func() {
		in.leave()
		for name, temporary := range staged {
			_ = root.Remove(filepath.Join(filepath.FromSlash(path.Dir(name)), temporary))
		}
	}()
	for _, c := range changes {
		if c.Action != "add" && c.Action != "update" {
			continue
		}
		dir, err := in.enter(path.Dir(c.Path))
		if err != nil {
			return err
		}
		temporary := ".monctl-" + rand.Text()
		staged[c.Path] = temporary
		if err := dir.WriteFile(temporary, c.New, 0o644); err != nil {
			return err
		}
	}
	// Manifests come last: a crash before them leaves files that the next run
	// writes again, never a manifest that claims what was not written.
	order := slices.Clone(changes)
	slices.SortStableFunc(order, func(a, b Change) int { return boolRank(a.Manifest) - boolRank(b.Manifest) })
	for _, c := range order {
		switch c.Action {
		case "remove":
			in.leave()
			err := root.Remove(filepath.FromSlash(c.Path))
			removeEmptyFolders(root, path.Dir(c.Path))
			if err != nil {
				return err
			}
		case "add", "update":
			dir, err := in.enter(path.Dir(c.Path))
			if err != nil {
				return err
			}
			if err := dir.Rename(staged[c.Path], path.Base(c.Path)); err != nil {
				return err
			}
			delete(staged, c.Path)
		}
	}
	return nil
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// folder is the one folder of a tree that is open. Files are written and renamed
// in it, folder by folder, since a path is walked from where it begins, element
// by element, each time that it is named.
type folder struct {
	tree *os.Root
	path string
	open *os.Root
}

// enter opens a folder by its path in the tree, and makes it where there is none.
func (f *folder) enter(dir string) (*os.Root, error) {
	if f.open != nil && f.path == dir {
		return f.open, nil
	}
	f.leave()
	name := filepath.FromSlash(dir)
	if err := f.tree.MkdirAll(name, 0o755); err != nil {
		return nil, err
	}
	open, err := f.tree.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f.path, f.open = dir, open
	return open, nil
}

// leave closes the folder that is open, if there is one.
func (f *folder) leave() {
	if f.open != nil {
		_ = f.open.Close()
		f.open = nil
	}
}

// removeEmptyFolders removes folders from dir upwards, but not the tree's own.
func removeEmptyFolders(root *os.Root, dir string) {
	for dir != "." && root.Remove(filepath.FromSlash(dir)) == nil {
		dir = path.Dir(dir)
	}
}
