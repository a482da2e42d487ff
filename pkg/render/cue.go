package render

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// cue evaluates the package that a source belongs to.
func (r *renderer) cue(ctx context.Context) ([]bundle.Document, error) {
	if _, ok := r.read(); !ok {
		return nil, nil
	}
	file := r.job.source.Path
	res, err := r.boundedCUE(ctx)
	if err != nil {
		return nil, err
	}
	r.out.diags = append(r.out.diags, res.diags...)
	if len(res.diags) > 0 {
		return nil, nil
	}
	r.out.read = &jsonnet.Inputs{Ext: res.pkg.Tags}
	value, err := bundle.DecodeJSON(res.text)
	if err != nil {
		return nil, fmt.Errorf("read what %s evaluates to: %w", file, err)
	}
	if r.job.isPackage && value.Kind == bundle.Map && len(value.Keys) == 0 {
		return nil, nil // definitions, for other packages
	}
	origin := bundle.OriginFunc(func(pointer string) diag.Span { return res.pkg.Position(file, pointer) })
	return []bundle.Document{{Value: value, Origin: origin}}, nil
}

// cueResult is a package and what it exports.
type cueResult struct {
	pkg   cuelang.Package
	text  []byte
	diags diag.List
}

func evaluateCUE(file string, files cuelang.Files, tags map[string]string) (res cueResult) {
	res.pkg, res.diags = cuelang.NewLoader().Load(file, files, tags)
	if len(res.diags) > 0 {
		return res
	}
	var err error
	if res.text, err = cuelang.Export(res.pkg.Value); err != nil {
		res.diags = res.pkg.Diagnose("cue/value", file, err)
	}
	return res
}

// boundedCUE evaluates within the project's limits of time and memory. CUE
// cannot be interrupted: what is over a limit is left alone, and ends with the
// process. So it must not touch the renderer.
func (r *renderer) boundedCUE(ctx context.Context) (cueResult, error) {
	file, files, tags := r.job.source.Path, cuelang.Files{Read: r.importer().Read, List: r.folder}, r.tags()
	limits := r.opts.Project.Jsonnet
	done := make(chan cueResult, 1)
	before := heap()
	go func() { done <- evaluateCUE(file, files, tags) }()
	var late <-chan time.Time
	if limits.Timeout > 0 {
		timer := time.NewTimer(limits.Timeout)
		defer timer.Stop()
		late = timer.C
	}
	look := time.NewTicker(cueLook)
	defer look.Stop()
	var res cueResult
	for {
		select {
		case res = <-done:
			return res, nil
		case <-ctx.Done():
			return res, context.Cause(ctx)
		case <-late:
			res.diags.Errorf("cue/limit", diag.Span{File: file}, "the evaluation takes longer than %s", limits.Timeout).Hint = "look for lists that grow without end, or raise jsonnet.timeout in monctl.cue"
			return res, nil
		case <-look.C:
			if limits.MaxMemory > 0 && heap()-before > limits.MaxMemory {
				res.diags.Errorf("cue/limit", diag.Span{File: file}, "the evaluation needs more than %d MiB of memory", limits.MaxMemory>>20).Hint = "look for lists that grow without end, or raise jsonnet.maxMemory in monctl.cue"
				return res, nil
			}
		}
	}
}

// cueLook is how often the memory of an evaluation is looked at.
const cueLook = 10 * time.Millisecond

// heap is how many bytes the objects of the whole process take: CUE does not
// count its own, and what is evaluated at the same time counts, too.
func heap() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(min(sample[0].Value.Uint64(), math.MaxInt64))
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
			if err == nil && cuelang.Ignored(s.Path, data) {
				continue
			}
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
