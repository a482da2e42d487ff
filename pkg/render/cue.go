package render

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// cue evaluates the package that a source belongs to.
func (r *renderer) cue() ([]bundle.Document, error) {
	if _, ok := r.read(); !ok {
		return nil, nil
	}
	file := r.job.source.Path
	p, diags := cuelang.NewLoader().Load(file, cuelang.Files{Read: r.importer().Read, List: r.folder}, r.tags())
	r.out.diags = append(r.out.diags, diags...)
	if len(diags) > 0 {
		return nil, nil
	}
	r.out.read = &jsonnet.Inputs{Ext: p.Tags}
	text, err := cuelang.Export(p.Value)
	if err != nil {
		r.out.diags = append(r.out.diags, p.Diagnose("cue/value", file, err)...)
		return nil, nil
	}
	value, err := bundle.DecodeJSON(text)
	if err != nil {
		return nil, fmt.Errorf("read what %s evaluates to: %w", file, err)
	}
	if r.job.isPackage && value.Kind == bundle.Map && len(value.Keys) == 0 {
		return nil, nil // definitions, for other packages
	}
	origin := bundle.OriginFunc(func(pointer string) diag.Span { return p.Position(file, pointer) })
	return []bundle.Document{{Value: value, Origin: origin}}, nil
}

// folder names the files in a folder of the project; a text that is no file has
// none beside it.
func (r *renderer) folder(folder string) ([]string, error) {
	if strings.HasPrefix(r.job.source.Path, "<") {
		return nil, nil
	}
	return r.importer().List(folder)
}

// tags are the external variables as CUE. Jsonnet code is left out, unless it
// is JSON.
func (r *renderer) tags() map[string]string {
	out := map[string]string{}
	for name, a := range merge(r.env.Ext, r.opts.Ext) {
		switch {
		case a.IsText:
			if data, err := r.opts.Importer.Read(path.Clean(a.File)); err == nil {
				out[name] = quoted(string(data))
			}
		case !a.Code:
			out[name] = quoted(a.Text)
		case json.Valid([]byte(a.Text)):
			out[name] = a.Text
		}
	}
	return out
}

func quoted(s string) string { return literal(bundle.StringValue(s)) }

// packages leaves of the CUE files that make a package one, which stands for
// all of them. It is called as the package in its folder.
func packages(sources []project.Source, read func(name string) ([]byte, error)) []job {
	var jobs []job
	seen := map[string]bool{}
	for _, s := range sources {
		j := job{source: s}
		if path.Ext(s.Path) == ".cue" {
			data, err := read(s.Path)
			name := ""
			if err == nil { // else it is reported when it is rendered
				name = cuelang.PackageName(s.Path, data)
			}
			if name != "" && name != "_" {
				key := string(s.Kind) + " " + path.Dir(s.Path) + " " + name
				if seen[key] {
					continue
				}
				seen[key] = true
				j.isPackage = true
				j.source.Below = packagePath(path.Dir(s.Below), name) + ".cue"
			}
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// packagePath is the folder, and the package in it if that is called
// otherwise.
func packagePath(folder, name string) string {
	if path.Base(folder) == name {
		return folder
	}
	return path.Join(folder, name)
}
