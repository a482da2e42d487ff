package vendoring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
)

// stage writes a package below dir, a directory within vendor, and returns its
// sum. Everything is written through an os.Root of its own, so that neither a
// name nor a link of the package can make it write elsewhere.
func (p *Project) stage(ctx context.Context, home *os.Root, dir string, c *content) (string, diag.List, error) {
	if err := home.Mkdir(dir, 0o777); err != nil {
		return "", nil, err
	}
	root, err := home.OpenRoot(dir)
	if err != nil {
		return "", nil, err
	}
	defer root.Close()
	w := &writer{root: root, tree: c.tree, place: c.locked.Path(), files: p.opts.MaxFiles, bytes: p.opts.MaxSize}
	if err := c.tree.Walk(ctx, c.dir, w.write); err != nil {
		if bad, ok := errors.AsType[*refusal](err); ok {
			var diags diag.List
			diags.Errorf(bad.code, diag.Span{}, "%s: %v", w.place, bad.err)
			return "", diags, nil
		}
		return "", nil, fmt.Errorf("write %s: %w", w.place, err)
	}
	sum, err := sumDir(ctx, home, dir)
	if err != nil {
		return "", nil, fmt.Errorf("sum %s: %w", w.place, err)
	}
	return sum, nil, nil
}

// refusal is an entry that is not written, and why.
type refusal struct {
	code string
	err  error
}

// Error implements error.
func (r *refusal) Error() string { return r.err.Error() }

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.err }

const (
	codeContainment = "vendor/containment"
	codeSize        = "vendor/size"
)

// writer writes the entries of a tree.
type writer struct {
	root *os.Root
	tree *gitrepo.Tree
	// place is where the package will be, below vendor.
	place string
	// files and bytes are how many may still come.
	files int
	bytes int64
}

func (w *writer) write(e gitrepo.Entry) error {
	if err := checkElement(e.Name); err != nil {
		return &refusal{codeContainment, err}
	}
	if w.files--; w.files < 0 {
		return &refusal{codeSize, errors.New("it has too many files")}
	}
	if w.bytes -= e.Size; w.bytes < 0 {
		return &refusal{codeSize, errors.New("its files are too large")}
	}
	err := w.entry(e)
	if errors.Is(err, fs.ErrExist) { // also where the file system ignores case
		return &refusal{codeContainment, fmt.Errorf("%q is there twice", e.Path)}
	}
	return err
}

func (w *writer) entry(e gitrepo.Entry) error {
	switch e.Kind {
	case gitrepo.Directory, gitrepo.Module:
		return w.root.Mkdir(e.Path, 0o777)
	case gitrepo.Link:
		return w.link(e)
	case gitrepo.Executable:
		return w.file(e, 0o777)
	default:
		return w.file(e, 0o666)
	}
}

func (w *writer) file(e gitrepo.Entry, mode fs.FileMode) error {
	from, err := w.tree.Open(e)
	if err != nil {
		return err
	}
	defer from.Close()
	f, err := w.root.OpenFile(e.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}

// maxLink is what Linux allows.
const maxLink = 4096

func (w *writer) link(e gitrepo.Entry) error {
	from, err := w.tree.Open(e)
	if err != nil {
		return err
	}
	defer from.Close()
	target, err := io.ReadAll(io.LimitReader(from, maxLink))
	if err != nil {
		return err
	}
	if err := checkLink(path.Join(w.place, e.Path), string(target)); err != nil {
		return &refusal{codeContainment, err}
	}
	return w.root.Symlink(string(target), e.Path)
}
