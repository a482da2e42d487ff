//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/monctl/monctl/e2e/peer"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// postbox stands between Prometheus and Alertmanager, and remembers what is
// posted.
type postbox struct {
	t  *testing.T
	to string

	mu   sync.Mutex
	list []simulate.Delivery
}

// ServeHTTP passes a request on.
func (p *postbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var posted []struct {
		Labels, Annotations map[string]string
		StartsAt, EndsAt    time.Time
		GeneratorURL        string
	}
	if err := json.Unmarshal(body, &posted); err != nil {
		p.t.Errorf("Prometheus posts %s: %v", body, err)
	}
	now := time.Now()
	p.mu.Lock()
	for _, a := range posted {
		p.list = append(p.list, simulate.Delivery{At: now, Alert: simulate.Alert{
			Labels: a.Labels, Annotations: a.Annotations, StartsAt: a.StartsAt, EndsAt: a.EndsAt, GeneratorURL: a.GeneratorURL,
		}})
	}
	p.mu.Unlock()
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, p.to+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	w.WriteHeader(resp.StatusCode)
}

func (p *postbox) deliveries() []simulate.Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.list)
}

// TestSimulationBehindTheRealPrometheus has the real Prometheus evaluate rules
// and send alerts to the real Alertmanager, and simulates from what it sent:
// requests with several alerts, repetitions, ends. Groups are flushed half a
// second off the evaluations, so that it is clear which comes first.
func TestSimulationBehindTheRealPrometheus(t *testing.T) {
	const long = 26
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	hook := peer.NewWebhook(t)
	yaml := strings.ReplaceAll(`
route: {receiver: hook, group_by: [alertname], group_wait: 2500ms, group_interval: 4s, repeat_interval: 9s}
receivers:
- name: hook
  webhook_configs: [{url: URL/hook}]
inhibit_rules:
- {source_matchers: [alertname="Down"], target_matchers: [alertname="Slow"], equal: [host, dc]}
`, "URL", hook.URL())
	am := peer.Alertmanager(t, write("alertmanager.yml", yaml))
	post := &postbox{t: t, to: am.URL()}
	proxy := httptest.NewServer(post)
	t.Cleanup(proxy.Close)

	start := time.Now().Unix() + 3
	rules := write("rules.yml", timedRules(start))
	prometheus := peer.Prometheus(t, write("prometheus.yml", fmt.Sprintf(`
global: {evaluation_interval: 1s, external_labels: {dc: x, replica: a}}
rule_files: [%s]
alerting:
  alert_relabel_configs: [{regex: replica, action: labeldrop}]
  alertmanagers: [{static_configs: [{targets: [%q]}]}]
`, rules, strings.TrimPrefix(proxy.URL, "http://"))), "--rules.alert.resend-delay=3s")
	time.Sleep(time.Until(time.Unix(start+long, 0)))
	prometheus.Stop()

	list := post.deliveries()
	if len(list) == 0 {
		t.Fatal("Prometheus sent nothing")
	}
	cfg, err := routing.LoadConfig([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	// What is due at the very end may not have come yet.
	began, until := list[0].At, list[len(list)-1].At.Add(-1500*time.Millisecond)
	timeline, err := simulate.Run(t.Context(), simulate.Options{Config: cfg, Deliveries: list, Start: began, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	want, got := expected(t, cfg, timeline), received(t, hook)
	cut(got, want, until)
	t.Logf("%d alerts posted", len(list))
	compareTimelines(t, began, want, got, 3)
}

// timedRules fire by the clock: Down and Slow on one of two hosts, in turns.
func timedRules(start int64) string {
	during := func(from, to int64) string {
		return fmt.Sprintf("(vector(time()) >= %d) and (vector(time()) < %d)", start+from, start+to)
	}
	hosts := `(label_replace(vector(1), "host", "a", "", "") or label_replace(vector(1), "host", "b", "", ""))`
	return fmt.Sprintf(`groups:
- name: timed
  rules:
  - alert: Slow
    expr: %[1]s and on() (%[2]s)
    annotations: {summary: 'slow for {{ $value }}'}
  - alert: Down
    expr: label_replace(vector(1), "host", "a", "", "") and on() (%[3]s)
  - alert: Flapping
    expr: %[1]s and on() ((%[4]s) or (%[5]s))
    for: 2s
`, hosts, during(0, 16), during(1, 9), during(2, 8), during(11, 60))
}

// cut leaves of what was got what came before an instant, and as much as was
// wanted.
func cut(got, want map[string][]told, until time.Time) {
	for key, list := range got {
		n := min(len(want[key]), len(list))
		for n < len(list) && list[n].at.Before(until) {
			n++
		}
		if got[key] = list[:n]; n == 0 {
			delete(got, key)
		}
	}
}
