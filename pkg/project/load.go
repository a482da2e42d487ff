package project

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"cuelang.org/go/cue"
	cueerrors "cuelang.org/go/cue/errors"

	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/schemas"
)

// FileNames are the names of the project file, in the order of preference.
func FileNames() []string { return []string{"monctl.cue", "monctl.yaml", "monctl.yml", "monctl.json"} }

// Load reads the project in a directory. What is wrong with the project file
// becomes diagnostics with codes "project/…"; the project is nil then. It is
// not if something is wrong with a fragment alone, so that it can be watched.
func Load(dir string) (*Project, diag.List, error) { return LoadFrom(dir, onDisk(dir)) }

// Disk is what a project is read from.
type Disk struct {
	// FS is the project's directory.
	FS fs.FS
	// Stat is os.Stat, for the files outside of it that the project names.
	Stat func(path string) (fs.FileInfo, error)
	// Memory has what was read before; it may be nil.
	Memory *Memory
}

// isFile reports whether a path that the project file names is a file; it is
// relative to the project, or absolute.
func (d Disk) isFile(dir string) func(name string) bool {
	return func(name string) bool {
		full := filepath.FromSlash(name)
		if !filepath.IsAbs(full) {
			full = filepath.Join(dir, full)
		}
		info, err := d.Stat(full)
		return err == nil && !info.IsDir()
	}
}

func onDisk(dir string) Disk { return Disk{FS: os.DirFS(dir), Stat: os.Stat} }

// LoadFrom is Load through a Disk, which sees everything that is asked.
func LoadFrom(dir string, disk Disk) (*Project, diag.List, error) {
	l := newLoading(dir, disk)
	p, diags, err := l.file()
	if err != nil || p == nil {
		return nil, diags, err
	}
	p.Fragments, diags, err = l.fragments(p)
	p.sum = [sha256.Size]byte(l.sum.Sum(nil))
	return p, diags, err
}

// loading is what a project is loaded with; sum goes over all that it is made
// of.
type loading struct {
	Disk
	dir string
	sum hash.Hash
}

func newLoading(dir string, disk Disk) *loading {
	return &loading{Disk: disk, dir: dir, sum: sha256.New()}
}

// file reads the project without its fragments.
func (l *loading) file() (*Project, diag.List, error) {
	file, data, diags, err := read(l.FS, ".", func(string) bool { return true })
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	var r raw
	place, diags, err := l.decode("#Project", file, data, &r)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	isFile := l.isFile(l.dir)
	p := r.project(func(name string) bool {
		is := isFile(name)
		fmt.Fprintf(l.sum, "%q %t\n", name, is)
		return is
	}, reporter(&diags, place))
	if len(diags) > 0 {
		return nil, diags, nil
	}
	p.Dir, p.File, p.place = l.dir, file, place
	return p, nil, nil
}

// reporter adds what the schema cannot express to a list.
func reporter(diags *diag.List, place func(pointer string) diag.Span) reportFunc {
	return func(pointer, hint string, err error) {
		d := diags.Errorf("project/value", place(pointer), "%s", err)
		d.Pointer, d.Hint = pointer, hint
	}
}

// decode checks a file against a definition of the schema, and reads what that
// has completed. It returns where the file's values stand.
func (l *loading) decode(definition, file string, data []byte, into any) (func(pointer string) diag.Span, diag.List, error) {
	fmt.Fprintf(l.sum, "%q %d\n%s\n", file, len(data), data)
	d, diags, err := l.Memory.decode(definition, file, data)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	if err := json.Unmarshal(d.text, into); err != nil {
		return nil, nil, fmt.Errorf("decode the project file: %w", err)
	}
	return d.place, nil, nil
}

// complete checks a file against a definition of the schema, and completes it.
func complete(definition, file string, data []byte) (*decoded, diag.List, error) {
	loader := cuelang.NewLoader()
	schemaFile, err := loader.Schema(schemas.FS, "project.cue")
	if err != nil {
		return nil, nil, err
	}
	schema := schemaFile.LookupPath(cue.ParsePath(definition))
	value := schema
	if file != "" {
		user, diags := loader.Parse("project/syntax", file, data)
		if diags.HasErrors() {
			return nil, diags, nil
		}
		if value, err = cuelang.Unify(schema, user); err != nil {
			return nil, cuelang.Diagnose("project/schema", file, err), nil
		}
	}
	text, err := cuelang.Export(value)
	if err != nil {
		diags := explain(cuelang.Diagnose("project/schema", file, err), err, schema)
		for i, d := range diags {
			if d.Span.Start.Line == 0 { // of what is missing, there is only where it should be
				diags[i].Span = cuelang.Position(value, file, d.Pointer)
			}
		}
		return nil, diags, nil
	}
	return &decoded{text, placer(value, file)}, nil, nil
}

// placer finds the places of a project file's values, for several goroutines.
func placer(value cue.Value, file string) func(pointer string) diag.Span {
	var mu sync.Mutex
	return func(pointer string) diag.Span {
		mu.Lock()
		defer mu.Unlock()
		return cuelang.Position(value, file, pointer)
	}
}

// read reads the one project file or fragment of a folder.
func read(fsys fs.FS, folder string, is func(name string) bool) (file string, data []byte, diags diag.List, err error) {
	for _, base := range FileNames() {
		name := path.Join(folder, base)
		if _, err := fs.Lstat(fsys, name); err != nil || !is(name) {
			continue
		}
		if file != "" {
			d := diags.Errorf("project/ambiguous", diag.Span{File: name}, "there are two project files, %s and %s", file, name)
			d.Hint = "keep one of them"
			return "", nil, diags, nil
		}
		file = name
		data, err = fs.ReadFile(fsys, name)
		if err != nil {
			if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
				diags.Errorf("project/read", diag.Span{File: name}, "the project file cannot be read: %s", pathErr.Err)
				return "", nil, diags, nil
			}
			return "", nil, nil, fmt.Errorf("read the project file: %w", err)
		}
	}
	return file, data, nil, nil
}

// explain adds to unknown fields what their names could have been.
func explain(diags diag.List, err error, schema cue.Value) diag.List {
	for _, e := range cueerrors.Errors(err) {
		path, ok := cuelang.UnknownField(e)
		if !ok {
			continue
		}
		last := path[len(path)-1]
		for i := range diags {
			if !strings.HasPrefix(diags[i].Summary, strings.Join(path, ".")+":") {
				continue
			}
			diags[i].Summary = fmt.Sprintf("unknown field %q", strings.Join(path, "."))
			if candidates := cuelang.FieldsBeside(schema, path); len(candidates) > 0 {
				diags[i].Hint = diag.DidYouMean(last, candidates)
				if diags[i].Hint == "" {
					diags[i].Hint = "known here: " + strings.Join(candidates, ", ")
				}
			} else if len(path) > 1 {
				diags[i].Hint = keyHint(path[len(path)-2])
			}
			diags[i].Related = nil
		}
	}
	return diags
}

// keyHint says what the keys of a map whose keys are free look like.
func keyHint(field string) string {
	switch field {
	case "environments", "targets":
		return "a name has letters, digits, '.', '_' and '-', and begins and ends with a letter or digit"
	case "externalLabels", "labels", "annotations":
		return "a name has letters, digits and '_', and does not begin with a digit"
	case "severity":
		return "a check is known by its code, such as alert/runbook"
	default:
		return ""
	}
}
