package server_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/server"
)

// The tests in this file run the real engines.

func TestMainJob(t *testing.T) {
	w := newWorld(t)
	s := openLive(t, server.Options{})
	ctx := t.Context()
	objects := w.objects()
	first := makeBundle(t, objects)
	if _, err := s.client.Deploy(ctx, first, api.Change{Author: "ann", Base: &bundle.Hash{}}); err != nil {
		t.Fatal(err)
	}
	if n := s.sent.puts.Load(); int(n) != first.Len() {
		t.Errorf("the first deployment sent %d bodies of %d", n, first.Len())
	}
	s.settle(t)

	// An alert travels from a rule to a notification.
	body := <-w.received
	for _, want := range []string{`"alertname":"Hot"`, `"dc":"tokyo"`, `42 degrees`} {
		if !strings.Contains(body, want) {
			t.Errorf("the notification lacks %s: %s", want, body)
		}
	}
	eventually(t, "the attempt is listed", func() bool {
		n, err := s.client.Notifications(ctx)
		return err == nil && len(n.Notifications) > 0 && n.Notifications[0].Outcome == "sent" && n.Notifications[0].Receiver == "hook"
	})
	var warm ruleAlert
	eventually(t, "the other alert is pending", func() (ok bool) {
		warm, ok = s.alert(t, "Warm")
		return ok && warm.State == "pending"
	})

	// Editing one rule sends one body, and "for" goes on.
	objects["rules/world/waiting"] = strings.ReplaceAll(objects["rules/world/waiting"], "old", "new")
	second, base := makeBundle(t, objects), first.Revision()
	s.sent.puts.Store(0)
	if _, err := s.client.Deploy(ctx, second, api.Change{Base: &base}); err != nil {
		t.Fatal(err)
	}
	if n := s.sent.puts.Load(); n != 1 {
		t.Errorf("editing one rule sent %d bodies", n)
	}
	eventually(t, "the new rule is evaluated", func() bool {
		a, ok := s.alert(t, "Warm")
		return ok && a.Annotations["summary"] == "new" && a.ActiveAt.Equal(warm.ActiveAt)
	})

	// What is wrong is refused, and what ran runs on.
	for _, tc := range []struct{ object, body, code string }{
		{"rules/world/firing", `{name: firing, rules: [{alert: Hot, expr: "sum("}]}`, ""},
		{"alertmanager", `{route: {receiver: nobody}, receivers: [{name: hook}]}`, ""},
		{"prometheus", `{scrape_configs: [{job_name: a, scrape_interval: soon}]}`, ""},
	} {
		bad := w.objects()
		bad[tc.object] = tc.body
		_, err := s.client.Deploy(ctx, makeBundle(t, bad), api.Change{})
		var reject *api.RejectedError
		if !errors.As(err, &reject) {
			t.Errorf("%s: %v", tc.object, err)
			continue
		}
		if d := reject.Diagnostics[0]; d.Object != tc.object || d.Summary == "" {
			t.Errorf("%s: finding %+v", tc.object, d)
		}
	}
	st, err := s.client.Status(ctx)
	if err != nil || st.Activation.Revision != second.Revision() {
		t.Errorf("after refusals: %+v, %v", st.Activation, err)
	}
	if a, ok := s.alert(t, "Warm"); !ok || !a.ActiveAt.Equal(warm.ActiveAt) {
		t.Errorf("after refusals: %+v", a)
	}

	// Back to the first.
	if _, err := s.client.Activate(ctx, first.Revision().Short(), api.Change{Author: "bob"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the old rule is evaluated", func() bool {
		a, ok := s.alert(t, "Warm")
		return ok && a.Annotations["summary"] == "old" && a.ActiveAt.Equal(warm.ActiveAt)
	})

	s.checkPeers(t)
	s.checkKill(t, first)
}

// checkPeers looks at what others read.
func (l live) checkPeers(t *testing.T) {
	t.Helper()
	_, metrics, _ := send(t, "GET", l.url+"/metrics", "")
	for _, want := range []string{
		"prometheus_tsdb_head_series ", "alertmanager_alerts{", "prometheus_build_info{", "monctl_build_info{", "go_goroutines ",
		`monctl_notifications_total{integration="webhook",outcome="sent",receiver="hook"} `,
		`monctl_revision_activations_total{result="rejected"} 3`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	_, page, _ := send(t, "GET", l.url+"/", "")
	for _, want := range []string{"Warm", "Hot", "42 degrees", "world", "hook", "sent", "First"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "cannot be") {
		t.Errorf("the page has problems: %s", page)
	}
	status, federated, _ := send(t, "GET", l.url+"/federate?match[]=temperature", "")
	if status != http.StatusOK || !strings.Contains(federated, `temperature{`) {
		t.Errorf("/federate: %d %s", status, federated)
	}
	for _, path := range []string{"/api/v1/query?query=1", "/api/v2/status"} {
		if status, _, header := send(t, "GET", l.url+path, "", "Origin", "https://evil.example"); status != 200 || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", path, status, header)
		}
	}
	if status, _, _ := send(t, "POST", l.url+"/api/v2/silences", "{}", "Origin", "https://evil.example"); status != http.StatusForbidden {
		t.Errorf("a silence of another site: %d", status)
	}
	var dashboard api.DashboardAnswer
	l.get(t, api.Prefix+"/dashboards/Team/d1", &dashboard)
	if !strings.Contains(string(dashboard.Dashboard), "First") {
		t.Errorf("dashboard %s", dashboard.Dashboard)
	}
}

// checkKill opens a copy of the data directory, made while the server runs: to
// the copy, that is a kill -9. Revision, samples and silences are there.
func (l live) checkKill(t *testing.T, active *bundle.Bundle) {
	t.Helper()
	now := time.Now().UTC()
	silence := fmt.Sprintf(`{"matchers":[{"name":"alertname","value":"Hot","isRegex":false,"isEqual":true}],
		"startsAt":%q,"endsAt":%q,"createdBy":"ann","comment":"known"}`, now.Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339))
	if status, body, _ := send(t, "POST", l.url+"/api/v2/silences", silence, "Content-Type", "application/json"); status != http.StatusOK {
		t.Fatalf("silence: %d %s", status, body)
	}
	dir := filepath.Join(t.TempDir(), "copy")
	before := time.Now()
	if err := os.CopyFS(dir, os.DirFS(l.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	again := openLive(t, server.Options{DataDir: dir})
	st, err := again.client.Status(t.Context())
	if err != nil || st.Activation == nil || st.Activation.Revision != active.Revision() || st.Activation.By != "bob" {
		t.Fatalf("status %+v, %v", st, err)
	}
	if v := again.value(t, fmt.Sprintf("count_over_time(temperature[1h] @ %d)", before.Unix())); v == "" || v == "0" {
		t.Error("the samples are gone")
	}
	var silences []struct{ Comment string }
	again.get(t, "/api/v2/silences", &silences)
	if len(silences) != 1 || silences[0].Comment != "known" {
		t.Errorf("silences %v", silences)
	}
	list, err := again.client.Revisions(t.Context())
	if err != nil || len(list.Revisions) != 2 || len(list.Activations) != 3 {
		t.Errorf("revisions %+v, %v", list, err)
	}
}

func TestHeldBack(t *testing.T) {
	w := newWorld(t)
	objects := w.objects()
	objects["alertmanager"] = `
route: {receiver: chat, group_wait: 10ms}
receivers: [{name: chat, slack_configs: [{api_url: "https://secret.invalid/slack/url", channel: "#x"}]}]`
	s := openLive(t, server.Options{HoldBack: true})
	result, err := s.client.Deploy(t.Context(), makeBundle(t, objects), api.Change{})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Diagnostics) != 1 || result.Diagnostics[0].Code != "secret/unresolved" {
		t.Errorf("warnings %v", result.Diagnostics)
	}
	eventually(t, "a notification is held back", func() bool {
		n, err := s.client.Notifications(t.Context())
		return err == nil && len(n.Notifications) > 0 && n.Notifications[0].Outcome == "held_back" && n.Notifications[0].Secret == "slack/url"
	})
	if _, page, _ := send(t, "GET", s.url+"/", ""); !strings.Contains(page, "held back") || !strings.Contains(page, "slack/url") {
		t.Error("the page does not say so")
	}
}

// A server that cannot start says why, and leaves the data alone.
func TestCannotResume(t *testing.T) {
	w := newWorld(t)
	objects := w.objects()
	objects["alertmanager"] = `
route: {receiver: chat}
receivers: [{name: chat, slack_configs: [{api_url: "https://secret.invalid/slack/url", channel: "#x"}]}]`
	dir := t.TempDir()
	known := map[string]string{"slack/url": "https://hooks.example.com/1"}
	s, err := server.Open(t.Context(), server.Options{DataDir: dir, Secrets: secrets(known)})
	if err != nil {
		t.Fatal(err)
	}
	b := makeBundle(t, objects)
	if _, err := s.Deploy(t.Context(), b, api.Change{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var reject *api.RejectedError
	if _, err := server.Open(t.Context(), server.Options{DataDir: dir}); !errors.As(err, &reject) || reject.Diagnostics[0].Code != "secret/unresolved" {
		t.Fatalf("without the secret: %v", err)
	}
	s, err = server.Open(t.Context(), server.Options{DataDir: dir, Secrets: secrets(known)})
	if err != nil {
		t.Fatalf("with it again: %v", err)
	}
	if st := s.Status(); st.Activation == nil || st.Activation.Revision != b.Revision() {
		t.Errorf("status %+v", st)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A certificate that comes with the bundle is there when the configuration
// that names it is prepared, and a further scrape configuration is read in the
// version that comes with it.
func TestFilesThatConfigurationsRead(t *testing.T) {
	s := openLive(t, server.Options{})
	objects := map[string]string{
		"prometheus":                 `{scrape_config_files: ["more/*.yml"], scrape_configs: [{job_name: a, authorization: {credentials_file: token}}]}`,
		"file/prometheus/token":      "t0ken",
		"file/prometheus/more/b.yml": `{scrape_configs: [{job_name: b}]}`,
	}
	good := makeBundle(t, objects)
	if _, err := s.client.Deploy(t.Context(), good, api.Change{}); err != nil {
		t.Fatal(err)
	}
	objects["file/prometheus/more/b.yml"] = `{scrape_configs: [{job_name: a}]}` // twice
	_, err := s.client.Deploy(t.Context(), makeBundle(t, objects), api.Change{})
	if _, ok := errors.AsType[*api.RejectedError](err); !ok {
		t.Fatalf("got %v", err)
	}
	data, err := os.ReadFile(filepath.Join(s.dir, "files", "prometheus", "more", "b.yml"))
	if err != nil || !strings.Contains(string(data), "job_name: b") {
		t.Errorf("the file of the refused bundle was left: %s, %v", data, err)
	}
}

// Everything that a server starts ends with it.
func TestNothingIsLeftRunning(t *testing.T) {
	w := newWorld(t)
	before := runtime.NumGoroutine()
	s, err := server.Open(t.Context(), server.Options{DataDir: t.TempDir(), EagerScrape: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deploy(t.Context(), makeBundle(t, w.objects()), api.Change{}); err != nil {
		t.Fatal(err)
	}
	<-w.received
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	var now int
	for end := time.Now().Add(patience / 6); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if now = runtime.NumGoroutine(); now <= before+4 { // connections of the world's servers
			return
		}
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	t.Errorf("%d goroutines before, %d after\n%s", before, now, stacks)
}
