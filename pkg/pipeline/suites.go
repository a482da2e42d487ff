package pipeline

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/ruletest"
)

// runsIn reports whether a suite is to be run in an environment.
func runsIn(m *ruletest.Memory, s ruletest.Suite, env string) bool {
	var patterns []string
	for _, e := range m.Environments(s) {
		patterns = append(patterns, e.Name)
	}
	return len(patterns) == 0 || project.MatchesAny(patterns, env)
}

// unknownEnvironments reports what suites say in env that no environment of
// the project is called.
func (p *Pass) unknownEnvironments(m *ruletest.Memory) diag.List {
	var diags diag.List
	if p.Project == nil {
		return nil
	}
	known := p.Project.EnvironmentNames()
	seen := map[string]bool{}
	for _, out := range p.Outputs {
		for _, t := range out.Tests {
			for _, e := range m.Environments(ruletest.Suite{File: t.File, Data: t.Data, Origin: t.Origin}) {
				key := e.Span.String() + " " + e.Name
				if seen[key] || slices.ContainsFunc(known, func(name string) bool { return project.MatchesAny([]string{e.Name}, name) }) {
					continue
				}
				seen[key] = true
				d := diags.Errorf("test/environment", e.Span, "there is no environment %q to run the tests in", e.Name)
				if d.Hint = diag.DidYouMean(e.Name, known); d.Hint == "" {
					d.Hint = "there are: " + strings.Join(known, ", ")
				}
			}
		}
	}
	return diags
}

// pagingKey tells environments apart by what stands between their rules and
// the receivers.
func pagingKey(out *render.Output) string {
	h := sha256.New()
	for _, kind := range []bundle.Kind{bundle.Alertmanager, bundle.Prometheus, bundle.Template} {
		for _, o := range out.Bundle.OfKind(kind) {
			fmt.Fprintf(h, "%s %s\n", o.Ref, o.Body.Hash())
		}
	}
	return string(h.Sum(nil))
}

// isProgram reports whether a file has to be evaluated.
func isProgram(name string) bool {
	return slices.Contains([]string{".jsonnet", ".libsonnet", ".cue"}, path.Ext(name))
}

// programs evaluates files that suites name, each once.
type programs struct {
	disk     ruletest.Disk
	memory   *render.Memory
	evaluate func(name string, kind project.SourceKind) (*render.Output, error)
	mu       sync.Mutex
	done     map[string]func() (*render.Output, error)
}

// programs returns what evaluates files for an environment.
func (p *Pass) programs(ctx context.Context, env project.Environment) *programs {
	return &programs{
		disk: p.testDisk(), memory: p.rendered(),
		evaluate: func(name string, kind project.SourceKind) (*render.Output, error) {
			return p.evaluate(ctx, env, name, kind)
		},
		done: map[string]func() (*render.Output, error){},
	}
}

func (p *programs) output(name string, kind project.SourceKind) (*render.Output, error) {
	p.mu.Lock()
	key := string(kind) + " " + name
	run, ok := p.done[key]
	if !ok {
		run = sync.OnceValues(func() (*render.Output, error) { return p.evaluate(name, kind) })
		p.done[key] = run
	}
	p.mu.Unlock()
	return run()
}

// ruleFiles resolves the patterns of suites. Sources in Jsonnet and CUE are
// evaluated.
func (p *programs) ruleFiles(suite, pattern string) ([]ruletest.RuleFile, error) {
	files, err := p.disk.RuleFiles(suite, pattern)
	if err != nil {
		return nil, err
	}
	var all []ruletest.RuleFile
	for _, f := range files {
		if !isProgram(f.Name) {
			all = append(all, f)
			continue
		}
		out, err := p.output(f.Name, project.RulesSource)
		if err != nil {
			return nil, err
		}
		rules, err := out.RuleFiles(p.memory)
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			all = append(all, ruletest.RuleFile{Name: f.Name + ": " + r.Name, YAML: r.YAML, Origin: r.Origin})
		}
	}
	return all, nil
}

// alertmanagerFile reads the configurations that suites name, in any of the
// languages that sources are written in.
func (p *programs) alertmanagerFile(suite, name string) (ruletest.AlertmanagerFile, error) {
	file, err := p.disk.AlertmanagerFile(suite, name)
	if err != nil || !isProgram(name) {
		return file, err
	}
	out, err := p.output(file.Name, project.AlertmanagerSource)
	if err != nil {
		return file, err
	}
	o, ok := out.Bundle.Get(bundle.Ref{Kind: bundle.Alertmanager})
	if !ok {
		return file, errors.New("it evaluates to no Alertmanager configuration")
	}
	return p.disk.Templates(ruletest.AlertmanagerFile{Name: file.Name, YAML: o.Body.Bytes()})
}

// evaluate renders one file for an environment. What is wrong with it is the
// error, since it is about what a suite names.
func (p *Pass) evaluate(ctx context.Context, env project.Environment, name string, kind project.SourceKind) (*render.Output, error) {
	proj, importer := p.Project, p.importer
	if proj == nil {
		loaded, err := p.around()
		if err != nil {
			return nil, err
		}
		proj, importer = loaded.project, loaded.importer
	}
	if rel, err := filepath.Rel(p.opts.Dir, name); filepath.IsAbs(name) && err == nil {
		name = filepath.ToSlash(rel)
	}
	out, diags, err := render.Render(ctx, render.Options{
		Project: proj, FS: os.DirFS(p.opts.Dir), Engine: p.opts.Engine, Importer: importer, Ext: p.opts.Ext, TLA: p.opts.TLA, Workers: 1,
		Plain: []render.Plain{{Path: name, Name: path.Base(name), Kind: kind}},
	}, env)
	if err != nil {
		return nil, err
	}
	if diags.HasErrors() {
		return nil, firstError(diags)
	}
	return out, nil
}

// surroundings are the project that plain test files lie in, for the programs
// that they name.
type surroundings struct {
	project  *project.Project
	importer *jsonnet.Importer
}

func (p *Pass) findSurroundings() (surroundings, error) {
	loaded, diags, err := project.LoadFrom(p.opts.Dir, p.projectDisk())
	if err != nil {
		return surroundings{}, err
	}
	if loaded == nil {
		return surroundings{}, firstError(diags)
	}
	i := jsonnet.NewImporter(p.opts.Dir, slices.Concat(p.opts.JPath, loaded.Jsonnet.JPath), p.opts.Library)
	p.importers = append(p.importers, i)
	return surroundings{loaded, i}, nil
}

// firstError is the first mistake in a file that a suite names.
func firstError(diags diag.List) error {
	for _, d := range diags.Sort() {
		if d.Severity == diag.Error {
			return fmt.Errorf("%s: %s", d.Span, d.Summary)
		}
	}
	return errors.New("it cannot be evaluated")
}

// TestFiles renders test files, in any of the languages of sources, instead of
// the project's own. The project itself is rendered too if one of them asks
// for what it renders.
func (p *Pass) TestFiles(ctx context.Context, files []File) error {
	if p.Diags.HasErrors() {
		return nil
	}
	for i := range files {
		files[i].Kind = project.TestsSource
	}
	own := p.opts.Files
	p.opts.Files = files
	err := p.Render(ctx)
	p.opts.Files = own
	if err != nil || !slices.ContainsFunc(p.Outputs, needsProject) {
		return err
	}
	// A file that does not evaluate does not keep the others from being run.
	tests, broken := p.Outputs, p.Diags
	p.Diags = nil
	if err := p.Render(ctx); err != nil {
		return err
	}
	p.Diags = append(broken, p.Diags...)
	for i, out := range p.Outputs {
		out.Tests = tests[i].Tests
	}
	return nil
}

func needsProject(out *render.Output) bool {
	return slices.ContainsFunc(out.Tests, func(t render.Test) bool { return ruletest.Suite{Data: t.Data}.NeedsProject() })
}
