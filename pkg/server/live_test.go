package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/server"
)

// patience bounds how long anything is waited for; it is no expectation.
const patience = time.Minute

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("waited in vain until %s", what)
}

// world is what a server watches and notifies.
type world struct {
	exporter string
	webhook  string
	received chan string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{received: make(chan string, 100)}
	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintln(w, "temperature 42")
	}))
	t.Cleanup(exporter.Close)
	webhook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		w.received <- string(data)
	}))
	t.Cleanup(webhook.Close)
	w.exporter, w.webhook = strings.TrimPrefix(exporter.URL, "http://"), webhook.URL
	return w
}

// objects is monitoring of the world: its temperature is found by files, one
// alert waits for ever, one fires at once.
func (w world) objects() map[string]string {
	return map[string]string{
		"prometheus": `
global: {scrape_interval: 300ms, scrape_timeout: 300ms, evaluation_interval: 100ms, external_labels: {dc: tokyo}}
scrape_configs: [{job_name: world, file_sd_configs: [{files: [targets/*.yaml]}]}]`,
		"file/prometheus/targets/world.yaml": `[{targets: ["` + w.exporter + `"]}]`,
		"rules/world/waiting": `
name: waiting
rules: [{alert: Warm, expr: temperature > 10, for: 10d, labels: {severity: info}, annotations: {summary: old}}]`,
		"rules/world/firing": `
name: firing
rules: [{alert: Hot, expr: temperature > 20, labels: {severity: page}, annotations: {summary: "{{ $value }} degrees"}}]`,
		"alertmanager": `
route: {receiver: hook, group_by: [alertname], group_wait: 10ms}
receivers: [{name: hook, webhook_configs: [{url: "` + w.webhook + `"}]}]
templates: [templates/*.tmpl]`,
		"template/a.tmpl":   `{{ define "a" }}a{{ end }}`,
		"dashboard/Team/d1": `{title: First, uid: d1}`,
	}
}

// counter counts the bodies that a client sends.
type counter struct{ puts atomic.Int32 }

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut {
		c.puts.Add(1)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// live is a real server that listens.
type live struct {
	*server.Server
	url    string
	client *api.Client
	sent   *counter
	dir    string
}

func openLive(t *testing.T, opts server.Options) live {
	t.Helper()
	if opts.DataDir == "" {
		opts.DataDir = t.TempDir()
	}
	var log bytes.Buffer
	opts.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	opts.EagerScrape = true
	s, err := server.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	l := live{Server: s, url: listen(t, s), sent: &counter{}, dir: opts.DataDir}
	if l.client, err = api.NewClient(l.url, api.ClientOptions{Transport: l.sent}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l live) settle(t *testing.T) {
	t.Helper()
	eventually(t, "the server has settled", func() bool {
		st, err := l.client.Status(t.Context())
		return err == nil && st.Settled
	})
}

// get reads a JSON document.
func (l live) get(t *testing.T, path string, v any) {
	t.Helper()
	status, body, _ := send(t, "GET", l.url+path, "")
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type ruleAlert struct {
	Labels      map[string]string
	Annotations map[string]string
	State       string
	ActiveAt    time.Time
}

func (l live) alert(t *testing.T, name string) (ruleAlert, bool) {
	t.Helper()
	var answer struct{ Data struct{ Alerts []ruleAlert } }
	l.get(t, "/api/v1/alerts", &answer)
	for _, a := range answer.Data.Alerts {
		if a.Labels["alertname"] == name {
			return a, true
		}
	}
	return ruleAlert{}, false
}

// value returns the result of an instant query, "" if it is empty.
func (l live) value(t *testing.T, query string) string {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	l.get(t, "/api/v1/query?query="+url.QueryEscape(query), &answer)
	if len(answer.Data.Result) == 0 {
		return ""
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1])
}
