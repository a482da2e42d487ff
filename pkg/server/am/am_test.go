package am_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/monctl/monctl/pkg/server/am"
)

// deadline is how long a test waits for what has to happen.
const deadline = 15 * time.Second

func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v in vain: %s", deadline, what)
		}
	}
}

// message is what Alertmanager posts to a webhook.
type message struct {
	Receiver string `json:"receiver"`
	Status   string `json:"status"`
	GroupKey string `json:"groupKey"`
	Reason   string `json:"notification_reason"`
	Alerts   []struct {
		Status string            `json:"status"`
		Labels map[string]string `json:"labels"`
	} `json:"alerts"`
}

// names returns "status:alertname/instance" of the alerts, sorted.
func (m message) names() string {
	var out []string
	for _, a := range m.Alerts {
		out = append(out, a.Status+":"+a.Labels["alertname"]+"/"+a.Labels["instance"])
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// sink is a webhook. before, if set, is called before a request is answered;
// the message counts as received afterwards.
type sink struct {
	*httptest.Server
	before func(*http.Request) int

	mu   sync.Mutex
	got  []message
	head []http.Header
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m message
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if s.before != nil {
		if code := s.before(r); code != 0 {
			w.WriteHeader(code)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, m)
	s.head = append(s.head, r.Header.Clone())
}

func (s *sink) messages() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// wait returns the messages once there are n of them.
func (s *sink) wait(t *testing.T, n int) []message {
	t.Helper()
	poll(t, fmt.Sprintf("%d messages", n), func() bool { return len(s.messages()) >= n })
	return s.messages()
}

func open(t *testing.T, opts am.Options) *am.Server {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	if opts.Registerer == nil {
		opts.Registerer = prometheus.NewRegistry()
	}
	s, err := am.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, s) })
	return s
}

func closeServer(t *testing.T, s *am.Server) {
	t.Helper()
	// The test's context has ended in a cleanup.
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func apply(t *testing.T, s *am.Server, in am.Input) {
	t.Helper()
	p, list, err := s.Prepare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if list.HasErrors() {
		t.Fatalf("rejected:\n%s", list)
	}
	if err := p.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// config makes a configuration with quick timers out of its routes; each
// receiver is a webhook.
func config(routes string, receivers map[string]string) am.Input {
	var b strings.Builder
	b.WriteString("route:\n  receiver: none\n  group_by: [alertname]\n  group_wait: 10ms\n  group_interval: 50ms\n  repeat_interval: 1h\n  routes:\n")
	for line := range strings.Lines(routes) {
		b.WriteString("  " + line)
	}
	b.WriteString("\nreceivers:\n- name: none\n")
	for _, name := range sortedKeys(receivers) {
		fmt.Fprintf(&b, "- name: %s\n  webhook_configs: [{url: %q}]\n", name, receivers[name])
	}
	return am.Input{Config: []byte(b.String())}
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// alert makes an alert from "alertname/instance" and further labels.
func alert(name string, labels ...string) *am.Alert {
	alertname, instance, _ := strings.Cut(name, "/")
	ls := map[string]string{"alertname": alertname, "instance": instance}
	for _, l := range labels {
		k, v, _ := strings.Cut(l, "=")
		ls[k] = v
	}
	// It fires long enough that a group need not wait for others.
	return &am.Alert{Labels: ls, StartsAt: time.Now().Add(-time.Minute), EndsAt: time.Now().Add(time.Hour)}
}

func resolved(a *am.Alert) *am.Alert {
	b := *a
	b.EndsAt = time.Now().Add(-time.Millisecond)
	return &b
}

func put(t *testing.T, s *am.Server, alerts ...*am.Alert) {
	t.Helper()
	if err := s.Put(t.Context(), alerts); err != nil {
		t.Fatal(err)
	}
}

// call asks the server's API and decodes the answer into out if it is 2xx.
func call(t *testing.T, s *am.Server, method, path string, body, out any) (code int, text string) {
	t.Helper()
	var in io.Reader = http.NoBody
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/v2"+path, in)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if out != nil && w.Code < 300 {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, path, err, w.Body)
		}
	}
	return w.Code, w.Body.String()
}

// silence creates one and returns its ID.
func silence(t *testing.T, s *am.Server, name, value string) string {
	t.Helper()
	var answer struct {
		SilenceID string `json:"silenceID"`
	}
	code, text := call(t, s, http.MethodPost, "/silences", map[string]any{
		"matchers": []any{map[string]any{"name": name, "value": value, "isRegex": false, "isEqual": true}},
		"startsAt": time.Now().UTC(), "endsAt": time.Now().Add(time.Hour).UTC(),
		"createdBy": "ops", "comment": "maintenance",
	}, &answer)
	if code != http.StatusOK {
		t.Fatalf("create silence: %d %s", code, text)
	}
	return answer.SilenceID
}
