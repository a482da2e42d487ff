package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Root is the topmost folder of the work tree.
func (b *Base) Root() string { return b.root }

// Export writes the files of the base below a folder, which exists and is
// empty. Submodules are left out. Nothing is written outside of the folder,
// whatever the repository calls its files.
func (b *Base) Export(ctx context.Context, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("export %s: %w", b.Commit, err)
	}
	defer func() { _ = root.Close() }()
	walker := object.NewTreeWalker(b.tree, true, nil)
	defer walker.Close()
	var links []exported
	for {
		name, entry, err := walker.Next()
		switch {
		case errors.Is(err, io.EOF):
			return writeLinks(root, links)
		case err != nil:
			return fmt.Errorf("export %s: %w", b.Commit, err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case entry.Mode == filemode.Dir || entry.Mode == filemode.Submodule || !filepath.IsLocal(filepath.FromSlash(name)):
			continue
		}
		content, err := b.content(entry)
		if err != nil {
			return fmt.Errorf("export %s of %s: %w", name, b.Commit, err)
		}
		if entry.Mode == filemode.Symlink {
			links = append(links, exported{name, content})
			continue
		}
		if err := writeExported(root, exported{name, content}); err != nil {
			return fmt.Errorf("export %s of %s: %w", name, b.Commit, err)
		}
	}
}

type exported struct {
	name    string
	content []byte
}

func (b *Base) content(entry object.TreeEntry) ([]byte, error) {
	file, err := b.tree.TreeEntryFile(&entry)
	if err != nil {
		return nil, err
	}
	r, err := file.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func writeExported(root *os.Root, f exported) error {
	if dir := path.Dir(f.name); dir != "." {
		if err := root.MkdirAll(filepath.FromSlash(dir), 0o700); err != nil {
			return err
		}
	}
	return root.WriteFile(filepath.FromSlash(f.name), f.content, 0o600)
}

// writeLinks makes links last, so that no file is written through one.
func writeLinks(root *os.Root, links []exported) error {
	for _, l := range links {
		name := filepath.FromSlash(l.name)
		if dir := filepath.Dir(name); dir != "." {
			if err := root.MkdirAll(dir, 0o700); err != nil {
				return fmt.Errorf("export %s: %w", l.name, err)
			}
		}
		if err := root.Symlink(string(l.content), name); err != nil {
			return fmt.Errorf("export %s: %w", l.name, err)
		}
	}
	return nil
}
