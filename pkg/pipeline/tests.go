package pipeline

import (
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/monctl/monctl/pkg/footprint"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/ruletest"
)

// TestRun is the result of some suites in an environment, and in those for
// which the suites and the rules are the same.
type TestRun struct {
	// Env is the first of Envs.
	Env    string
	Envs   []string
	Report *ruletest.Report
}

// TestOptions select tests and say how they report.
type TestOptions struct {
	// Run selects tests by name; nil means all.
	Run *regexp.Regexp
	// Debug adds the series at the end of each test.
	Debug               bool
	IgnoreUnknownFields bool
	// VerifyDir is a folder for the evaluations that every test is verified
	// with; "" verifies none.
	VerifyDir string
	// Coverage collects what the tests exercise of the rules of all rendered
	// environments, tested or not; nil collects nothing.
	Coverage *ruletest.Coverage
	// Memory is what runs share that follow each other; it may be nil.
	Memory *ruletest.Memory
	// Progress is told how many tests of an environment were run; it may be nil.
	Progress func(done, total int)
}

// testOptions are those of the test runner, but for what a bundle has.
func (p *Pass) testOptions(ctx context.Context, o TestOptions, env project.Environment) ruletest.Options {
	sources := p.programs(ctx, env)
	return ruletest.Options{
		Run: o.Run, Debug: o.Debug, IgnoreUnknownFields: o.IgnoreUnknownFields, Features: p.opts.Features.With(p.dialects[env.Name].Features), VerifyDir: o.VerifyDir, Coverage: o.Coverage, Progress: o.Progress, Memory: o.Memory,
		Workers: p.opts.Workers, RuleFiles: sources.ruleFiles, RuleFileNames: sources.disk.RuleFileNames,
		AlertmanagerFile: sources.alertmanagerFile,
	}
}

// testUnit is a set of suites that the same environments have in common, with
// the same rules.
type testUnit struct {
	envs   []string
	first  *render.Output // of envs[0]
	rules  []ruletest.RuleFile
	suites []ruletest.Suite
}

// Test runs the unit tests of every rendered environment. A suite is run once
// for all environments in which it and the rules are the same.
func (p *Pass) Test(ctx context.Context, opts TestOptions) error {
	units, err := p.testUnits(opts)
	if err != nil {
		return err
	}
	p.Diags = append(p.Diags, p.unknownEnvironments(opts.Memory)...)
	p.Tests = []TestRun{}
	for _, u := range units {
		o := p.testOptions(ctx, opts, u.first.Env)
		o.Bundle, o.Environment = u.rules, u.first.Bundle
		report, diags, err := ruletest.Run(ctx, u.suites, o)
		if err != nil {
			return fmt.Errorf("test environment %s: %w", u.envs[0], err)
		}
		p.Tests = append(p.Tests, TestRun{Env: u.envs[0], Envs: u.envs, Report: report})
		for _, env := range u.envs {
			p.Diags = append(p.Diags, slices.Clone(diags).Sort().WithEnv(env)...)
		}
	}
	return nil
}

// testUnits sorts suites by the environments that they need to be run for only
// once, in the order of the environments. The rules of all of them are made
// known to the coverage, if there is any.
func (p *Pass) testUnits(opts TestOptions) ([]testUnit, error) {
	type shared struct {
		testUnit
		suite ruletest.Suite
	}
	var order []string
	suites := map[string]*shared{}
	for _, out := range p.Outputs {
		files, err := out.RuleFiles(p.rendered())
		if err != nil {
			return nil, fmt.Errorf("test environment %s: %w", out.Env.Name, err)
		}
		var rules []ruletest.RuleFile
		h := sha256.New()
		for _, f := range files {
			rules = append(rules, ruletest.RuleFile{Name: f.Name, YAML: f.YAML, Origin: f.Origin})
			fmt.Fprintf(h, "%q %d\n%s", f.Name, len(f.YAML), f.YAML)
		}
		if coverage := opts.Coverage; coverage != nil {
			coverage.Add(rules...)
			coverage.AddConfig(out.Bundle)
		}
		same := string(h.Sum(nil))
		paging := pagingKey(out)
		for _, t := range out.Tests {
			suite := ruletest.Suite{File: t.File, Data: t.Data, Origin: t.Origin}
			if !runsIn(opts.Memory, suite, out.Env.Name) {
				continue
			}
			key := fmt.Sprintf("%s %q %q %q %s", same, p.dialects[out.Env.Name].Features.Names(), t.File, t.Name, t.Data)
			if suite.Pages() {
				key += paging
			}
			if suites[key] == nil {
				suites[key] = &shared{testUnit{first: out, rules: rules}, suite}
				order = append(order, key)
			}
			suites[key].envs = append(suites[key].envs, out.Env.Name)
		}
	}
	var units []testUnit
	for _, key := range order {
		s := suites[key]
		i := slices.IndexFunc(units, func(u testUnit) bool { return slices.Equal(u.envs, s.envs) })
		if i < 0 {
			i = len(units)
			units = append(units, s.testUnit)
		}
		units[i].suites = append(units[i].suites, s.suite)
	}
	return units, nil
}

// Bare begins a pass without a project.
func Bare(opts Options) *Pass {
	p := &Pass{opts: opts, disk: &footprint.Log{}, importer: jsonnet.NewImporter(opts.Dir, nil, opts.Library)}
	p.around = sync.OnceValues(p.findSurroundings)
	return p
}

// TestSuites runs test files without a project. Their rule files are relative to
// the file that names them.
func (p *Pass) TestSuites(ctx context.Context, suites []ruletest.Suite, test TestOptions) error {
	report, diags, err := ruletest.Run(ctx, suites, p.testOptions(ctx, test, project.Environment{}))
	if err != nil {
		return fmt.Errorf("run tests: %w", err)
	}
	p.Diags = append(p.Diags, diags.Sort()...)
	p.Tests = []TestRun{{Report: report}}
	return nil
}

// ReadFile reads a file as a part of what the pass depends on.
func (p *Pass) ReadFile(path string) ([]byte, error) {
	p.asked.add(path)
	return p.disk.ReadFile(path)
}

// testDisk is what the files are read from that suites name.
func (p *Pass) testDisk() ruletest.Disk {
	return ruletest.Disk{Dir: p.opts.Dir, ReadFile: p.disk.ReadFile, Asked: p.asked.add}
}
