package server_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server"
	"github.com/monctl/monctl/pkg/server/am"
	"github.com/monctl/monctl/pkg/server/prom"
)

// makeBundle makes a bundle of bodies by reference.
func makeBundle(t *testing.T, objects map[string]string) *bundle.Bundle {
	t.Helper()
	var objs []bundle.Object
	for name, body := range objects {
		ref, err := bundle.ParseRef(name)
		if err != nil {
			t.Fatal(err)
		}
		if ref.Kind.IsRaw() {
			objs = append(objs, bundle.NewRawObject(ref, []byte(body), nil))
			continue
		}
		docs, diags := bundle.DecodeYAML(name, []byte(body))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		o, err := bundle.NewObject(ref, docs[0].Value, nil)
		if err != nil {
			t.Fatal(err)
		}
		objs = append(objs, o)
	}
	b, diags := bundle.New("default", objs)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// version makes bundles that differ in everything.
func version(t *testing.T, v string) *bundle.Bundle {
	t.Helper()
	return makeBundle(t, map[string]string{
		"prometheus":                    `global: {external_labels: {v: ` + v + `}}`,
		"alertmanager":                  `route: {receiver: ` + v + `}`,
		"rules/node/cpu":                `{name: cpu, rules: [{record: "a:b", expr: "1"}]}`,
		"file/prometheus/a.yaml":        "content of " + v,
		"file/prometheus/" + v + ".pem": "only in " + v,
	})
}

type setup struct {
	*server.Server
	fakes *server.Fakes
	dir   string
}

func openFakes(t *testing.T, opts server.Options) setup {
	t.Helper()
	if opts.DataDir == "" {
		opts.DataDir = t.TempDir()
	}
	f := &server.Fakes{}
	s, err := server.OpenWithFakes(t.Context(), opts, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return setup{s, f, opts.DataDir}
}

// files returns what is laid out.
func (s setup) files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := os.DirFS(filepath.Join(s.dir, "files"))
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s setup) deploy(t *testing.T, b *bundle.Bundle) {
	t.Helper()
	if _, err := s.Deploy(t.Context(), b, api.Change{Author: "ann"}); err != nil {
		t.Fatal(err)
	}
}

// expect checks that exactly a version runs, in all its parts.
func (s setup) expect(t *testing.T, b *bundle.Bundle, v string) {
	t.Helper()
	metrics, alerts := s.fakes.Running()
	if want := "v: " + v; !strings.Contains(metrics, want) {
		t.Errorf("metrics run %q, want %s", metrics, v)
	}
	if want := "receiver: " + v; !strings.Contains(alerts, want) {
		t.Errorf("alerting runs %q, want %s", alerts, v)
	}
	want := map[string]string{"prometheus/a.yaml": "content of " + v, "prometheus/" + v + ".pem": "only in " + v}
	if d := cmp.Diff(want, s.files(t)); d != "" {
		t.Error(d)
	}
	if a := s.Status().Activation; a == nil || a.Revision != b.Revision() {
		t.Errorf("status says %+v, want %s", a, b.Revision().Short())
	}
}

func TestDeploy(t *testing.T) {
	s := openFakes(t, server.Options{})
	if st := s.Status(); st.Settled || st.Activation != nil || st.Waiting == "" {
		t.Errorf("an empty server says %+v", st)
	}
	one, two := version(t, "one"), version(t, "two")
	s.deploy(t, one)
	s.expect(t, one, "one")
	metrics, alerts := s.fakes.Input()
	if metrics.Dir != filepath.Join(s.dir, "files", "prometheus") || alerts.Dir != filepath.Join(s.dir, "files", "alertmanager") {
		t.Errorf("directories are %q and %q", metrics.Dir, alerts.Dir)
	}
	if len(metrics.Groups) != 1 || metrics.Groups[0].Namespace != "node" || metrics.Groups[0].Name != "cpu" {
		t.Errorf("groups are %+v", metrics.Groups)
	}
	_ = s.fakes.TakeLog()
	s.deploy(t, two)
	s.expect(t, two, "two")
	want := []string{
		"prepare alerts", "prepare metrics", // on the staged files
		"prepare alerts", "prepare metrics", "commit alerts", "commit metrics",
	}
	if d := cmp.Diff(want, s.fakes.TakeLog()); d != "" {
		t.Error(d)
	}
	result, err := s.Deploy(t.Context(), two, api.Change{})
	if log := s.fakes.TakeLog(); err != nil || !result.Unchanged || log != nil {
		t.Errorf("deploying what runs: %+v, %v, %v", result, err, log)
	}
	if _, err := s.Activate(t.Context(), one.Revision(), api.Change{Author: "bob"}); err != nil {
		t.Fatal(err)
	}
	s.expect(t, one, "one")
	if a := s.Status().Activation; a.By != "bob" || a.Reason != "rollback" {
		t.Errorf("activation %+v", a)
	}
}

// If any step fails, everything runs as before, in all parts.
func TestFailureAtEveryStep(t *testing.T) {
	broken := errors.New("broken")
	isTwo := func(text []byte) bool { return bytes.Contains(text, []byte("two")) }
	var finding diag.List
	finding.Errorf("some/code", diag.Span{}, "it is wrong")
	for _, tc := range []struct {
		name     string
		reject   bool
		sabotage func(t *testing.T, s setup, o *server.Options)
	}{
		{"validation", true, func(_ *testing.T, _ setup, o *server.Options) {
			o.Validate = func(_ context.Context, b *bundle.Bundle) diag.List {
				if b.Revision() == version(t, "two").Revision() {
					return finding
				}
				return nil
			}
		}},
		{"findings of metrics", true, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.PrepareMetrics = func(in prom.Input) (diag.List, error) {
				if isTwo(in.Config) {
					return finding, nil
				}
				return nil, nil
			}
		}},
		{"findings of alerting", true, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.PrepareAlerts = func(in am.Input) (diag.List, error) {
				if isTwo(in.Config) {
					return finding, nil
				}
				return nil, nil
			}
		}},
		{"findings once the files are laid out", true, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.PrepareMetrics = func(in prom.Input) (diag.List, error) {
				if isTwo(in.Config) && filepath.Base(filepath.Dir(in.Dir)) == "files" {
					return finding, nil
				}
				return nil, nil
			}
		}},
		{"preparing", false, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.PrepareMetrics = func(in prom.Input) (diag.List, error) {
				if isTwo(in.Config) {
					return nil, broken
				}
				return nil, nil
			}
		}},
		{"committing alerting", false, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.CommitAlerts = func(in am.Input) error {
				if isTwo(in.Config) {
					return broken
				}
				return nil
			}
		}},
		{"committing metrics", false, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.CommitMetrics = func(in prom.Input) error {
				if isTwo(in.Config) {
					return broken
				}
				return nil
			}
		}},
		{"storing the manifest", false, func(t *testing.T, s setup, _ *server.Options) {
			// A directory where the manifest has to be.
			id := version(t, "two").Revision().String()
			if err := os.MkdirAll(filepath.Join(s.dir, "revisions", id+".json", "x"), 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"writing the pointer", false, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.CommitMetrics = func(in prom.Input) error {
				if !isTwo(in.Config) {
					return nil
				}
				// A directory where the pointer has to be; the test takes it away.
				active := filepath.Join(s.dir, "active")
				return errors.Join(os.Rename(active, active+".away"), os.MkdirAll(filepath.Join(active, "x"), 0o700))
			}
		}},
		{"laying files out", false, func(_ *testing.T, s setup, _ *server.Options) {
			s.fakes.PrepareMetrics = func(in prom.Input) (diag.List, error) {
				// After the rehearsal, something stands where two.pem has to be.
				if isTwo(in.Config) && strings.Contains(in.Dir, "staged") {
					return nil, os.MkdirAll(filepath.Join(s.dir, "files", "prometheus", "two.pem"), 0o700)
				}
				return nil, nil
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			var log bytes.Buffer
			opts := server.Options{DataDir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))}
			if tc.name == "validation" {
				tc.sabotage(t, setup{}, &opts)
			}
			s := openFakes(t, opts)
			one, two := version(t, "one"), version(t, "two")
			s.deploy(t, one)
			tc.sabotage(t, s, &opts)
			_, err := s.Deploy(t.Context(), two, api.Change{})
			var reject *api.RejectedError
			if err == nil || errors.As(err, &reject) != tc.reject {
				t.Fatalf("got %v, want rejected: %t", err, tc.reject)
			}
			if tc.reject && reject.Diagnostics[0].Code != "some/code" {
				t.Errorf("findings %v", reject.Diagnostics)
			}
			s.expect(t, one, "one")
			if strings.Contains(log.String(), "going back") {
				t.Errorf("it did not get back: %s", log.String())
			}
			if tc.name == "writing the pointer" {
				active := filepath.Join(dir, "active")
				if err := errors.Join(os.RemoveAll(active), os.Rename(active+".away", active)); err != nil {
					t.Fatal(err)
				}
			}
			s.fakes.PrepareMetrics, s.fakes.PrepareAlerts, s.fakes.CommitMetrics, s.fakes.CommitAlerts = nil, nil, nil, nil
			if tc.name == "validation" || tc.name == "storing the manifest" {
				return
			}
			s.deploy(t, two)
			s.expect(t, two, "two")
		})
	}
}

// The same content in another environment is another activation of the same
// revision, also after a restart.
func TestEnvironmentChanges(t *testing.T) {
	dir := t.TempDir()
	f := &server.Fakes{}
	s, err := server.OpenWithFakes(t.Context(), server.Options{DataDir: dir}, f)
	if err != nil {
		t.Fatal(err)
	}
	b := version(t, "one")
	tokyo, _ := bundle.New("tokyo", b.Objects())
	for _, b := range []*bundle.Bundle{b, tokyo} {
		if result, err := s.Deploy(t.Context(), b, api.Change{}); err != nil || result.Unchanged || result.Activation.Environment != b.Env() {
			t.Errorf("%+v, %v", result, err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := openFakes(t, server.Options{DataDir: dir})
	again.expect(t, b, "one")
	if env := again.Status().Activation.Environment; env != "tokyo" {
		t.Errorf("environment %q", env)
	}
}

func TestConflict(t *testing.T) {
	s := openFakes(t, server.Options{})
	one, two := version(t, "one"), version(t, "two")
	other := bundle.HashOf([]byte("other"))
	deploy := func(b *bundle.Bundle, base bundle.Hash) error {
		_, err := s.Deploy(t.Context(), b, api.Change{Base: &base})
		return err
	}
	var conflict *api.ConflictError
	if err := deploy(one, other); !errors.As(err, &conflict) || !conflict.Active.IsZero() {
		t.Errorf("based on something, but nothing runs: %v", err)
	}
	if err := deploy(one, bundle.Hash{}); err != nil {
		t.Fatal(err)
	}
	if err := deploy(two, bundle.Hash{}); !errors.As(err, &conflict) || conflict.Active != one.Revision() {
		t.Errorf("based on nothing, but something runs: %v", err)
	}
	if err := deploy(two, other); !errors.As(err, &conflict) {
		t.Errorf("based on something else: %v", err)
	}
	s.expect(t, one, "one")
	if err := deploy(two, one.Revision()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Activate(t.Context(), one.Revision(), api.Change{Base: &other}); !errors.As(err, &conflict) {
		t.Errorf("a rollback is not guarded: %v", err)
	}
	s.expect(t, two, "two")
}

// Activations come one after the other, and one whose client has gone while it
// waited does not happen.
func TestActivationsAreSerialised(t *testing.T) {
	s := openFakes(t, server.Options{})
	inside, leave := make(chan struct{}), make(chan struct{})
	s.fakes.CommitMetrics = func(prom.Input) error {
		inside <- struct{}{}
		<-leave
		return nil
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.Deploy(context.WithoutCancel(t.Context()), version(t, "one"), api.Change{})
		done <- err
	}()
	<-inside
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Deploy(gone, version(t, "two"), api.Change{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a second activation beside the first: %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	s.expect(t, version(t, "one"), "one")
}

func TestBodyThatIsNoDocument(t *testing.T) {
	s := openFakes(t, server.Options{})
	b, _ := bundle.New("default", []bundle.Object{
		bundle.NewRawObject(bundle.Ref{Kind: bundle.Alertmanager}, []byte("{a: [}"), nil),
	})
	_, err := s.Deploy(t.Context(), b, api.Change{})
	var reject *api.RejectedError
	if !errors.As(err, &reject) || reject.Diagnostics[0].Code != "bundle/body" || reject.Diagnostics[0].Object != "alertmanager" {
		t.Errorf("got %v", err)
	}
}
