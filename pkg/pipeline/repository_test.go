package pipeline_test

import (
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/ruletest"
)

// TestThisRepository: the project's own monitoring has no finding at all, not
// even a remark, in any environment, and all of its tests pass. Among what is
// judged are the dashboards, decoded strictly with Grafana's types. The tests are
// evaluated the plain way too, without any difference.
func TestThisRepository(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.Start(pipeline.Options{Dir: dir, Library: lib.FS, Engine: jsonnet.Verify(jsonnet.Own(), jsonnet.Upstream()), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []func() error{
		func() error { return p.Render(t.Context()) },
		func() error { return p.Validate(t.Context()) },
		func() error { return p.Test(t.Context(), pipeline.TestOptions{VerifyDir: t.TempDir()}) },
	} {
		if err := stage(); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.Diags) > 0 {
		t.Errorf("findings:\n%v", p.Diags)
	}
	passed := map[string]int{}
	for _, run := range p.Tests {
		if run.Report.Failed() {
			t.Errorf("%v: tests failed", run.Envs)
		}
		for _, env := range run.Envs {
			passed[env] += run.Report.Count(ruletest.Passed)
		}
	}
	for _, o := range p.Outputs {
		if n := len(o.Bundle.OfKind(bundle.Dashboard)); n < 4 {
			t.Errorf("%s: %d dashboards", o.Env.Name, n)
		}
		if n := passed[o.Env.Name]; n < 15 {
			t.Errorf("%s: %d tests passed", o.Env.Name, n)
		}
	}
}
