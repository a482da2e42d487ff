package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	value := schemaFile.LookupPath(cue.ParsePath("#Project"))
	if file != "" {
		user, diags := loader.Parse("project/syntax", file, data)
		if diags.HasErrors() {
			return nil, diags, nil
		}
		value = value.Unify(user)
	}
	if err := value.Validate(cue.Final(), cue.Concrete(true)); err != nil {
		diags := explain(cuelang.Diagnose("project/schema", file, err), err, schemaFile)
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
	p, problems := r.project()
	for _, pr := range problems {
		pointer := "/" + strings.Join(pr.path, "/")
		d := diags.Errorf("project/value", cuelang.Position(value, file, pointer), "%s", pr.message)
		d.Pointer = pointer
	}
	if len(diags) > 0 {
		return nil, diags, nil
	}
	p.Dir, p.File = dir, file
	return p, nil, nil
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
			if candidates := fieldsBeside(schema, path); len(candidates) > 0 {
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

// fieldsBeside lists the fields that the schema knows where path ends.
func fieldsBeside(schema cue.Value, path []string) []string {
	definition := map[int]string{1: "#Project"}
	switch {
	case len(path) == 3 && path[0] == "environments":
		definition[3] = "#Environment"
	case len(path) == 5 && path[0] == "environments":
		definition[5] = "#Target"
	case len(path) == 2 && path[0] == "jsonnet":
		definition[2] = "#Jsonnet"
	case len(path) == 2 && path[0] == "sources":
		definition[2] = "#Sources"
	case len(path) == 2 && path[0] == "checks":
		definition[2] = "#Checks"
	case len(path) == 4 && path[0] == "sources" && path[1] == "mixins":
		definition[4] = "#Mixin"
	}
	name, ok := definition[len(path)]
	if !ok {
		return nil
	}
	fields, err := schema.LookupPath(cue.ParsePath(name)).Fields(cue.Optional(true))
	if err != nil {
		return nil
	}
	var names []string
	for fields.Next() {
		names = append(names, fields.Selector().Unquoted())
	}
	slices.Sort(names)
	return slices.Compact(names)
}
