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
)

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
