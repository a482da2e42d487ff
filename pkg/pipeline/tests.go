package pipeline

import (
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"

	"github.com/monctl/monctl/pkg/footprint"
	"github.com/monctl/monctl/pkg/jsonnet"
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
}

// testUnit is a set of suites that the same environments have in common, with
// the same rules.
type testUnit struct {
	envs   []string
	rules  []ruletest.RuleFile
	suites []ruletest.Suite
}

// Test runs the unit tests of every rendered environment. A suite is run once
// for all environments in which it and the rules are the same.
func (p *Pass) Test(ctx context.Context, opts TestOptions) error {
	units, err := testUnits(p.Outputs)
	if err != nil {
		return err
	}
	p.Tests = []TestRun{}
	for _, u := range units {
		report, diags, err := ruletest.Run(ctx, u.suites, ruletest.Options{
			Bundle: u.rules, Run: opts.Run, Debug: opts.Debug, IgnoreUnknownFields: opts.IgnoreUnknownFields,
			Workers: p.opts.Workers, RuleFiles: ruletest.FromDisk(p.opts.Dir), RuleFileNames: ruletest.NamesOnDisk(p.opts.Dir),
		})
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
// once, in the order of the environments.
func testUnits(outs []*render.Output) ([]testUnit, error) {
	type shared struct {
		envs  []string
		rules []ruletest.RuleFile
		suite ruletest.Suite
	}
	var order []string
	suites := map[string]*shared{}
	for _, out := range outs {
		files, err := out.RuleFiles()
		if err != nil {
			return nil, fmt.Errorf("test environment %s: %w", out.Env.Name, err)
		}
		var rules []ruletest.RuleFile
		h := sha256.New()
		for _, f := range files {
			rules = append(rules, ruletest.RuleFile{Name: f.Name, YAML: f.YAML})
			fmt.Fprintf(h, "%q %d\n%s", f.Name, len(f.YAML), f.YAML)
		}
		same := string(h.Sum(nil))
		for _, t := range out.Tests {
			key := fmt.Sprintf("%s %q %q %s", same, t.File, t.Name, t.Data)
			if suites[key] == nil {
				suites[key] = &shared{rules: rules, suite: ruletest.Suite{File: t.File, Data: t.Data, Origin: t.Origin}}
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
			units = append(units, testUnit{envs: s.envs, rules: s.rules})
		}
		units[i].suites = append(units[i].suites, s.suite)
	}
	return units, nil
}

// Plain runs test files without a project. Their rule files are relative to
// the file that names them.
func Plain(ctx context.Context, opts Options, suites []ruletest.Suite, test TestOptions) (*Pass, error) {
	p := &Pass{opts: opts, disk: &footprint.Log{}, importer: jsonnet.NewImporter(opts.Dir, nil, opts.Library)}
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
