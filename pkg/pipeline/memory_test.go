package pipeline_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/ruletest"
)

// outcome is what a pass renders, finds and tests, as text.
func outcome(t *testing.T, opts pipeline.Options, tests *ruletest.Memory) (text string, kept int) {
	t.Helper()
	p, err := pipeline.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Test(t.Context(), pipeline.TestOptions{Memory: tests}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, out := range p.Outputs {
		fmt.Fprintln(&b, out.Env.Name, out.Bundle.Revision())
		for _, o := range out.Bundle.Objects() {
			fmt.Fprintln(&b, o.Ref, o.Labels, o.Entry, o.Origin.At("/rules/0/expr"))
		}
	}
	for _, run := range p.Tests {
		for _, s := range run.Report.Suites {
			for _, test := range s.Tests {
				fmt.Fprintln(&b, run.Envs, s.File, test.Name, test.Index, test.Span, test.Result)
				if test.Kept {
					kept++
				}
			}
		}
	}
	return b.String() + p.Diags.String(), kept
}

// randomProject writes one of a few texts to one of the files of a project, or
// removes it.
type randomProject struct {
	*rand.Rand
	t   *testing.T
	dir string
}

func (p randomProject) edit() {
	n := p.IntN(3)
	texts := map[string][]string{
		"monctl.cue": {
			"environments: {a: ext: {n: 1}, b: ext: {n: 2}}", "environments: {a: ext: {n: 1}, b: ext: {n: 1}}", "environments: {a: ext: {n: 3}}",
			"environments: {a: ext: {n: 1}, b: {ext: {n: 2}, labels: team: \"x\"}}\nsources: adjust: [{sources: [\"rules/two*\"], labels: l: \"1\"}]", "environment: {}",
		},
		"rules/one.jsonnet":         {fmt.Sprintf("(import 'l.libsonnet')(std.extVar('n'), %d)", n), "(import 'l.libsonnet')(1, 2) + { x:: importstr 'text' }", "{"},
		"rules/two.yaml":            {fmt.Sprintf("groups: [{name: t, rules: [{record: 'r:two', expr: 'one * %d'}]}]", n), "groups: [{name: t, rules: [{alert: Two, expr: two > 1}]}]", "groups: ["},
		"rules/three.jsonnet":       {"{ groups: [{ name: 'three', rules: [{ record: 'three', expr: 'absent(nothing)' }] }] }", "{ groups: [] }"},
		"lib/l.libsonnet":           {fmt.Sprintf("function(n, m) { groups: [{ name: 'g', rules: [{ record: 'one', expr: 'm + %%d + %%d + %d' %% [n, m] }] }] }", n), "function(n, m) { groups: [] }"},
		"rules/text":                {"text", "other"},
		"rules/monctl.cue":          {"owner: \"x\"", "labels: team: \"y\""},
		"tests/one.yaml":            {suiteOf("count(one)", n), suiteOf("count(r:two) or vector(0)", n), "tests: ["},
		"tests/two.jsonnet":         {"{ rule_files: ['monctl:bundle'], tests: [{ promql_expr_test: [{ expr: 'count(three)', eval_time: '1m', exp_samples: [{ labels: '{}', value: std.parseInt('1') }] }] }] }"},
		"tests/rules.yaml":          {fmt.Sprintf("rule_files: [../other/*.yaml]\ntests: [{input_series: [{series: m, values: 1x5}], promql_expr_test: [{expr: count(o), eval_time: 1m, exp_samples: [{labels: '{}', value: %d}]}]}]", n)},
		"other/o.yaml":              {"groups: [{name: o, rules: [{record: o, expr: m}]}]", "groups: [{name: o, rules: [{record: p, expr: m}]}]"},
		"alertmanager/main.jsonnet": {"{ route: { receiver: 'r' }, receivers: [{ name: 'r' }] }", "{ route: { receiver: 'r', routes: [{ receiver: 's', matchers: ['x=\"1\"'] }] }, receivers: [{ name: 'r' }, { name: 's' }] }"},
		"tests/routes.yaml":         {"tests: [{route_test: [{labels: {alertname: A, x: '1'}, exp_receivers: [s]}]}, {route_test: [{labels: {alertname: A}, exp_receivers: [r]}]}]"},
	}
	names := slices.Sorted(maps.Keys(texts))
	name := names[p.IntN(len(names))]
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if p.IntN(8) == 0 {
		_ = os.Remove(path) // if it is there
		return
	}
	write(p.t, path, texts[name][p.IntN(len(texts[name]))])
}

func suiteOf(expr string, n int) string {
	return fmt.Sprintf("rule_files: [monctl:bundle]\ntests:\n- name: first\n  input_series: [{series: m, values: 1x5}]\n"+
		"  promql_expr_test: [{expr: '%s', eval_time: 2m, exp_samples: [{labels: '{}', value: 1}]}]\n"+
		"- name: second\n  promql_expr_test: [{expr: 'vector(%d)', eval_time: 2m, exp_samples: [{labels: '{}', value: 1}]}]\n", expr, n)
}

// TestPassesAreNeverStale edits a project at random. A pass that shares a
// memory and a session with those before it renders, finds and tests what a
// pass does that knows of nothing.
func TestPassesAreNeverStale(t *testing.T) {
	kept := 0
	for seed := range uint64(3) {
		p := randomProject{rand.New(rand.NewPCG(seed, 3)), t, t.TempDir()}
		for range 40 {
			p.edit()
		}
		following := pipeline.Options{Dir: p.dir, Library: lib.FS, Engine: jsonnet.NewSession(), Workers: 2, Memory: pipeline.NewMemory()}
		tests := ruletest.NewMemory()
		for step := range 30 {
			got, n := outcome(t, following, tests)
			kept += n
			want, _ := outcome(t, pipeline.Options{Dir: p.dir, Library: lib.FS, Engine: jsonnet.Own(), Workers: 2}, nil)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, step %d (-fresh +following):\n%s", seed, step, diff)
			}
			p.edit()
		}
	}
	if kept == 0 {
		t.Error("no test was kept: nothing was compared")
	}
}
