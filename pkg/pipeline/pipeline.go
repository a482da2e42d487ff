package pipeline

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/pkg/schema"
	"github.com/monctl/monctl/schemas"
)

// Options are what every stage needs.
type Options struct {
	// Dir is the project's directory.
	Dir string
	// Environments are the names of those to work on; none means all.
	Environments []string
	// Library is the Jsonnet library in the binary.
	Library fs.FS
	Engine  jsonnet.Engine
	// Ext overrides external variables of every environment.
	Ext map[string]project.Arg
	// Trace receives what std.trace prints; nil discards it.
	Trace io.Writer
	// Workers bounds how much is done at a time.
	Workers int
}

// Pass is one run of the stages.
type Pass struct {
	opts       Options
	importer   *jsonnet.Importer
	unknownEnv bool
	// catalogRead says that the catalogue has been looked for.
	catalogRead bool

	// Project is nil if its file is wrong.
	Project *project.Project
	Outputs []*render.Output
	// Diags are the findings of all stages so far.
	Diags diag.List
	// Catalog is the project's catalogue of metrics, or nil, after
	// Validate and Graph.
	Catalog *catalog.Catalog
	// Tests are the results, one for each environment, after Test.
	Tests []TestRun
}

// TestRun is the result of an environment's tests.
type TestRun struct {
	Env    string
	Report *ruletest.Report
}

// Start begins a pass by loading the project. The error is for I/O; an
// unknown environment is a diagnostic.
func Start(opts Options) (*Pass, error) {
	p := &Pass{opts: opts, importer: jsonnet.NewImporter(opts.Dir, nil, opts.Library)}
	proj, diags, err := project.Load(opts.Dir)
	if err != nil {
		return nil, err
	}
	p.Diags = diags
	if proj == nil {
		return p, nil
	}
	p.Project = proj
	p.importer = jsonnet.NewImporter(opts.Dir, proj.Jsonnet.JPath, opts.Library)
	for _, name := range opts.Environments {
		if _, ok := proj.Environment(name); !ok {
			p.unknownEnv = true
			d := p.Diags.Errorf("project/environment", diag.Span{File: proj.File}, "there is no environment %q", name)
			d.Hint = diag.DidYouMean(name, proj.EnvironmentNames())
			if d.Hint == "" {
				d.Hint = "there are: " + fmt.Sprint(proj.EnvironmentNames())
			}
		}
	}
	return p, nil
}

// Render renders the environments. It does nothing after an error of Start.
func (p *Pass) Render(ctx context.Context) error {
	if p.Diags.HasErrors() {
		return nil
	}
	opts := render.Options{
		Project: p.Project, FS: os.DirFS(p.opts.Dir), Engine: p.opts.Engine, Importer: p.importer,
		Ext: p.opts.Ext, Trace: p.opts.Trace, Workers: p.opts.Workers,
	}
	for _, env := range p.Project.Environments {
		if len(p.opts.Environments) > 0 && !slices.Contains(p.opts.Environments, env.Name) {
			continue
		}
		out, diags, err := render.Render(ctx, opts, env)
		if err != nil {
			return fmt.Errorf("render environment %s: %w", env.Name, err)
		}
		p.Outputs = append(p.Outputs, out)
		p.Diags = append(p.Diags, diags...)
	}
	return nil
}

// Validate judges what was rendered: by the upstream loaders, then by checks.
func (p *Pass) Validate(ctx context.Context) error {
	p.readCatalog()
	for _, out := range p.Outputs {
		diags, err := p.judge(ctx, out.Bundle)
		if err != nil {
			return fmt.Errorf("validate environment %s: %w", out.Env.Name, err)
		}
		for _, t := range out.Targets {
			// A target differs in few objects; what is wrong with the others
			// has been said.
			own, err := p.judge(ctx, t.Bundle)
			if err != nil {
				return fmt.Errorf("validate target %s: %w", t.Target.Name, err)
			}
			diags = append(diags, own...)
		}
		p.Diags = append(p.Diags, diags.Sort().WithEnv(out.Env.Name)...)
	}
	return nil
}

func (p *Pass) judge(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	proj := p.Project
	diags, err := schema.Validate(ctx, b)
	if err != nil {
		return nil, err
	}
	more, err := lint.Run(ctx, b, lint.Options{Severity: proj.Severity, Catalog: p.Catalog})
	if err != nil {
		return nil, err
	}
	// What a loader refuses has to be put right first; opinions about it come
	// after that.
	refused := map[string]bool{}
	for _, d := range diags {
		refused[d.Object] = refused[d.Object] || d.Severity == diag.Error
	}
	more = slices.DeleteFunc(more, func(d diag.Diagnostic) bool { return d.Object != "" && refused[d.Object] })
	return append(lint.Apply(diags, proj.Severity), more...), nil
}

// TestOptions select tests and say how they report.
type TestOptions struct {
	// Run selects tests by name; nil means all.
	Run *regexp.Regexp
	// Debug adds the series at the end of each test.
	Debug               bool
	IgnoreUnknownFields bool
}

// Test runs the unit tests of every rendered environment.
func (p *Pass) Test(ctx context.Context, opts TestOptions) error {
	for _, out := range p.Outputs {
		files, err := out.RuleFiles()
		if err != nil {
			return fmt.Errorf("test environment %s: %w", out.Env.Name, err)
		}
		var suites []ruletest.Suite
		for _, t := range out.Tests {
			suites = append(suites, ruletest.Suite{File: t.File, Data: t.Data, Origin: t.Origin})
		}
		var rules []ruletest.RuleFile
		for _, f := range files {
			rules = append(rules, ruletest.RuleFile{Name: f.Name, YAML: f.YAML})
		}
		report, diags, err := ruletest.Run(ctx, suites, ruletest.Options{
			Bundle: rules, Run: opts.Run, Debug: opts.Debug, IgnoreUnknownFields: opts.IgnoreUnknownFields,
			Workers: p.opts.Workers, RuleFiles: ruletest.FromDisk(p.opts.Dir), RuleFileNames: ruletest.NamesOnDisk(p.opts.Dir),
		})
		if err != nil {
			return fmt.Errorf("test environment %s: %w", out.Env.Name, err)
		}
		p.Tests = append(p.Tests, TestRun{Env: out.Env.Name, Report: report})
		p.Diags = append(p.Diags, diags.Sort().WithEnv(out.Env.Name)...)
	}
	return nil
}

// UnknownEnvironment reports whether an environment was asked for that the
// project does not have, which is a mistake in the call and not in a source.
func (p *Pass) UnknownEnvironment() bool { return p.unknownEnv }

// Open reads a file that a diagnostic points at, as the pass has seen it.
func (p *Pass) Open(file string) ([]byte, error) {
	data, err := p.importer.Read(file)
	if err == nil {
		return data, nil
	}
	if schema, ok := strings.CutPrefix(file, "schemas/"); ok {
		return fs.ReadFile(schemas.FS, schema)
	}
	return nil, err
}

// Plain runs test files without a project. Their rule files are relative to
// the file that names them.
func Plain(ctx context.Context, opts Options, suites []ruletest.Suite, test TestOptions) (*Pass, error) {
	p := &Pass{opts: opts, importer: jsonnet.NewImporter(opts.Dir, nil, opts.Library)}
	report, diags, err := ruletest.Run(ctx, suites, ruletest.Options{
		Run: test.Run, Debug: test.Debug, IgnoreUnknownFields: test.IgnoreUnknownFields,
		Workers: opts.Workers, RuleFiles: ruletest.FromDisk(opts.Dir), RuleFileNames: ruletest.NamesOnDisk(opts.Dir),
	})
	if err != nil {
		return nil, fmt.Errorf("run tests: %w", err)
	}
	p.Diags = diags.Sort()
	p.Tests = []TestRun{{Report: report}}
	return p, nil
}
