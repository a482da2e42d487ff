package pipeline_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// pass renders the project in a directory.
func pass(t *testing.T, dir string, envs ...string) *pipeline.Pass {
	t.Helper()
	p, err := pipeline.Start(pipeline.Options{Dir: dir, Environments: envs, Library: lib.FS, Engine: jsonnet.Verify(jsonnet.Own(), jsonnet.Upstream()), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWatcherSeesWhatAPassReadOrLookedFor(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rules", "a.jsonnet"), "{ groups: [] + (import 'shared/x.libsonnet') }")
	write(t, filepath.Join(dir, "lib", "shared", "x.libsonnet"), "[]")
	write(t, filepath.Join(dir, "cue.mod", "module.cue"), "module: \"example.org/m\"")
	write(t, filepath.Join(dir, "rules", "c.cue"), "package c\nimport \"example.org/m/limits\"\ngroups: limits.groups")
	write(t, filepath.Join(dir, "limits", "limits.cue"), "package limits\ngroups: []")
	data := filepath.Join(dir, ".monctl")
	write(t, filepath.Join(data, "state"), "")
	w, err := pipeline.NewWatcher(dir, data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"an edited import", func() { write(t, filepath.Join(dir, "lib", "shared", "x.libsonnet"), "[ ]") }, []string{"lib/shared/x.libsonnet"}},
		{"an editor's save", func() {
			write(t, filepath.Join(dir, "rules", "a.jsonnet~new"), "{ groups: [] }")
			if err := os.Rename(filepath.Join(dir, "rules", "a.jsonnet~new"), filepath.Join(dir, "rules", "a.jsonnet")); err != nil {
				t.Fatal(err)
			}
		}, []string{"rules/a.jsonnet"}},
		{"the server's state and a new source", func() {
			write(t, filepath.Join(data, "state"), "x")
			write(t, filepath.Join(dir, "rules", "b.yaml"), "groups: []")
		}, []string{"rules/b.yaml"}},
		{"a new file of a CUE package that a source imports", func() { write(t, filepath.Join(dir, "limits", "more.cue"), "package limits\nz: 1") }, []string{"limits/more.cue"}},
		{"a project file", func() { write(t, filepath.Join(dir, "monctl.cue"), "") }, []string{"monctl.cue"}},
	} {
		if err := w.Follow(pass(t, dir)); err != nil {
			t.Fatal(err)
		}
		got := make(chan []string, 1)
		go func() {
			change, err := w.Wait(t.Context())
			if err != nil {
				change.Names = []string{err.Error()}
			}
			got <- change.Names
		}()
		step.do()
		select {
		case changed := <-got:
			if diff := cmp.Diff(step.want, changed); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: nothing was seen", step.name)
		}
	}
}

func TestWatcherSeesWhatChangedBeforeItWatched(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rules", "a.jsonnet"), "{ groups: [] + (import 'x.libsonnet') }")
	write(t, filepath.Join(dir, "lib", "x.libsonnet"), "[]")
	p := pass(t, dir)
	write(t, filepath.Join(dir, "lib", "x.libsonnet"), "[ ]")
	w, err := pipeline.NewWatcher(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.Follow(p); err != nil {
		t.Fatal(err)
	}
	got, err := w.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"lib/x.libsonnet"}, got.Names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnknownEnvironment(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "monctl.cue"), "environments: tokyo: {}")
	p := pass(t, dir, "tokio")
	want := `monctl.cue: error[project/environment]: there is no environment "tokio"`
	if diff := cmp.Diff(want, p.Diags.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Diags[0].Hint != `did you mean "tokyo"?` || len(p.Outputs) > 0 {
		t.Errorf("hint %q, outputs %v", p.Diags[0].Hint, p.Outputs)
	}
}
