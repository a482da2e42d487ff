package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/view"
)

// input is a source of the command line, or one that a folder has.
type input struct {
	// path is absolute, or - for standard input; name is what findings call it.
	path, name string
	// folder is where it lies below the folder that was named, or the one that
	// the command works in, slash-separated.
	folder string
	// found is true if it was not named itself.
	found bool
}

// inputs lists the sources. Of folders, everything that may be one, but for
// hidden files, what vendor/ has, and what monctl has rendered.
func (o *convertOptions) inputs(args []string) ([]input, error) {
	var all []input
	for _, arg := range args {
		if arg == "-" {
			all = append(all, input{path: "-", name: "<stdin>"})
			continue
		}
		named := o.at(arg)
		info, err := os.Stat(named)
		if err != nil || !info.IsDir() {
			name := filepath.ToSlash(filepath.Clean(arg))
			all = append(all, input{path: named, name: name, folder: path.Dir(name)})
			continue
		}
		found, err := sourcesBelow(named, filepath.ToSlash(filepath.Clean(arg)))
		if err != nil {
			return nil, fmt.Errorf("look for sources in %s: %w", arg, cause(err))
		}
		all = append(all, found...)
	}
	return all, nil
}

func sourcesBelow(dir, name string) ([]input, error) {
	var all []input
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != dir && strings.HasPrefix(d.Name(), "."), d.IsDir() && (d.Name() == "vendor" || d.Name() == "node_modules"),
			p != dir && d.IsDir() && bundle.IsRendered(p):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(d.Name())):
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		folder := path.Dir(rel)
		if folder == "." {
			folder = ""
		}
		all = append(all, input{path: p, name: path.Join(name, rel), folder: folder, found: true})
		return nil
	})
	return all, err
}

func (o *convertOptions) read(in input) ([]byte, error) {
	if in.path == "-" {
		return io.ReadAll(o.sys.Stdin)
	}
	return os.ReadFile(in.path)
}

// plan says what writing files below a folder changes, and which of them exist.
func plan(root string, files []outputFile) (changes []view.Change, existing []string) {
	for _, f := range files {
		action := "add"
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(f.name))); err == nil {
			action = "update"
			existing = append(existing, f.name)
		}
		changes = append(changes, view.Change{Path: f.name, Action: action})
	}
	return changes, existing
}

// writeFiles writes files below a folder, which none of them can leave.
// Everything is written beside its place first, so that a full disk leaves what
// was there.
func writeFiles(dir string, files []outputFile) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // sources are for everybody
		return fmt.Errorf("write to %s: %w", dir, cause(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write to %s: %w", dir, cause(err))
	}
	defer func() { _ = root.Close() }()
	staged := map[string]string{} // by the name that it is for
	defer func() {
		for _, temporary := range staged {
			_ = root.Remove(temporary)
		}
	}()
	for _, f := range files {
		if err := root.MkdirAll(path.Dir(f.name), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", f.name, cause(err))
		}
		temporary, err := stage(root, filepath.FromSlash(f.name), f.data)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.name, cause(err))
		}
		staged[f.name] = temporary
	}
	for _, f := range files {
		if err := root.Rename(staged[f.name], filepath.FromSlash(f.name)); err != nil {
			return fmt.Errorf("write %s: %w", f.name, cause(err))
		}
		delete(staged, f.name)
	}
	return nil
}
