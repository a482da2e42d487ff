package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/footprint"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/schemas"
)

// Options are what every stage needs.
type Options struct {
	// Dir is the project's directory.
	Dir string
	// Environments are names, or patterns of names, of those to work on; none
	// means all.
	Environments []string
	// Library is the Jsonnet library in the binary.
	Library fs.FS
	Engine  jsonnet.Engine
	// Ext and TLA override external variables and top-level arguments of every
	// environment.
	Ext, TLA map[string]project.Arg
	// JPath are folders to look for imports in before those of the project.
	JPath []string
	// Files, if there are any, are rendered in the place of the project's
	// sources.
	Files []File
	// Dialect, if it is not nil, takes the place of what environments say.
	Dialect *promconf.Dialect
	// Features are those of PromQL that are enabled beside those that
	// environments name.
	Features expr.Features
	// Judge says that Files are there to be judged, and not to be written.
	Judge bool
	// Trace has the messages of std.trace reported as findings.
	Trace bool
	// Repositories gives the client that contexts in Git are read with; nil if
	// there is none.
	Repositories func() (*gitrepo.Client, error)
	// Memory is that of the passes before; nil if there were none.
	Memory *Memory
	// Workers bounds how much is done at a time.
	Workers int
	// Now is the clock that exceptions expire by; the zero time lets none.
	Now time.Time
	// Profile, if it is not nil, collects where Jsonnet spends time.
	Profile *jsonnet.Profile
}

// Pass is one run of the stages.
type Pass struct {
	opts      Options
	disk      *footprint.Log
	importer  *jsonnet.Importer
	importers []*jsonnet.Importer // those of Options.Files
	asked     patterns            // what suites have named
	around    func() (surroundings, error)
	// whole says that the project's own sources were rendered.
	whole      bool
	unknownEnv bool
	envs       []project.Environment
	comments   map[string]*comments // by source
	owners     *owners
	// catalogRead says that the catalogue has been looked for.
	catalogRead bool
	// dialects are those of envs, by name.
	dialects map[string]promconf.Dialect

	// Project is nil if its file is wrong.
	Project *project.Project
	Outputs []*render.Output
	// Context is the monitoring that is kept elsewhere, by environment; it is
	// read by Validate and Graph.
	Context map[string][]*bundle.Bundle
	// Diags are the findings of all stages so far.
	Diags diag.List
	// Catalog is the project's catalogue of metrics, or nil, after
	// Validate and Graph.
	Catalog *catalog.Catalog
	// Tests are the results after Test.
	Tests []TestRun
}

// Start begins a pass by loading the project. The error is for I/O; an
// unknown environment is a diagnostic.
func Start(opts Options) (*Pass, error) {
	if opts.Memory == nil {
		opts.Memory = NewMemory() // environments and targets have much in common
	}
	p := &Pass{opts: opts, disk: &footprint.Log{}, importer: jsonnet.NewImporter(opts.Dir, nil, opts.Library)}
	proj, diags, err := project.LoadFrom(opts.Dir, p.projectDisk())
	if err != nil {
		return nil, err
	}
	p.Diags = diags
	if proj == nil {
		return p, nil
	}
	p.Project = proj
	p.importer = jsonnet.NewImporter(opts.Dir, slices.Concat(opts.JPath, proj.Jsonnet.JPath), opts.Library)
	var unknown []string
	p.envs, unknown = proj.Select(opts.Environments)
	for _, name := range unknown {
		p.unknownEnv = true
		p.reportUnknown(name)
	}
	p.readDialects()
	return p, nil
}

// projectDisk is what the project is loaded from.
func (p *Pass) projectDisk() project.Disk {
	d := project.Disk{FS: p.disk.FS(p.opts.Dir), Stat: p.disk.Stat}
	if p.opts.Memory != nil {
		d.Memory = &p.opts.Memory.projects
	}
	return d
}

func (p *Pass) reportUnknown(name string) {
	if slices.Contains(p.Project.Abstract, name) {
		d := p.Diags.Errorf("project/environment", p.Project.At("/environments/"+name), "environment %q is abstract: it is there to be inherited from", name)
		d.Hint = "name one that inherits from it, there are: " + strings.Join(p.Project.EnvironmentNames(), ", ")
		return
	}
	d := p.Diags.Errorf("project/environment", diag.Span{File: p.Project.File}, "there is no environment %q", name)
	d.Hint = diag.DidYouMean(name, p.Project.EnvironmentNames())
	if d.Hint == "" {
		d.Hint = "there are: " + strings.Join(p.Project.EnvironmentNames(), ", ")
	}
}

// Render renders the environments. It does nothing after an error of Start.
func (p *Pass) Render(ctx context.Context) error {
	if p.Diags.HasErrors() {
		return nil
	}
	opts := render.Options{
		Project: p.Project, FS: p.disk.FS(p.opts.Dir), Engine: p.opts.Engine, Importer: p.importer,
		Ext: p.opts.Ext, TLA: p.opts.TLA, Plain: p.plain(), Judge: p.opts.Judge, FileFields: p.fileFields(), Profile: p.opts.Profile, Trace: p.opts.Trace, Workers: p.opts.Workers,
		Memory: p.rendered(),
	}
	outs, diags, err := render.Environments(ctx, opts, p.envs)
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	p.Outputs, p.whole = outs, p.whole || len(p.opts.Files) == 0
	p.Diags = append(p.Diags, p.settle(diags)...)
	return nil
}

// ReportEmpty warns of a folder that is no project: without a project file, any
// folder is one, and nothing would be wrong with one that holds nothing.
func (p *Pass) ReportEmpty() error {
	if p.Project == nil || p.Project.File != "" || len(p.opts.Files) > 0 || p.Diags.HasErrors() {
		return nil
	}
	files := p.disk.FS(p.opts.Dir)
	sources, err := p.Project.FindSources(files)
	if err != nil || len(sources) > 0 {
		return err
	}
	if _, err := fs.Stat(files, p.Project.Sources.Catalog); err == nil {
		return nil
	}
	d := p.Diags.Warnf("project/empty", diag.Span{}, "there is neither a project file nor a source here")
	d.Hint = "work in the folder of a project, name it with -C, or begin one with 'monctl init'"
	return nil
}

// Validate judges what was rendered: by the upstream loaders, then by checks.
func (p *Pass) Validate(ctx context.Context) error {
	if err := p.readContext(ctx); err != nil {
		return fmt.Errorf("read the context: %w", err)
	}
	policies, err := p.policies()
	if err != nil {
		return err
	}
	p.readCatalog()
	for _, out := range p.Outputs {
		var diags diag.List
		for _, b := range append([]*bundle.Bundle{out.Bundle}, out.Apart...) {
			own, err := p.judge(ctx, b)
			if err != nil {
				return fmt.Errorf("validate environment %s: %w", out.Env.Name, err)
			}
			violations, err := policies.Check(ctx, b)
			if err != nil {
				return fmt.Errorf("validate environment %s: %w", out.Env.Name, err)
			}
			diags = append(append(diags, own...), p.settle(violations)...)
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
		for _, t := range p.judgedTests(out) {
			diags = append(diags, p.settle(ruletest.Judge(ruletest.Suite{File: t.File, Data: t.Data, Origin: t.Origin}, p.dialects[out.Env.Name].Features))...)
		}
		p.Diags = append(p.Diags, diags.Sort().WithEnv(out.Env.Name)...)
	}
	p.except()
	return nil
}

// judgedTests are the test files among Files. Those of a project are judged
// when they are run.
func (p *Pass) judgedTests(out *render.Output) []render.Test {
	if !p.opts.Judge {
		return nil
	}
	return out.Tests
}

func (p *Pass) judge(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	diags, err := p.opts.Memory.Judged.ValidateFor(ctx, b, p.dialects[b.Env()])
	if err != nil {
		return nil, err
	}
	p.pinpoint(b, diags)
	more, err := lint.Run(ctx, b, lint.Options{
		Severity: p.severity(), OptIn: p.optIn(), Conventions: lint.Conventions(p.Project.Checks), Context: p.Context[b.Env()], Catalog: p.Catalog,
		Open: p.Open, Project: os.DirFS(p.opts.Dir), Parsed: &p.opts.Memory.parsed, Boards: &p.opts.Memory.boards, Checks: checksFor(p.dialects[b.Env()]),
		Features: p.dialects[b.Env()].Features,
	})
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
	return p.settle(append(diags, more...)), nil
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
