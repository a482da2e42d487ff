package scaffold_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cueformat "cuelang.org/go/cue/format"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-jsonnet/formatter"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/pkg/scaffold"
)

// TestEveryVariant: what is made renders, has no finding, not even a remark, and
// passes its tests.
func TestEveryVariant(t *testing.T) {
	for _, format := range scaffold.Formats() {
		for _, ci := range scaffold.Systems() {
			for _, envs := range [][]string{nil, {"staging"}, {"staging", "production-1"}} {
				name := string(format) + "/" + string(ci) + "/" + strings.Join(envs, ",")
				t.Run(name, func(t *testing.T) {
					files, err := scaffold.Files(scaffold.Options{Format: format, CI: ci, Environments: envs})
					if err != nil {
						t.Fatal(err)
					}
					dir := t.TempDir()
					for _, f := range files {
						laidOut(t, f)
						write(t, dir, f)
					}
					judge(t, dir, max(1, len(envs)))
				})
			}
		}
	}
}

func write(t *testing.T, dir string, f scaffold.File) {
	t.Helper()
	name := filepath.Join(dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, f.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// laidOut checks that a file is as the formatter of its language leaves it.
func laidOut(t *testing.T, f scaffold.File) {
	t.Helper()
	want := string(f.Data)
	var err error
	switch filepath.Ext(f.Path) {
	case ".jsonnet":
		want, err = formatter.Format(f.Path, string(f.Data), formatter.DefaultOptions())
	case ".cue":
		var formatted []byte
		formatted, err = cueformat.Source(f.Data)
		want = string(formatted)
	case ".yml", ".yaml":
		var v any
		err = yaml.Unmarshal(f.Data, &v)
	}
	if err != nil {
		t.Errorf("%s: %v", f.Path, err)
	}
	if diff := cmp.Diff(want, string(f.Data)); diff != "" {
		t.Errorf("%s (-formatted +made):\n%s", f.Path, diff)
	}
	if strings.Contains(string(f.Data), "[[ ") {
		t.Errorf("%s: a template was not filled in", f.Path)
	}
}

func judge(t *testing.T, dir string, envs int) {
	t.Helper()
	p, err := pipeline.Start(pipeline.Options{Dir: dir, Library: lib.FS, Engine: jsonnet.Own(), Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []func() error{
		func() error { return p.Render(t.Context()) },
		func() error { return p.Validate(t.Context()) },
		func() error { return p.Test(t.Context(), pipeline.TestOptions{}) },
	} {
		if err := stage(); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.Diags) > 0 {
		t.Errorf("findings:\n%v", p.Diags)
	}
	if len(p.Outputs) != envs {
		t.Fatalf("%d environments, want %d", len(p.Outputs), envs)
	}
	for _, o := range p.Outputs {
		for _, kind := range []bundle.Kind{bundle.Rules, bundle.Alertmanager, bundle.Prometheus, bundle.Dashboard} {
			if len(o.Bundle.OfKind(kind)) != 1 {
				t.Errorf("%s: %d objects of kind %s", o.Env.Name, len(o.Bundle.OfKind(kind)), kind)
			}
		}
	}
	passed := map[string]int{}
	for _, run := range p.Tests {
		for _, env := range run.Envs {
			passed[env] += run.Report.Count(ruletest.Passed)
		}
		if run.Report.Failed() {
			t.Errorf("tests of %v failed", run.Envs)
		}
	}
	for _, o := range p.Outputs {
		if n := passed[o.Env.Name]; n != 3 {
			t.Errorf("%s: %d tests passed, want 3", o.Env.Name, n)
		}
	}
}

// TestFormatsAgree: both languages make the same rules and dashboard, so that a
// change of one of them is made in the other, too.
func TestFormatsAgree(t *testing.T) {
	var bundles []*bundle.Bundle
	for _, format := range scaffold.Formats() {
		files, err := scaffold.Files(scaffold.Options{Format: format, CI: scaffold.NoCI})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for _, f := range files {
			write(t, dir, f)
		}
		p, err := pipeline.Start(pipeline.Options{Dir: dir, Library: lib.FS, Engine: jsonnet.Own(), Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Render(t.Context()); err != nil || len(p.Outputs) != 1 {
			t.Fatalf("%v %v", err, p.Diags)
		}
		bundles = append(bundles, p.Outputs[0].Bundle)
	}
	for _, o := range bundles[0].Objects() {
		other, ok := bundles[1].Get(o.Ref)
		if !ok {
			t.Errorf("%s is in one of the formats only", o.Ref)
			continue
		}
		if o.Ref.Kind != bundle.Rules && o.Ref.Kind != bundle.Dashboard {
			continue // the library's defaults stand in the one and not in the other
		}
		if diff := cmp.Diff(string(o.Body.Bytes()), string(other.Body.Bytes())); diff != "" {
			t.Errorf("%s (-jsonnet +yaml):\n%s", o.Ref, diff)
		}
	}
}

func TestFilesAreSortedAndSafe(t *testing.T) {
	files, err := scaffold.Files(scaffold.Options{Format: scaffold.Jsonnet, CI: scaffold.GitHub})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Path)
		if !filepath.IsLocal(f.Path) {
			t.Errorf("%s leaves the project", f.Path)
		}
	}
	if !slices.IsSorted(names) || !slices.Contains(names, ".gitignore") || !slices.Contains(names, ".github/workflows/monitoring.yml") {
		t.Errorf("files: %v", names)
	}
}
