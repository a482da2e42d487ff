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
	"github.com/monctl/monctl/pkg/secret"
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
		{"writing the pointer", false, func(t *testing.T, s setup, _ *server.Options) {
			s.fakes.CommitMetrics = func(in prom.Input) error {
				if !isTwo(in.Config) {
					return nil
				}
				// A directory where the pointer has to be; the test takes it away.
				active := filepath.Join(s.dir, "active")
				return errors.Join(os.Rename(active, active+".away"), os.MkdirAll(filepath.Join(active, "x"), 0o700))
			}
		}},
		{"laying files out", false, func(t *testing.T, s setup, _ *server.Options) {
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
			if tc.name == "laying files out" {
				os.Remove(filepath.Join(dir, "files", "prometheus", "two.pem"))
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

func TestFilesChangePlaces(t *testing.T) {
	s := openFakes(t, server.Options{})
	for _, files := range []map[string]string{
		{"file/prometheus/a": "a file"},
		{"file/prometheus/a/b/c": "below it", "file/alertmanager/x": "1"},
		{"file/prometheus/a": "a file again"},
		{},
	} {
		b := makeBundle(t, files)
		s.deploy(t, b)
		want := map[string]string{}
		for name, content := range files {
			want[strings.TrimPrefix(name, "file/")] = content
		}
		if d := cmp.Diff(want, s.files(t)); d != "" {
			t.Error(d)
		}
	}
}

// A file that did not change is not touched, so that nobody who watches it
// reads it again.
func TestUnchangedFilesAreNotTouched(t *testing.T) {
	s := openFakes(t, server.Options{})
	s.deploy(t, makeBundle(t, map[string]string{"file/prometheus/a": "same", "file/prometheus/b": "one"}))
	stat := func(name string) os.FileInfo {
		info, err := os.Stat(filepath.Join(s.dir, "files", "prometheus", name))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	a, b := stat("a"), stat("b")
	s.deploy(t, makeBundle(t, map[string]string{"file/prometheus/a": "same", "file/prometheus/b": "two"}))
	if !os.SameFile(a, stat("a")) {
		t.Error("the unchanged file was replaced")
	}
	if os.SameFile(b, stat("b")) {
		t.Error("the changed file was written over, where a reader could see half of it")
	}
}

// Regression test: even a bundle that was not checked cannot write elsewhere.
func TestNoTraversal(t *testing.T) {
	s := openFakes(t, server.Options{})
	for _, ref := range []bundle.Ref{
		{Kind: bundle.File, Space: "prometheus", Name: "../../../evil"},
		{Kind: bundle.File, Space: "..", Name: "evil"},
		{Kind: bundle.File, Space: "prometheus", Name: "/evil"},
	} {
		b, _ := bundle.New("default", []bundle.Object{bundle.NewRawObject(ref, []byte("x"), nil)})
		if _, err := s.Deploy(t.Context(), b, api.Change{}); err == nil {
			t.Errorf("%q was accepted", ref)
		}
	}
	// A link that somebody has put there is not followed either.
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.dir, "files", "prometheus", "link")); err != nil {
		t.Fatal(err)
	}
	b := makeBundle(t, map[string]string{"file/prometheus/link/evil": "x"})
	if _, err := s.Deploy(t.Context(), b, api.Change{}); err == nil {
		t.Error("a link out of the directory was followed")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("written outside: %v, %v", left, err)
	}
}

func secrets(vars map[string]string) secret.Provider {
	return secret.ProviderFunc(func(_ context.Context, name string) (string, bool, error) {
		v, ok := vars[name]
		return v, ok, nil
	})
}

var withSecrets = map[string]string{
	"alertmanager": `receivers: [{name: a, slack_configs: [{api_url: "https://secret.invalid/slack/url"}]}]`,
	"prometheus":   `remote_write: [{url: "https://secret.invalid/write/url"}]`,
}

func TestSecrets(t *testing.T) {
	known := map[string]string{"slack/url": "https://hooks.example.com/T0P", "write/url": "https://write.example.com/"}
	s := openFakes(t, server.Options{Secrets: secrets(known)})
	s.deploy(t, makeBundle(t, withSecrets))
	metrics, alerts := s.fakes.Running()
	if !strings.Contains(metrics, "write.example.com") || !strings.Contains(alerts, "hooks.example.com/T0P") {
		t.Errorf("secrets were not resolved: %q, %q", metrics, alerts)
	}
	// Nothing on disk holds a value.
	err := filepath.WalkDir(s.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if bytes.Contains(data, []byte("T0P")) {
			t.Errorf("%s holds a secret", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	known["slack/url"] = "https://hooks.example.com/N3W"
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, alerts = s.fakes.Running(); !strings.Contains(alerts, "N3W") {
		t.Errorf("reloading did not read the secret again: %q", alerts)
	}
}

func TestUnresolvedSecrets(t *testing.T) {
	known := map[string]string{"write/url": "https://write.example.com/"}
	s := openFakes(t, server.Options{Secrets: secrets(known)})
	_, err := s.Deploy(t.Context(), makeBundle(t, withSecrets), api.Change{})
	var reject *api.RejectedError
	if !errors.As(err, &reject) || len(reject.Diagnostics) != 1 {
		t.Fatalf("got %v", err)
	}
	d := reject.Diagnostics[0]
	if d.Code != "secret/unresolved" || d.Object != "alertmanager" || d.Pointer != "/receivers/0/slack_configs/0/api_url" ||
		!strings.Contains(d.Hint, "MONCTL_SECRET_SLACK_URL") {
		t.Errorf("finding %+v", d)
	}

	s = openFakes(t, server.Options{Secrets: secrets(known), HoldBack: true})
	result, err := s.Deploy(t.Context(), makeBundle(t, withSecrets), api.Change{})
	if err != nil || len(result.Diagnostics) != 1 || result.Diagnostics[0].Severity != diag.Warning {
		t.Fatalf("held back: %+v, %v", result, err)
	}
	st := s.Status()
	if d := cmp.Diff([]string{"slack/url"}, st.UnresolvedSecrets); d != "" {
		t.Error(d)
	}
	if len(st.HeldBack) != 1 || st.HeldBack[0].Object.Kind != bundle.Alertmanager {
		t.Errorf("held back: %+v", st.HeldBack)
	}
	_, in := s.fakes.Input()
	if d := cmp.Diff([]string{"slack/url"}, in.Unresolved); d != "" {
		t.Error(d)
	}
	// A secret that was put in place is found by a reload.
	known["slack/url"] = "https://hooks.example.com/1"
	if err := s.Reload(t.Context()); err != nil || len(s.Status().UnresolvedSecrets) != 0 {
		t.Errorf("after reloading: %v, %v", s.Status().UnresolvedSecrets, err)
	}
	delete(known, "slack/url")
}

// What an engine says about a resolved configuration may quote it
// (CVE-2026-42151 is the same through /-/config).
func TestSecretsAreNotTold(t *testing.T) {
	var log bytes.Buffer
	s := openFakes(t, server.Options{
		Secrets: secrets(map[string]string{"slack/url": "T0PS3CRET", "write/url": "T0PS3CRET2"}),
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
	})
	s.fakes.PrepareAlerts = func(in am.Input) (diag.List, error) {
		var list diag.List
		d := list.Errorf("alertmanager/config", diag.Span{}, "cannot parse %q", "T0PS3CRET")
		d.Detail, d.Hint, d.Related = string(in.Config), "T0PS3CRET2", []diag.Related{{Message: "T0PS3CRET"}}
		return list, nil
	}
	_, err := s.Deploy(t.Context(), makeBundle(t, withSecrets), api.Change{})
	var reject *api.RejectedError
	if !errors.As(err, &reject) {
		t.Fatal(err)
	}
	d := reject.Diagnostics[0]
	for _, text := range []string{d.Summary, d.Detail, d.Hint, d.Related[0].Message} {
		if strings.Contains(text, "T0P") || !strings.Contains(text, "<secret>") {
			t.Errorf("told: %s", text)
		}
	}
	s.fakes.PrepareAlerts = func(am.Input) (diag.List, error) { return nil, errors.New("no route to T0PS3CRET") }
	if _, err := s.Deploy(t.Context(), makeBundle(t, withSecrets), api.Change{}); err == nil || strings.Contains(err.Error(), "T0P") {
		t.Errorf("told: %v", err)
	}
	if strings.Contains(log.String(), "T0P") {
		t.Errorf("logged: %s", log.String())
	}
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
