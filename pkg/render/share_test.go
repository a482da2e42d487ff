package render_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// counting is an engine that counts the evaluations of each entry.
type counting struct {
	jsonnet.Engine
	mu sync.Mutex
	n  map[string]int
}

func (c *counting) Evaluate(ctx context.Context, req jsonnet.Request) (*jsonnet.Result, diag.List, error) {
	c.mu.Lock()
	c.n[req.File]++
	c.mu.Unlock()
	return c.Engine.Evaluate(ctx, req)
}

// renderAll renders all environments and returns how often each entry was
// evaluated.
func renderAll(t *testing.T, dir string, engine jsonnet.Engine) ([]*render.Output, diag.List, map[string]int) {
	t.Helper()
	p, diags, err := project.Load(dir)
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	c := &counting{Engine: engine, n: map[string]int{}}
	outs, diags, err := render.Environments(t.Context(), render.Options{
		Project: p, FS: os.DirFS(dir), Engine: c, Workers: 2, Importer: jsonnet.NewImporter(dir, p.Jsonnet.JPath, lib.FS),
	}, p.Environments)
	if err != nil {
		t.Fatal(err)
	}
	return outs, diags, c.n
}

const rulesOf = "{ groups: [{ name: 'g', rules: [{ record: 'a:b:c', expr: %s }] }] }"

func source(expr string) string { return strings.ReplaceAll(rulesOf, "%s", expr) }

func TestWhatIsTheSameIsEvaluatedOnce(t *testing.T) {
	files := map[string]string{
		"rules/plain.jsonnet":    source("'up'"),
		"rules/region.jsonnet":   source("std.extVar('region')"),
		"rules/indirect.jsonnet": source("std.extVar('alias')"),
		"rules/branch.jsonnet":   source("if std.extVar('region') == 'eu' then std.extVar('site') else 'up'"),
		"rules/arg.jsonnet":      "function(team='none') " + source("team"),
		"monctl.cue": `
environments: [string]: ext: alias: {code: "std.extVar('region')"}
environments: {
	"0": {ext: {region: "us", site: "s0"}}
	a: {ext: {region: "eu", site: "s1"}, tla: {team: "x", other: "1"}}
	b: {ext: {region: "eu", site: "s2"}, tla: {team: "x", other: "2"}}
	c: {ext: {region: "us", site: "s3"}}
	d: {ext: {region: "us", site: "s4"}}
}
`,
	}
	outs, diags, n := renderAll(t, write(t, files), jsonnet.Own())
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := map[string]int{"rules/plain.jsonnet": 1, "rules/region.jsonnet": 2, "rules/indirect.jsonnet": 2, "rules/branch.jsonnet": 3, "rules/arg.jsonnet": 2}
	if diff := cmp.Diff(want, n); diff != "" {
		t.Errorf("evaluations (-want +got):\n%s", diff)
	}
	for i, wants := range []map[string]string{
		{"rules/region/g": "us", "rules/indirect/g": "us", "rules/branch/g": "up", "rules/arg/g": "none"},
		{"rules/region/g": "eu", "rules/indirect/g": "eu", "rules/branch/g": "s1", "rules/arg/g": "x"},
		{"rules/region/g": "eu", "rules/indirect/g": "eu", "rules/branch/g": "s2", "rules/arg/g": "x"},
		{"rules/region/g": "us", "rules/indirect/g": "us", "rules/branch/g": "up", "rules/arg/g": "none"},
		{"rules/region/g": "us", "rules/indirect/g": "us", "rules/branch/g": "up", "rules/arg/g": "none"},
	} {
		for ref, expr := range wants {
			if got := body(t, outs[i], ref); !strings.Contains(got, `"expr":"`+expr+`"`) {
				t.Errorf("%s %s: %s, want %s", outs[i].Env.Name, ref, got, expr)
			}
		}
	}
	// An engine that cannot tell what it looked at shares what has the same
	// arguments throughout.
	_, _, n = renderAll(t, write(t, files), jsonnet.Upstream())
	if n["rules/plain.jsonnet"] != 5 {
		t.Errorf("the upstream engine evaluated %v", n)
	}
}

// meeting is an engine that evaluates from the second evaluation on when two are
// asked for at a time.
type meeting struct {
	jsonnet.Engine
	first sync.Once
	here  chan struct{}
}

func (m *meeting) Evaluate(ctx context.Context, req jsonnet.Request) (*jsonnet.Result, diag.List, error) {
	meets := true
	m.first.Do(func() { meets = false })
	if meets {
		select {
		case m.here <- struct{}{}:
		case <-m.here:
		case <-time.After(time.Minute):
			return nil, nil, errors.New("nobody else evaluates")
		}
	}
	return m.Engine.Evaluate(ctx, req)
}

func TestEnvironmentsOfOneSourceAreRenderedAtATime(t *testing.T) {
	outs, diags, n := renderAll(t, write(t, map[string]string{
		"rules/a.jsonnet": source("std.extVar('expr')"),
		"monctl.cue":      "environments: {a: ext: expr: \"a\", b: ext: expr: \"b\", c: ext: expr: \"c\"}\n",
	}), &meeting{Engine: jsonnet.Own(), here: make(chan struct{})})
	if len(diags) > 0 || len(outs) != 3 || n["rules/a.jsonnet"] != 3 {
		t.Errorf("%d outputs, evaluated %v: %v", len(outs), n, diags)
	}
}

// failing is an engine that has a bug.
type failing struct{ jsonnet.Engine }

func (failing) Evaluate(context.Context, jsonnet.Request) (*jsonnet.Result, diag.List, error) {
	return nil, nil, errors.New("a bug")
}

func TestAnErrorEndsAllWorkers(t *testing.T) {
	files := map[string]string{"monctl.cue": "environments: {a: {}, b: {}}\n"}
	for i := range 20 {
		files[fmt.Sprintf("rules/%d.jsonnet", i)] = source("'up'")
	}
	dir := write(t, files)
	p, diags, err := project.Load(dir)
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	_, _, err = render.Environments(t.Context(), render.Options{
		Project: p, FS: os.DirFS(dir), Engine: failing{}, Workers: 3, Importer: jsonnet.NewImporter(dir, p.Jsonnet.JPath, lib.FS),
	}, p.Environments)
	if err == nil || !strings.Contains(err.Error(), "a bug") {
		t.Errorf("the error is %v", err)
	}
}

func TestEnvironments(t *testing.T) {
	outs, diags, n := renderAll(t, write(t, map[string]string{
		"rules/a.jsonnet":          source("std.extVar('expr')"),
		"rules/prod/b.jsonnet":     source("'up'"),
		"rules/text.jsonnet":       source("std.extVar('query')"),
		"vendor/m/mixin.libsonnet": "{ prometheusAlerts:: " + source("'up'") + " }",
		"queries/one.promql":       "sum(up)",
		"lib/values.libsonnet":     "{ expr: 'count(up)' }",
		"queries/expr.jsonnet":     "(import 'values.libsonnet').expr",
		"prometheus/main.yml":      "scrape_configs: []\n",
		"monctl.cue": `
environments: {
	base: {
		abstract: true
		ext: {query: {file: "queries/one.promql"}, expr: {codeFile: "queries/expr.jsonnet"}}
		externalLabels: {dc: "none", stage: "test"}
		labels: tier: "1"
		exclude: ["rules/prod/**", "m"]
	}
	prod: {inherit: "base", exclude: [], ext: expr: "up > 1", externalLabels: dc: "p"}
	test: {inherit: "base", labels: tier: "2"}
	only: {inherit: "test", include: ["rules/a.*"]}
}
sources: mixins: [{path: "vendor/m"}]
`,
	}), jsonnet.Own())
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var names []string
	got := map[string][]string{}
	for _, o := range outs {
		names = append(names, o.Env.Name)
		got[o.Env.Name] = refs(o)
	}
	if diff := cmp.Diff([]string{"only", "prod", "test"}, names); diff != "" {
		t.Errorf("environments (-want +got):\n%s", diff)
	}
	want := map[string][]string{
		"only": {"rules/a/g"},
		"prod": {"prometheus", "rules/a/g", "rules/m/g", "rules/prod.b/g", "rules/text/g"},
		"test": {"prometheus", "rules/a/g", "rules/text/g"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	for _, tc := range []struct {
		out       *render.Output
		ref, want string
	}{
		{outs[0], "rules/a/g", "count(up)"},
		{outs[1], "rules/a/g", "up > 1"},
		{outs[1], "rules/text/g", "sum(up)"},
		{outs[1], "prometheus", `{"dc":"p","stage":"test"}`},
		{outs[2], "prometheus", `{"dc":"none","stage":"test"}`},
	} {
		if got := body(t, tc.out, tc.ref); !strings.Contains(got, tc.want) {
			t.Errorf("%s %s: %s, want %s", tc.out.Env.Name, tc.ref, got, tc.want)
		}
	}
	if l := outs[0].Bundle.Objects()[0].Labels["tier"]; l != "2" {
		t.Errorf("label tier is %q, want 2", l)
	}
	if n["rules/a.jsonnet"] != 2 || n["rules/text.jsonnet"] != 1 {
		t.Errorf("evaluations: %v", n)
	}
}
