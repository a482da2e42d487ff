package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Kind says what an entry of a tree is.
type Kind int

// The kinds of entries. A Module is a submodule: a directory whose content is
// elsewhere.
const (
	File Kind = iota
	Executable
	Link
	Directory
	Module
)

// Entry is one entry of a tree.
type Entry struct {
	// Path is relative to the directory that is walked, with slashes, as the
	// repository has it: nobody has checked it.
	Path string
	// Name is the entry's own name, the last part of Path; if it contains a
	// slash, somebody means harm.
	Name string
	Kind Kind
	// Size is that of the content in bytes; 0 for directories and modules.
	Size int64

	hash plumbing.Hash
	conv conversion
}

// Tree is the content of a commit. It is for one goroutine at a time.
type Tree struct {
	// Commit is the full hash.
	Commit string

	remote string
	store  *filesystem.Storage
	root   plumbing.Hash
}

// Tree returns the content of a commit, which may be named by a tag object.
func (c *Client) Tree(ctx context.Context, remote, commit string) (*Tree, error) {
	s, err := c.commitStore(ctx, remote, commit)
	if err != nil {
		return nil, err
	}
	hash, err := peel(s, plumbing.NewHash(commit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", remote, err)
	}
	co, err := object.GetCommit(s, hash)
	if err != nil {
		return nil, fmt.Errorf("%s: commit %s: %w", remote, hash, err)
	}
	return &Tree{Commit: hash.String(), remote: remote, store: s, root: co.TreeHash}, nil
}

// ErrNoDirectory is what Walk returns if there is no such directory.
var ErrNoDirectory = errors.New("no such directory")

// Walk visits everything below a directory, "" for all, parents first. The
// order is that of the repository.
func (t *Tree) Walk(ctx context.Context, dir string, visit func(Entry) error) error {
	hash, err := t.find(dir)
	if err != nil {
		return err
	}
	attrs, err := t.attributesAbove(dir)
	if err != nil {
		return err
	}
	w := &walker{t, strings.Trim(dir, "/"), visit}
	return w.walk(ctx, hash, "", 0, attrs)
}

// attributesAbove reads the attributes of the directories that dir is in.
func (t *Tree) attributesAbove(dir string) (attributes, error) {
	var attrs attributes
	above := ""
	for name := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		if name == "" {
			continue
		}
		entries, err := t.List(above)
		if err != nil {
			return nil, err
		}
		attrs = attrs.with(t, above, entries)
		above = path.Join(above, name)
	}
	return attrs, nil
}

// walker visits a directory of a tree.
type walker struct {
	tree  *Tree
	dir   string
	visit func(Entry) error
}

// List returns the entries of a directory, "" for the topmost.
func (t *Tree) List(dir string) ([]Entry, error) {
	hash, err := t.find(dir)
	if err != nil {
		return nil, err
	}
	return t.list(hash, "")
}

func (t *Tree) list(hash plumbing.Hash, prefix string) ([]Entry, error) {
	tree, err := object.GetTree(t.store, hash)
	if err != nil {
		return nil, fmt.Errorf("%s: read tree %s: %w", t.remote, hash, err)
	}
	entries := make([]Entry, 0, len(tree.Entries))
	for _, e := range tree.Entries {
		entry := Entry{Path: prefix + e.Name, Name: e.Name, Kind: kindOf(e.Mode), hash: e.Hash}
		if entry.Kind <= Link {
			if entry.Size, err = t.store.EncodedObjectSize(e.Hash); err != nil {
				return nil, fmt.Errorf("%s: read %s: %w", t.remote, entry.Path, err)
			}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// maxDepth bounds how deep directories nest; no file system takes more.
const maxDepth = 255

func (w *walker) walk(ctx context.Context, hash plumbing.Hash, prefix string, depth int, attrs attributes) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: directories nest more than %d deep", w.tree.remote, maxDepth)
	}
	entries, err := w.tree.list(hash, prefix)
	if err != nil {
		return err
	}
	attrs = attrs.with(w.tree, path.Join(w.dir, prefix), entries)
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(attrs) > 0 && e.Kind <= Executable {
			e.conv = attrs.conversion(path.Join(w.dir, e.Path))
		}
		if err := w.visit(e); err != nil {
			return err
		}
		if e.Kind == Directory {
			if err := w.walk(ctx, e.hash, e.Path+"/", depth+1, attrs); err != nil {
				return err
			}
		}
	}
	return nil
}

func kindOf(m filemode.FileMode) Kind {
	switch m {
	case filemode.Dir:
		return Directory
	case filemode.Symlink:
		return Link
	case filemode.Submodule:
		return Module
	case filemode.Executable:
		return Executable
	default:
		return File
	}
}

// find returns the tree of a directory.
func (t *Tree) find(dir string) (plumbing.Hash, error) {
	hash := t.root
	for name := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		if name == "" {
			continue
		}
		tree, err := object.GetTree(t.store, hash)
		if err != nil {
			return hash, fmt.Errorf("%s: read tree %s: %w", t.remote, hash, err)
		}
		i := slices.IndexFunc(tree.Entries, func(e object.TreeEntry) bool { return e.Name == name && e.Mode == filemode.Dir })
		if i < 0 {
			return hash, ErrNoDirectory
		}
		hash = tree.Entries[i].Hash
	}
	return hash, nil
}

// Open returns the content of a file as a checkout writes it, or where a link
// leads.
func (t *Tree) Open(e Entry) (io.ReadCloser, error) {
	blob, err := object.GetBlob(t.store, e.hash)
	if err != nil {
		return nil, fmt.Errorf("%s: read %s: %w", t.remote, e.Path, err)
	}
	r, err := blob.Reader()
	if err != nil {
		return nil, fmt.Errorf("%s: read %s: %w", t.remote, e.Path, err)
	}
	return e.conv.apply(e.hash, r)
}

// Directories lists all directories, sorted.
func (t *Tree) Directories(ctx context.Context) ([]string, error) {
	var dirs []string
	err := t.Walk(ctx, "", func(e Entry) error {
		if e.Kind == Directory {
			dirs = append(dirs, e.Path)
		}
		return nil
	})
	slices.Sort(dirs)
	return dirs, err
}
