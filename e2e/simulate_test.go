//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/e2e/peer"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// simulated is a configuration with timers of seconds. Every play has a route
// of its own, and what it is about stands in the label play.
const simulated = `
global: {resolve_timeout: 5s}
route:
  receiver: hook
  group_by: [play, alertname]
  group_wait: 2s
  group_interval: 4s
  repeat_interval: 9s
  routes:
  - {matchers: [play="grouped"]}
  - {matchers: [play="continued"], continue: true, receiver: quiet}
  - {matchers: [play="continued"], group_by: ['...'], group_wait: 3s}
  - {matchers: [play="muted"], mute_time_intervals: [always]}
  - {matchers: [play="active"], active_time_intervals: [always], labels: {team: 'team of {{ .GroupLabels.alertname }}'}}
  - {matchers: [play="source"], receiver: nobody}
receivers:
- name: hook
  webhook_configs: [{url: URL/hook}]
- name: quiet
  webhook_configs: [{url: URL/quiet, send_resolved: false}, {url: URL/loud}]
- name: nobody
inhibit_rules:
- {source_matchers: [play="source"], target_matchers: [play="inhibited"], equal: [host]}
time_intervals:
- name: always
  time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]
`

// step is one alert of a play: at which second it is posted, and for how many
// seconds it then fires; 0 resolves it, -1 leaves it to resolve_timeout.
type step struct {
	at, fires int
	labels    string
	since     int // seconds that it has been firing before
}

func steps() []step {
	const long = 3600
	return []step{
		{at: 0, fires: long, labels: "play=grouped alertname=A host=1"},
		{at: 1, fires: long, labels: "play=grouped alertname=A host=2"},
		{at: 3, fires: long, labels: "play=grouped alertname=A host=3"},
		{at: 7, fires: 0, labels: "play=grouped alertname=A host=1"},
		{at: 13, fires: 0, labels: "play=grouped alertname=A host=2"},
		{at: 13, fires: 0, labels: "play=grouped alertname=A host=3"},
		{at: 20, fires: long, labels: "play=grouped alertname=A host=1"},

		{at: 0, fires: long, labels: "play=continued alertname=A host=1"},
		{at: 1, fires: long, labels: "play=continued alertname=A host=2"},
		{at: 8, fires: 0, labels: "play=continued alertname=A host=1"},

		{at: 0, fires: long, labels: "play=muted alertname=A"},
		{at: 0, fires: long, labels: "play=active alertname=A"},

		{at: 0, fires: 9, labels: "play=source alertname=Down host=1"},
		{at: 1, fires: long, labels: "play=inhibited alertname=Slow host=1"},
		{at: 1, fires: long, labels: "play=inhibited alertname=Slow host=2"},

		{at: 0, fires: long, labels: "play=old alertname=A", since: 60},
		{at: 0, fires: -1, labels: "play=forgotten alertname=A"},
		{at: 0, fires: long, labels: "play=silenced alertname=A"},
	}
}

// TestSimulationBesideTheRealAlertmanager plays alerts to the real program, as
// their sender would, and compares what its webhook gets, when and why with
// what is simulated.
func TestSimulationBesideTheRealAlertmanager(t *testing.T) {
	// Nothing is due in the second and a half before the end.
	const end = 25*time.Second + 500*time.Millisecond
	hook := peer.NewWebhook(t)
	yaml := strings.ReplaceAll(simulated, "URL", hook.URL())
	file := filepath.Join(t.TempDir(), "alertmanager.yml")
	if err := os.WriteFile(file, []byte(yaml), 0o644); err != nil {
		t.Fatal(err)
	}
	am := peer.Alertmanager(t, file)

	start := time.Now().UTC().Truncate(time.Millisecond).Add(200 * time.Millisecond)
	silence := simulate.Silence{Matchers: labels.Matchers{{Type: labels.MatchEqual, Name: "play", Value: "silenced"}}, Until: start.Add(9 * time.Second)}
	post(t, am.URL()+"/api/v2/silences", map[string]any{
		"matchers":  []any{map[string]any{"name": "play", "value": "silenced", "isRegex": false, "isEqual": true}},
		"startsAt":  start,
		"endsAt":    silence.Until,
		"createdBy": "test", "comment": "test",
	})
	deliveries := playSteps(t, am.URL(), start)
	time.Sleep(time.Until(start.Add(end)))

	cfg, err := routing.LoadConfig([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	timeline, err := simulate.Run(t.Context(), simulate.Options{
		Config: cfg, Deliveries: deliveries, Silences: []simulate.Silence{silence}, Start: start, Until: start.Add(end),
	})
	if err != nil {
		t.Fatal(err)
	}
	compareTimelines(t, start, expected(t, cfg, timeline), received(t, hook), 8)
}

// playSteps posts every step at its second and returns what was posted.
func playSteps(t *testing.T, url string, start time.Time) []simulate.Delivery {
	t.Helper()
	all := steps()
	slices.SortStableFunc(all, func(a, b step) int { return a.at - b.at })
	var out []simulate.Delivery
	for _, s := range all {
		at := start.Add(time.Duration(s.at) * time.Second)
		time.Sleep(time.Until(at))
		a := simulate.Alert{Labels: map[string]string{}, StartsAt: at.Add(-time.Duration(s.since) * time.Second)}
		for pair := range strings.FieldsSeq(s.labels) {
			name, value, _ := strings.Cut(pair, "=")
			a.Labels[name] = value
		}
		body := map[string]any{"labels": a.Labels, "startsAt": a.StartsAt}
		if s.fires >= 0 {
			a.EndsAt = at.Add(time.Duration(s.fires) * time.Second)
			body["endsAt"] = a.EndsAt
		}
		post(t, url+"/api/v2/alerts", []any{body})
		out = append(out, simulate.Delivery{At: at, Alert: a})
	}
	return out
}

// told is one notification of one webhook.
type told struct {
	at   time.Time
	what string
}

// expected are the simulated notifications, by play and path.
func expected(t *testing.T, cfg *config.Config, timeline *simulate.Timeline) map[string][]told {
	t.Helper()
	r, _ := simulate.NewRenderer(cfg, nil, "http://localhost")
	paths := map[string]string{"hook webhook/0": "/hook", "quiet webhook/0": "/quiet", "quiet webhook/1": "/loud"}
	out := map[string][]told{}
	for _, n := range timeline.Notifications {
		for _, i := range n.Integrations {
			rendered, err := r.Render(n, i.String())
			if err != nil {
				t.Fatal(err)
			}
			add(t, out, paths[n.Receiver+" "+i.String()], n.At, rendered.Fields["payload"])
		}
	}
	return out
}

// received is what the webhook got.
func received(t *testing.T, hook *peer.Webhook) map[string][]told {
	t.Helper()
	out := map[string][]told{}
	for _, n := range hook.Notifications() {
		add(t, out, n.Path, n.At, n.Body)
	}
	return out
}

// add puts the parts of a payload that do not hang on the run's clock into the
// list of its play, path and group.
func add(t *testing.T, to map[string][]told, path string, at time.Time, payload string) {
	t.Helper()
	var m struct {
		peer.Notification
		Reason      string            `json:"notification_reason"`
		RouteLabels map[string]string `json:"routeLabels"`
	}
	if err := json.Unmarshal([]byte(payload), &m); err != nil {
		t.Fatal(err)
	}
	what := fmt.Sprintf("%s, %s, route %v:", m.Status, m.Reason, m.RouteLabels)
	for _, a := range m.Alerts {
		what += fmt.Sprintf(" %s %v", a.Status, a.Labels)
	}
	key := path + " " + m.GroupKey
	to[key] = append(to[key], told{at, what})
}

// compareTimelines demands the same notifications in the same order, at most a
// second and a half later than they were due, of so many groups at least.
func compareTimelines(t *testing.T, start time.Time, want, got map[string][]told, groups int) {
	t.Helper()
	texts := func(m map[string][]told) map[string][]string {
		out := map[string][]string{}
		for key, list := range m {
			for _, one := range list {
				out[key] = append(out[key], one.what)
			}
		}
		return out
	}
	if diff := cmp.Diff(texts(got), texts(want)); diff != "" {
		t.Fatalf("notifications (-alertmanager +simulated):\n%s", diff)
	}
	count := 0
	for key, list := range want {
		for i, one := range list {
			count++
			if late := got[key][i].at.Sub(one.at); late < -100*time.Millisecond || late > 1500*time.Millisecond {
				t.Errorf("%s: %q is due at %s and came %s later", key, one.what, one.at.Sub(start), late)
			}
		}
	}
	t.Logf("%d notifications of %d groups", count, len(want))
	if len(want) < groups {
		t.Errorf("too few groups were notified: %v", texts(want))
	}
}

func post(t *testing.T, url string, v any) {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s", url, resp.Status)
	}
}
