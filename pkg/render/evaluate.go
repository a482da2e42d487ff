package render

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// documents evaluates or reads the job's source.
func (r *renderer) documents(ctx context.Context) ([]bundle.Document, error) {
	switch r.syntax() {
	case ".jsonnet", ".libsonnet":
		return r.jsonnet(ctx)
	case ".cue":
		return r.cue(ctx)
	default:
		r.out.read = &jsonnet.Inputs{} // a file says the same everywhere
		return r.yaml(), nil
	}
}

func (r *renderer) jsonnet(ctx context.Context) ([]bundle.Document, error) {
	p := r.opts.Project
	req := jsonnet.Request{
		File: r.job.source.Path, Importer: r.importer(), Profile: r.opts.Profile,
		Ext: args(r.env.Ext, r.opts.Ext), TLA: args(r.env.TLA, r.opts.TLA), Natives: Natives(),
		Limits: jsonnet.Limits{MaxStack: p.Jsonnet.MaxStack, Timeout: p.Jsonnet.Timeout, MaxMemory: p.Jsonnet.MaxMemory},
	}
	if r.opts.Trace {
		req.Trace = func(t jsonnet.Trace) { t.AddTo(&r.out.diags) }
	}
	if slices.Contains([]project.SourceKind{project.RulesSource, project.DashboardsSource, AnySource}, r.job.source.Kind) {
		req.Transform = revealing(unhide)
	}
	configured := r.job.mixin != nil && (hasFields(r.job.mixin.Config) || hasFields(r.job.mixin.Root))
	if configured {
		req.Transform = configure(r.job.mixin)
	}
	res, diags, err := r.opts.Engine.Evaluate(ctx, req)
	for _, d := range diags {
		d.Pointer = unwrapped(d.Pointer, configured)
		r.out.diags = append(r.out.diags, d)
	}
	if err != nil || res == nil {
		return nil, err
	}
	if was, ok := r.recall(res); ok {
		r.kept = &was
		return nil, nil
	}
	r.value, r.out.read = res, res.Read
	v, err := bundle.DecodeJSON(res.JSON)
	if err != nil {
		return nil, fmt.Errorf("read what %s evaluates to: %w", r.job.source.Path, err)
	}
	d := bundle.Document{Value: v, Origin: res.Origin}
	if configured {
		r.checkConfiguration(v)
		d = sub(d, "/value")
	}
	return []bundle.Document{r.reveal(d)}, nil
}

// args merges arguments; over wins.
func args(base, over map[string]project.Arg) map[string]jsonnet.Arg {
	out := map[string]jsonnet.Arg{}
	for name, a := range merge(base, over) {
		out[name] = jsonnet.Arg{Code: a.Code, Text: a.Text}
	}
	return out
}

func (r *renderer) yaml() []bundle.Document {
	data, ok := r.read()
	if !ok {
		return nil
	}
	if r.job.source.Kind == project.TestsSource {
		r.out.tests = append(r.out.tests, Test{File: r.job.source.Path, Name: r.job.source.Name(), Data: data})
		return nil
	}
	if strings.HasSuffix(r.job.source.Path, ".json") {
		var probe any
		if err := json.Unmarshal(data, &probe); err != nil {
			r.out.diags = append(r.out.diags, jsonError(r.job.source.Path, data, err)...)
			return nil
		}
	}
	docs, diags := bundle.DecodeYAML(r.job.source.Path, data)
	r.out.diags = append(r.out.diags, diags...)
	if diags.HasErrors() {
		return nil
	}
	return docs
}

// jsonError places the error of encoding/json, which knows the byte offset.
func jsonError(file string, data []byte, err error) diag.List {
	var diags diag.List
	span := diag.Span{File: file}
	if syntax, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // Unmarshal returns it as it is
		before := string(data[:min(max(syntax.Offset-1, 0), int64(len(data)))])
		line := before[strings.LastIndexByte(before, '\n')+1:]
		span.Start = diag.Position{Line: strings.Count(before, "\n") + 1, Column: len([]rune(line)) + 1}
	}
	diags.Errorf("source/json", span, "%s", err)
	return diags
}
