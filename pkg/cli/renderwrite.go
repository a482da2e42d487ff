package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/view"
)

// tree is what one environment renders to.
type tree struct {
	env    string
	output *render.Output
	files  []bundle.TreeFile
	// partial says that something was selected.
	partial bool
}

// root is the folder that is written.
func (o *renderOptions) root() string {
	if filepath.IsAbs(o.out) {
		return filepath.Clean(o.out)
	}
	return o.path(filepath.Join(o.workDir(), o.out))
}

// namesDocument reports whether a path of --out is that of a file that holds
// all environments.
func namesDocument(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".json" || ext == ".yaml" || ext == ".yml"
}

// checkOut refuses a folder that is called like a file, which is meant to be
// one.
func (o *renderOptions) checkOut() error {
	if o.form.isDocument() || !namesDocument(o.out) {
		return nil
	}
	if _, err := os.Stat(o.root()); err == nil {
		return nil // what is there says what it is
	}
	form := formatYAML
	if filepath.Ext(o.out) == ".json" {
		form = formatJSON
	}
	return &usageError{err: fmt.Errorf("--out %s is called like a file, and --format %s writes a folder", o.out, o.form.format), hint: "with --format " + form + " it is one file"}
}

// writing says what of the folder is to become what it ought to be.
func (o *renderOptions) writing() bundle.WriteOptions {
	return bundle.WriteOptions{Folders: o.form.folders()}
}

// write makes the folder hold the trees, or says how it differs.
func (o *renderOptions) write(r view.Report, p *pipeline.Pass, trees []tree) error {
	root := o.root()
	if o.form.isDocument() && namesDocument(root) {
		return o.writeDocument(r, p, root, trees)
	}
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return &hinted{fmt.Errorf("write the rendered tree: %s is not a folder", o.out), "name another folder with --out"}
	}
	r.Changes = &view.Changes{Path: filepath.ToSlash(o.out), Check: o.check, Files: []view.Change{}}
	changes, err := o.apply(root, trees)
	if err != nil {
		return unwritable(err)
	}
	for i, t := range trees {
		o.report(r.Changes, p, t, changes[i])
	}
	r.Diagnostics = view.Findings(p.Diags)
	if o.check && len(r.Changes.Files) > 0 {
		return o.finish(r, p, exitChanges)
	}
	return o.finish(r, p, exitOK)
}

// apply writes the trees, or compares them, and returns what has changed in each.
// They are folders beside each other.
func (o *renderOptions) apply(root string, trees []tree) ([][]bundle.Change, error) {
	do := bundle.WriteTree
	if o.check {
		do = bundle.CompareTree
	}
	changes := make([][]bundle.Change, len(trees))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range trees {
		group.Go(func() (err error) {
			opts := o.writing()
			opts.Partial = t.partial
			changes[i], err = do(filepath.Join(root, t.env), t.files, opts)
			return err
		})
	}
	return changes, group.Wait()
}

// writeDocument makes a file hold the document of all environments.
func (o *renderOptions) writeDocument(r view.Report, p *pipeline.Pass, name string, trees []tree) error {
	var text bytes.Buffer
	if err := o.form.print(&text, trees); err != nil {
		return err
	}
	old, err := os.ReadFile(name)
	change := view.Change{Path: filepath.ToSlash(o.out), Action: "update"}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		change.Action = "add"
	case err != nil:
		return fmt.Errorf("write %s: %w", o.out, cause(err))
	}
	r.Changes = &view.Changes{Path: filepath.ToSlash(o.out), Check: o.check, Files: []view.Change{}}
	switch {
	case err == nil && bytes.Equal(old, text.Bytes()):
		r.Changes.Unchanged = 1
		return o.finish(r, p, exitOK)
	case o.check:
		change.Diff = view.Diff(string(old), text.String())
		r.Changes.Files = append(r.Changes.Files, change)
		return o.finish(r, p, exitChanges)
	}
	if err := replaceFile(name, text.Bytes()); err != nil {
		return fmt.Errorf("write %s: %w", o.out, cause(err))
	}
	r.Changes.Files = append(r.Changes.Files, change)
	return o.finish(r, p, exitOK)
}

// replaceFile writes a file as a whole or not at all, and makes its folder.
func replaceFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // what is written is for everybody
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return replace(root, filepath.Base(name), data)
}

// report adds what changed in one environment.
func (o *renderOptions) report(into *view.Changes, p *pipeline.Pass, t tree, changes []bundle.Change) {
	written := 0
	others := slices.ContainsFunc(changes, func(c bundle.Change) bool { return !c.Manifest && c.Action != "keep" })
	for _, c := range changes {
		name := path.Join(filepath.ToSlash(o.out), t.env, c.Path)
		switch {
		case c.Manifest && (others || !o.check):
			continue // it follows from the others
		case c.Action == "keep":
			d := p.Diags.Warnf("render/edited", diag.Span{File: name}, "the file is no longer rendered, but was edited since monctl wrote it")
			d.Hint = "it is kept and no longer monctl's; remove it, or it goes on to be read"
			continue
		}
		change := view.Change{Path: name, Action: c.Action}
		if c.Action != "remove" && !c.Manifest {
			written++
		}
		if o.check {
			change.Diff = view.Diff(string(c.Old), string(c.New))
		}
		into.Files = append(into.Files, change)
	}
	into.Unchanged += len(t.files) - written
}

// unwritable adds to an error what can be done about it.
func unwritable(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return &hinted{err, "make the folder writable, or name another one with --out"}
	}
	return err
}
