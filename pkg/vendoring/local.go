package vendoring

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
)

// readLocal finds the directory of a local dependency. It is relative to who
// requires it; what comes out of a repository stays within its package.
func (l *loader) readLocal(q requirement) (*content, diag.List, error) {
	if q.from != nil && q.from.locked.Git != nil {
		return l.readWithin(q)
	}
	base := l.p.opts.Dir
	if q.from != nil {
		base = q.from.target
	}
	target := q.Local
	if !filepath.IsAbs(target) {
		target = filepath.Join(base, target)
	}
	var diags diag.List
	info, err := os.Stat(target)
	if err != nil || !info.IsDir() {
		diags.Errorf("vendor/local", diag.Span{}, "there is no directory %s", q.Local)
		return nil, diags, nil //nolint:nilerr // it is the user's to mend
	}
	if target, err = filepath.EvalSymlinks(target); err != nil {
		return nil, nil, fmt.Errorf("find %s: %w", q.Local, err)
	}
	root, err := os.OpenRoot(target)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", q.Local, err)
	}
	defer root.Close()
	data, err := readBounded(root, FileName)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", q.Local, err)
	}
	c := &content{locked: q.Dependency, target: target}
	c.locked.Version, c.locked.Sum = "", ""
	if c.link, err = l.linkTo(base, q.Local); err != nil {
		return nil, nil, err
	}
	file := FileName
	if rel, err := filepath.Rel(l.p.opts.Dir, target); err == nil {
		file = filepath.ToSlash(filepath.Join(rel, FileName))
	}
	var found diag.List
	c.file, found = decode(file, target, data)
	return c, append(diags, found...), nil
}

// linkTo is what the link in vendor says: the way from there, as jb writes it.
func (l *loader) linkTo(base, dir string) (string, error) {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(base, dir)
	}
	rel, err := filepath.Rel(l.p.home(), dir)
	if err != nil {
		return "", fmt.Errorf("link to %s: %w", dir, err)
	}
	return rel, nil
}

// readWithin reads a local dependency of a package from a repository.
func (l *loader) readWithin(q requirement) (*content, diag.List, error) {
	var diags diag.List
	from := q.from
	within := path.Join("/", filepath.ToSlash(q.Local))
	if path.IsAbs(q.Local) || strings.Contains("/"+filepath.ToSlash(q.Local)+"/", "/../") || within == "/" {
		diags.Errorf("vendor/containment", diag.Span{}, "%s requires the local directory %q, which is not within it", from.locked.Path(), q.Local)
		return nil, diags, nil
	}
	place := path.Join(from.locked.Path(), within)
	c := &content{locked: q.Dependency, target: filepath.Join(l.p.home(), filepath.FromSlash(place)), link: place}
	c.locked.Version, c.locked.Sum = "", ""
	var data []byte
	var err error
	if from.tree != nil {
		from.reading.Lock()
		defer from.reading.Unlock()
		data, err = treeFile(from.tree, path.Join(from.dir, within), FileName)
	} else {
		data, err = l.vendored(place)
	}
	if errors.Is(err, gitrepo.ErrNoDirectory) {
		diags.Errorf("vendor/local", diag.Span{}, "%s requires the local directory %q, which it does not have", from.locked.Path(), q.Local)
		return nil, diags, nil
	} else if err != nil {
		return nil, nil, err
	}
	c.file, diags = l.decode(from.locked, place, c.target, data)
	return c, diags, nil
}

// vendored reads the jsonnetfile.json of a directory that stands in vendor.
func (l *loader) vendored(place string) ([]byte, error) {
	root, err := os.OpenRoot(l.p.home())
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if !realDirectory(root, place) {
		return nil, gitrepo.ErrNoDirectory
	}
	return readBounded(root, path.Join(place, FileName))
}

// treeFile reads a file of a tree; there need not be one, but its directory.
func treeFile(tree *gitrepo.Tree, dir, name string) ([]byte, error) {
	entries, err := tree.List(dir)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(entries, func(e gitrepo.Entry) bool { return e.Name == name })
	if i < 0 {
		return nil, nil
	}
	if k := entries[i].Kind; k != gitrepo.File && k != gitrepo.Executable {
		return nil, fmt.Errorf("%s is no regular file", path.Join(dir, name))
	}
	r, err := tree.Open(entries[i])
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readLimited(r)
}

func readLimited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = fmt.Errorf("%s is larger than %d bytes", FileName, maxFileSize)
	}
	return data, err
}
