package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// Options say how to render.
type Options struct {
	Project *project.Project
	// FS is the project's directory.
	FS       fs.FS
	Engine   jsonnet.Engine
	Importer *jsonnet.Importer
	// Ext and TLA override external variables and top-level arguments of every
	// environment.
	Ext, TLA map[string]project.Arg
	// Trace has the messages of std.trace reported as findings.
	Trace bool
	// Profile, if it is not nil, collects where the own engine spends time.
	Profile *jsonnet.Profile
	// Plain, if there are any, are rendered in the place of the project's
	// sources.
	Plain []Plain
	// Judge says that plain files are rendered to be judged: what a broken or
	// empty one was meant to hold is guessed, and there may be several
	// configurations of a kind, which Output.Apart has then.
	Judge bool
	// FileFields are the fields that a rule file may have beside groups, by
	// environment. They are left out.
	FileFields map[string][]string
	// Memory is that of the renderings before; it may be nil.
	Memory *Memory
	// Workers bounds how many sources are evaluated at a time.
	Workers int
}

// Output is what one environment renders to.
type Output struct {
	Env     project.Environment
	Bundle  *bundle.Bundle
	Targets []TargetBundle
	// Apart are configurations that no bundle can have together.
	Apart []*bundle.Bundle
	Tests []Test
	// Ignored are the findings that rules ask not to be made.
	Ignored []Ignored
	// Partial says that the bundle is not all of it: something is wrong with a
	// source other than a test file.
	Partial bool
}

// TargetBundle is the bundle as one target gets it.
type TargetBundle struct {
	Target project.Target
	Bundle *bundle.Bundle
}

// Test is one file of unit tests.
type Test struct {
	// File is the source, Name what its rendered file is called.
	File, Name string
	// Data is the suite as YAML: the source itself or, if that is evaluated,
	// what it evaluates to.
	Data []byte
	// Origin leads from the suite to the source; nil if Data is the source.
	Origin bundle.Origin
}

// Render renders one environment. What is wrong with a source is reported, and
// the others are rendered nevertheless.
func Render(ctx context.Context, opts Options, env project.Environment) (*Output, diag.List, error) {
	outs, diags, err := Environments(ctx, opts, []project.Environment{env})
	if err != nil {
		return nil, nil, err
	}
	return outs[0], diags, nil
}

// Environments renders several environments over one pool of workers. A source
// for which they are the same is evaluated once.
func Environments(ctx context.Context, opts Options, envs []project.Environment) ([]*Output, diag.List, error) {
	all, sources, err := opts.jobs()
	if err != nil {
		return nil, nil, err
	}
	var tasks []*task
	byJob := map[string]*task{}
	planned := make([][]*task, len(envs))
	var diags diag.List
	for i, env := range envs {
		jobs, problems := all, diag.List(nil)
		if len(opts.Plain) == 0 {
			jobs, problems = plan(all, env)
		}
		diags = append(diags, problems.WithEnv(env.Name)...)
		for _, j := range jobs {
			t := byJob[j.key()]
			if t == nil {
				t = &task{job: j, results: map[int]*result{}}
				byJob[j.key()] = t
				tasks = append(tasks, t)
			}
			t.envs = append(t.envs, i)
			planned[i] = append(planned[i], t)
		}
	}
	if err := runTasks(ctx, opts, envs, tasks); err != nil {
		return nil, nil, err
	}
	var outs []*Output
	for i, env := range envs {
		out, problems, err := assemble(opts, env, i, planned[i])
		if err != nil {
			return nil, nil, err
		}
		outs = append(outs, out)
		diags = append(diags, problems.Sort().WithEnv(env.Name)...)
	}
	if len(opts.Plain) > 0 { // what the project file says is about its own sources
		return outs, diags, nil
	}
	diags = append(diags, unused(opts.Project, tasks)...)
	return outs, append(diags, unknownPatterns(opts, envs, sources, all)...), nil
}

// assemble makes the output of an environment, known by its index, of the
// results of its tasks.
func assemble(opts Options, env project.Environment, index int, tasks []*task) (*Output, diag.List, error) {
	out := &Output{Env: env}
	var objects []bundle.Object
	var diags diag.List
	for _, t := range tasks {
		r := t.results[index]
		objects = append(objects, r.objects...)
		out.Tests = append(out.Tests, r.tests...)
		out.Ignored = append(out.Ignored, r.ignored...)
		diags = append(diags, r.diags...)
		out.Partial = out.Partial || t.job.source.Kind != project.TestsSource && r.diags.HasErrors()
	}
	if len(env.Labels) > 0 || len(opts.Project.Fragments) > 0 {
		for i, o := range objects {
			labels := map[string]string{}
			maps.Copy(labels, env.Labels)
			maps.Copy(labels, opts.Project.LabelsOf(o.Entry))
			maps.Copy(labels, o.Labels)
			objects[i].Labels = labels
		}
	}
	if opts.Judge {
		objects, out.Apart = apart(env, objects)
	}
	b, duplicates := bundle.New(env.Name, objects)
	diags = append(diags, duplicates...)
	var err error
	if out.Bundle, err = withExternalLabels(b, env.ExternalLabels); err != nil {
		return nil, nil, err
	}
	for _, t := range env.Targets {
		tb, err := withExternalLabels(out.Bundle, t.ExternalLabels)
		if err != nil {
			return nil, nil, err
		}
		tb = tb.Select(func(o bundle.Object) bool { return selected(t, o.Ref) })
		out.Targets = append(out.Targets, TargetBundle{Target: t, Bundle: tb})
	}
	return out, diags, nil
}

// selected reports whether a target gets an object.
func selected(t project.Target, ref bundle.Ref) bool {
	rest := ref.Name
	if ref.Space != "" {
		rest = ref.Space + "/" + ref.Name
	}
	for _, s := range t.Select {
		if !s.Keeps(string(ref.Kind), rest) {
			return false
		}
	}
	return true
}

// withExternalLabels merges labels over global.external_labels of the
// Prometheus configuration, if there is one.
func withExternalLabels(b *bundle.Bundle, labels map[string]string) (*bundle.Bundle, error) {
	o, ok := b.Get(bundle.Ref{Kind: bundle.Prometheus})
	if !ok || len(labels) == 0 {
		return b, nil
	}
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	if v.Kind != bundle.Map {
		return b, nil
	}
	global, _ := v.Get("global")
	if global.Kind != bundle.Map {
		global = bundle.Value{Kind: bundle.Map}
	}
	external, _ := global.Get("external_labels")
	if external.Kind != bundle.Map {
		external = bundle.Value{Kind: bundle.Map}
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		external = external.With(name, bundle.StringValue(labels[name]))
	}
	changed, err := bundle.NewObject(o.Ref, v.With("global", global.With("external_labels", external)), o.Origin)
	if err != nil {
		return nil, err
	}
	changed.Labels, changed.Entry = o.Labels, o.Entry
	return b.Replace(changed), nil
}

// job is one source to render, or one mixin of the project file.
type job struct {
	source project.Source
	mixin  *project.Mixin
	// isPackage says that the source stands for a package of CUE.
	isPackage bool
	plainJob
}

// key tells jobs apart.
func (j job) key() string {
	if j.mixin != nil {
		return j.mixin.Pointer
	}
	return string(j.source.Kind) + " " + j.source.Path
}

type result struct {
	objects []bundle.Object
	tests   []Test
	ignored []Ignored
	diags   diag.List
	// read is what the result depends on, nil if that is not known.
	read *jsonnet.Inputs
	uses map[string]*use
}

// plan picks the jobs of an environment and reports configurations that stand
// twice.
func plan(all []job, env project.Environment) ([]job, diag.List) {
	var jobs []job
	var diags diag.List
	first := map[project.SourceKind]string{}
	for _, j := range all {
		s := j.source
		if !env.Renders(j.names()...) || j.mixin != nil && !j.mixin.HoldsFor(env.Name) {
			continue
		}
		if s.Kind == project.AlertmanagerSource || s.Kind == project.PrometheusSource {
			if other, ok := first[s.Kind]; ok {
				d := diags.Errorf("source/ambiguous", diag.Span{File: s.Path}, "there are two sources of the %s configuration, %s and %s", s.Kind, other, s.Path)
				d.Hint = "keep one of them, or name one under sources." + string(s.Kind) + " in monctl.cue"
				continue
			}
			first[s.Kind] = s.Path
		}
		jobs = append(jobs, j)
	}
	return jobs, diags
}

// renderer renders one job.
type renderer struct {
	opts Options
	env  project.Environment
	job  job
	out  result

	adjust *adjuster
	// value is what the source evaluates to, kept the result that was made of it
	// before.
	value *jsonnet.Result
	kept  *result
	// hidden are the names of the value's fields if all of them are hidden.
	hidden []string
	// leftOut counts the Kubernetes objects of other kinds, by kind.
	leftOut map[string]int
}

func (r *renderer) run(ctx context.Context) (result, error) {
	s := r.job.source
	if s.Kind == project.TemplatesSource || s.Kind == project.FilesSource {
		r.raw()
		r.out.read = &jsonnet.Inputs{}
		return r.out, nil
	}
	docs, err := r.documents(ctx)
	if err != nil {
		return result{}, err
	}
	r.placeMixin()
	if r.kept != nil {
		return *r.kept, nil
	}
	switch nothing := len(docs) == 0 && !r.out.diags.HasErrors() && len(r.out.tests) == 0; {
	case nothing && r.opts.Judge:
		docs = append(docs, r.blank())
	case nothing && len(r.opts.Plain) > 0:
		r.reportNothing()
	}
	for _, d := range docs {
		if err := r.document(d); err != nil {
			return result{}, err
		}
	}
	r.out.uses = r.adjust.uses
	r.remember(r.value, r.out)
	return r.out, nil
}

// raw ships a file as it is.
func (r *renderer) raw() {
	s := r.job.source
	data, ok := r.read()
	if !ok {
		return
	}
	ref := bundle.Ref{Kind: bundle.Template, Name: s.Below}
	if s.Kind == project.FilesSource {
		ref = bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: fileName(s)}
	}
	origin := bundle.NewOrigin(diag.Span{File: s.Path}, nil)
	r.keep(bundle.NewRawObject(ref, data, origin))
}

// fileName is the path of a file relative to Prometheus' configuration.
func fileName(s project.Source) string {
	if rest, ok := strings.CutPrefix(s.Path, "prometheus/"); ok {
		return rest
	}
	return s.Below
}

// read reads the source's file, or reports why it cannot be read.
func (r *renderer) read() ([]byte, bool) {
	path := r.job.source.Path
	data, err := r.importer().Read(path)
	if err == nil {
		return data, true
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	r.out.diags.Errorf("source/read", diag.Span{File: path}, "the source cannot be read: %s", err)
	return nil, false
}

// add adds an object, as the project wants it adjusted.
func (r *renderer) add(ref bundle.Ref, v bundle.Value, origin bundle.Origin) error {
	return r.addLabelled(ref, v, origin, nil)
}

// addLabelled adds an object with labels of its own.
func (r *renderer) addLabelled(ref bundle.Ref, v bundle.Value, origin bundle.Origin, labels map[string]string) error {
	keep := true
	if ref.Kind == bundle.Rules {
		ref, v, origin, keep = r.adjust.rules(ref, v, origin)
	}
	if !keep {
		return nil
	}
	if ref.Kind == bundle.Rules {
		v = r.takeIgnored(ref, v, origin)
	}
	if _, ok := ref.TreePath(); !ok {
		r.unwritable(ref, v, origin)
		return nil
	}
	o, err := bundle.NewObject(ref, v, origin)
	if err != nil {
		return fmt.Errorf("render %s: %w", r.job.source.Path, err)
	}
	o.Labels = labels
	r.keep(o)
	return nil
}

// keep adds an object, and notes which source it is of.
func (r *renderer) keep(o bundle.Object) {
	o.Entry = r.job.source.Path
	r.out.objects = append(r.out.objects, o)
}

// span is the source as a whole.
func (r *renderer) span() diag.Span { return diag.Span{File: r.job.source.Path} }
