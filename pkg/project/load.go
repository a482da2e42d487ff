package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// Find returns the directory of the project that dir lies in: the nearest one
// upwards that holds a project file, at most up to the root of the version
// control. If there is none, it is dir itself, which must be absolute.
func Find(dir string) (string, error) {
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("find the project: %s is not absolute", dir)
	}
	dir = filepath.Clean(dir)
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("find the project: %s is not a directory", dir)
	}
	for d := dir; ; d = filepath.Dir(d) {
		for _, name := range FileNames() {
			if exists(filepath.Join(d, name)) {
				return d, nil
			}
		}
		if exists(filepath.Join(d, ".git")) || exists(filepath.Join(d, ".jj")) || exists(filepath.Join(d, ".hg")) || d == filepath.Dir(d) {
			return dir, nil
		}
	}
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// Load reads the project in a directory. What is wrong with the project file
// becomes diagnostics with codes "project/…"; the project is nil then.
func Load(dir string) (*Project, diag.List, error) {
	file, data, diags, err := read(dir)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	loader := cuelang.NewLoader()
	schemaFile, err := loader.Schema(schemas.FS, "project.cue")
	if err != nil {
		return nil, nil, err
	}
	schema := schemaFile.LookupPath(cue.ParsePath("#Project"))
	value := schema
	if file != "" {
		user, diags := loader.Parse("project/syntax", file, data)
		if diags.HasErrors() {
			return nil, diags, nil
		}
		value = value.Unify(user)
	}
	if err := value.Validate(cue.Final(), cue.Concrete(true)); err != nil {
		diags := explain(cuelang.Diagnose("project/schema", file, err), err, schema)
		for i, d := range diags {
			if d.Span.Start.Line == 0 { // of what is missing, there is only where it should be
				diags[i].Span = cuelang.Position(value, file, d.Pointer)
			}
		}
		return nil, diags, nil
	}
	text, err := value.MarshalJSON()
	if err != nil {
		return nil, cuelang.Diagnose("project/schema", file, err), nil
	}
	var r raw
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, nil, fmt.Errorf("decode the project file: %w", err)
	}
	place := placer(value, file)
	p := r.project(dir, func(pointer, hint string, err error) {
		d := diags.Errorf("project/value", place(pointer), "%s", err)
		d.Pointer, d.Hint = pointer, hint
	})
	if len(diags) > 0 {
		return nil, diags, nil
	}
	p.Dir, p.File, p.place = dir, file, place
	return p, nil, nil
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

func read(dir string) (file string, data []byte, diags diag.List, err error) {
	for _, name := range FileNames() {
		if !exists(filepath.Join(dir, name)) {
			continue
		}
		if file != "" {
			d := diags.Errorf("project/ambiguous", diag.Span{File: name}, "there are two project files, %s and %s", file, name)
			d.Hint = "keep one of them"
			return "", nil, diags, nil
		}
		file = name
		data, err = os.ReadFile(filepath.Join(dir, name))
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
			}
			diags[i].Related = nil
		}
	}
	return diags
}
