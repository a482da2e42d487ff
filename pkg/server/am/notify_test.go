package am_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/monctl/monctl/pkg/server/am"
)

func TestAlertTravelsToWebhook(t *testing.T) {
	page, mail := newSink(t), newSink(t)
	reg := prometheus.NewRegistry()
	s := open(t, am.Options{Registerer: reg})
	apply(t, s, config("- {receiver: page, matchers: ['severity=\"critical\"']}\n- {receiver: mail}", map[string]string{"page": page.URL, "mail": mail.URL}))
	a := alert("Down/a", "severity=critical")
	put(t, s, a, alert("Slow/a", "severity=warning"))

	got := page.wait(t, 1)[0]
	if got.names() != "firing:Down/a" || got.Receiver != "page" {
		t.Errorf("paged %q to %q", got.names(), got.Receiver)
	}
	if got := mail.wait(t, 1)[0]; got.names() != "firing:Slow/a" {
		t.Errorf("mailed %q", got.names())
	}
	put(t, s, resolved(a))
	if got := page.wait(t, 2)[1]; got.Status != "resolved" || got.names() != "resolved:Down/a" {
		t.Errorf("then %s %q", got.Status, got.names())
	}

	var pages []am.Notification
	poll(t, "two recorded attempts", func() bool {
		pages = nil
		for _, n := range s.Notifications() {
			if n.Receiver == "page" {
				pages = append(pages, n)
			}
		}
		return len(pages) == 2
	})
	n := pages[0]
	if n.Outcome != am.Sent || n.Integration != "webhook" || n.Index != 0 || n.Reason != "first notification" || n.Duration <= 0 {
		t.Errorf("first attempt: %+v", n)
	}
	if diff := cmp.Diff(map[string]string{"alertname": "Down"}, n.GroupLabels); diff != "" {
		t.Error(diff)
	}
	if n.FiringCount != 1 || n.ResolvedCount != 0 || len(n.Firing) != 1 || len(n.Resolved) != 0 || n.Firing[0]["instance"] != "a" || len(pages[1].Resolved) != 1 {
		t.Errorf("alerts of the attempts: %+v, %+v", n, pages[1])
	}
	if got := counter(t, reg, "monctl_notifications_total", "receiver=page integration=webhook outcome=sent"); got != 2 {
		t.Errorf("monctl_notifications_total is %v", got)
	}
	// Put counts where the API counts (api/metrics of upstream).
	if got := counter(t, reg, "alertmanager_alerts_received_total", "status=firing version=v2"); got != 2 {
		t.Errorf("alertmanager_alerts_received_total is %v", got)
	}
	if got := counter(t, reg, "alertmanager_alerts_invalid_total", "version=v2"); got != 0 {
		t.Errorf("alertmanager_alerts_invalid_total is %v", got)
	}
	if err := s.Put(t.Context(), []*am.Alert{{Labels: map[string]string{"empty": ""}}}); err == nil || !strings.Contains(err.Error(), "at least one label pair") {
		t.Errorf("an alert without labels: %v", err)
	}
	if got := counter(t, reg, "alertmanager_alerts_invalid_total", "version=v2"); got != 1 {
		t.Errorf("alertmanager_alerts_invalid_total is %v", got)
	}
}

// counter returns the value of a counter or gauge; labels are "name=value …".
func counter(t *testing.T, reg *prometheus.Registry, name, labels string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			have := map[string]string{}
			for _, l := range m.GetLabel() {
				have[l.GetName()] = l.GetValue()
			}
			want := map[string]string{}
			for pair := range strings.FieldsSeq(labels) {
				k, v, _ := strings.Cut(pair, "=")
				want[k] = v
			}
			if cmp.Equal(want, have) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	t.Fatalf("no metric %s{%s}", name, labels)
	return 0
}

func TestInhibition(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	in := config("- {receiver: hook, group_by: [alertname, instance]}", map[string]string{"hook": hook.URL})
	in.Config = append(in.Config, "inhibit_rules:\n- {source_matchers: ['severity=\"critical\"'], target_matchers: ['severity=\"warning\"'], equal: [instance]}\n"...)
	apply(t, s, in)
	put(t, s, alert("Down/a", "severity=critical"))
	hook.wait(t, 1)
	put(t, s, alert("Slow/a", "severity=warning"))
	put(t, s, alert("Slow/b", "severity=warning"))
	if got := hook.wait(t, 2)[1].names(); got != "firing:Slow/b" {
		t.Errorf("notified %q beside the inhibited alert", got)
	}
	var alerts []struct {
		Labels map[string]string
		Status struct{ InhibitedBy []string }
	}
	call(t, s, http.MethodGet, "/alerts", nil, &alerts)
	inhibited := 0
	for _, a := range alerts {
		inhibited += len(a.Status.InhibitedBy)
	}
	if len(alerts) != 3 || inhibited != 1 {
		t.Errorf("the API knows %d alerts, %d inhibited: %+v", len(alerts), inhibited, alerts)
	}
}

func TestHeldBack(t *testing.T) {
	hook := newSink(t)
	in := am.Input{Unresolved: []string{"slack/url", "pager/key"}, Config: []byte(`
global: {slack_api_url: 'https://secret.invalid/slack/url'}
route: {receiver: team, group_wait: 10ms, group_interval: 50ms, repeat_interval: 1h}
receivers:
- name: team
  webhook_configs: [{url: '` + hook.URL + `'}]
  slack_configs: [{channel: '#a'}]
  pagerduty_configs: [{routing_key: 'https://secret.invalid/pager/key'}]
`)}
	s := open(t, am.Options{})
	apply(t, s, in)
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	poll(t, "three attempts", func() bool { return len(s.Notifications()) == 3 })
	got := map[string]string{}
	for _, n := range s.Notifications() {
		got[n.Integration] = string(n.Outcome) + " " + n.Secret
	}
	want := map[string]string{"webhook": "sent ", "slack": "held_back slack/url", "pagerduty": "held_back pager/key"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Held back counts as told: another alert is news, the first is not.
	put(t, s, alert("Down/b"))
	poll(t, "three more attempts", func() bool { return len(s.Notifications()) == 6 })
	for _, n := range s.Notifications()[3:] {
		if n.Reason != "new alerts added" {
			t.Errorf("%s was notified again: %s", n.Integration, n.Reason)
		}
	}
}

func TestErrorsAreRedacted(t *testing.T) {
	hook := newSink(t)
	hook.before = func(r *http.Request) int {
		if r.Header.Get("Authorization") != "Bearer hunter2hunter2" {
			t.Errorf("Authorization: %q", r.Header.Get("Authorization"))
		}
		return 0
	}
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.URL.Path+" with "+r.Header.Get("Authorization"), http.StatusForbidden)
	}))
	t.Cleanup(echo.Close)
	s := open(t, am.Options{History: 3})
	in := config("- {receiver: bad, continue: true}\n- {receiver: hook}", nil)
	in.Config = append(in.Config, `- name: bad
  webhook_configs: [{url: '`+echo.URL+`/services/T0/B0/xyzzyx', http_config: {authorization: {credentials: hunter2hunter2}}}]
- name: hook
  webhook_configs: [{url: '`+hook.URL+`', http_config: {authorization: {credentials: hunter2hunter2}}}]
`...)
	apply(t, s, in)
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	var failed am.Notification
	poll(t, "a failed attempt", func() bool {
		for _, n := range s.Notifications() {
			if n.Outcome == am.Failed {
				failed = n
			}
		}
		return failed.Error != ""
	})
	if strings.Contains(failed.Error, "xyzzyx") || strings.Contains(failed.Error, "hunter2") || !strings.Contains(failed.Error, "403") || !strings.Contains(failed.Error, "<redacted>") {
		t.Errorf("recorded %q", failed.Error)
	}
	// The failed one is tried at every flush; the history stays bounded.
	poll(t, "a full history", func() bool { return len(s.Notifications()) == 3 })
	first := s.Notifications()[0].Time
	poll(t, "an attempt more", func() bool { return s.Notifications()[0].Time.After(first) })
	if n := len(s.Notifications()); n != 3 {
		t.Errorf("the history of 3 has %d attempts", n)
	}
}

func TestHeadersAreNotRedirected(t *testing.T) {
	other := newSink(t)
	front := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(front.Close)
	s := open(t, am.Options{})
	in := config("- {receiver: hook}", nil)
	in.Config = append(in.Config, "- name: hook\n  webhook_configs: [{url: '"+front.URL+"', http_config: {http_headers: {X-Token: {secrets: [hunter2hunter2]}}}}]\n"...)
	apply(t, s, in)
	put(t, s, alert("Down/a"))
	poll(t, "an attempt", func() bool { return len(s.Notifications()) > 0 })
	if n := s.Notifications()[0]; n.Outcome != am.Failed || !strings.Contains(n.Error, "307") {
		t.Errorf("the attempt: %s %s", n.Outcome, n.Error)
	}
	if n := len(other.messages()); n != 0 {
		t.Errorf("the other host got %d messages", n)
	}
}

// TestRedirectKeepsCredentials guards what prometheus/common does about
// redirects to other hosts (CVE-2025-4673 and its kind): custom credentials and
// basic authentication stay with the host that they were configured for.
func TestRedirectKeepsCredentials(t *testing.T) {
	other := newSink(t)
	target := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	front := httptest.NewServer(http.RedirectHandler(target, http.StatusTemporaryRedirect))
	t.Cleanup(front.Close)
	for name, httpConfig := range map[string]string{
		"bearer": "{authorization: {credentials: hunter2hunter2}}",
		"basic":  "{basic_auth: {username: u, password: hunter2hunter2}}",
	} {
		t.Run(name, func(t *testing.T) {
			before := len(other.messages())
			s := open(t, am.Options{})
			in := config("- {receiver: hook}", nil)
			in.Config = append(in.Config, "- name: hook\n  webhook_configs: [{url: '"+front.URL+"', http_config: "+httpConfig+"}]\n"...)
			apply(t, s, in)
			put(t, s, alert("Down/a"))
			other.wait(t, before+1)
			other.mu.Lock()
			defer other.mu.Unlock()
			for k, v := range other.head[before] {
				if strings.Contains(strings.Join(v, " "), "hunter2") || k == "Authorization" {
					t.Errorf("the other host got %s: %v", k, v)
				}
			}
		})
	}
}

func TestStartDelay(t *testing.T) {
	hook := newSink(t)
	begin := time.Now()
	s := open(t, am.Options{StartDelay: 300 * time.Millisecond})
	apply(t, s, config("- {receiver: hook}", map[string]string{"hook": hook.URL}))
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	// An attempt is recorded when it has ended, after its receiver got it.
	poll(t, "the attempt in the history", func() bool { return len(s.Notifications()) == 1 })
	if n := s.Notifications()[0]; n.Time.Sub(begin) < 300*time.Millisecond {
		t.Errorf("notified after %v", n.Time.Sub(begin))
	}
	// Neither Commit nor Close waits for the delay.
	long := open(t, am.Options{StartDelay: time.Hour})
	apply(t, long, config("- {receiver: hook}", map[string]string{"hook": hook.URL}))
	if code, text := call(t, long, http.MethodGet, "/alerts/groups", nil, nil); code != http.StatusOK {
		t.Errorf("groups before the start: %d %s", code, text)
	}
}
