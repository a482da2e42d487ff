package peer

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Notification is the document that Alertmanager's webhook integration sends,
// version 4.
type Notification struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            string            `json:"status"`
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []Alert           `json:"alerts"`

	// Path is the request's path, At the moment of its arrival, Body the document
	// as it came. A body that is no such document leaves the fields above empty.
	Path string    `json:"-"`
	At   time.Time `json:"-"`
	Body string    `json:"-"`
}

// Alert is one alert of a [Notification].
type Alert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

// Webhook is a server on a loopback port that records the notifications it
// gets. It is safe for concurrent use.
type Webhook struct {
	t      testing.TB
	server *httptest.Server

	mu       sync.Mutex
	status   int
	received []Notification
}

// NewWebhook starts a webhook that answers 200, and ends it with the test.
func NewWebhook(t testing.TB) *Webhook {
	t.Helper()
	w := &Webhook{t: t, status: http.StatusOK}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	return w
}

// URL is where the webhook listens, without a trailing slash. Every path below
// it records.
func (w *Webhook) URL() string { return w.server.URL }

// Respond makes the webhook answer with another status from now on. What it
// refuses is recorded all the same.
func (w *Webhook) Respond(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = status
}

// ServeHTTP records one notification.
func (w *Webhook) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	var n Notification
	if err := json.Unmarshal(body, &n); err != nil {
		n = Notification{}
	}
	n.Path, n.At, n.Body = r.URL.Path, time.Now(), string(body)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.received = append(w.received, n)
	rw.WriteHeader(w.status)
}

// Notifications is what has arrived so far, in the order of arrival.
func (w *Webhook) Notifications() []Notification {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.received)
}

// WaitFor returns the first notification that matches, waiting for it if it has
// not arrived yet, and fails the test when none arrives in time.
func (w *Webhook) WaitFor(timeout time.Duration, match func(Notification) bool) Notification {
	w.t.Helper()
	var found Notification
	Eventually(w.t, timeout, func() error {
		all := w.Notifications()
		if i := slices.IndexFunc(all, match); i >= 0 {
			found = all[i]
			return nil
		}
		bodies := make([]string, 0, len(all))
		for _, n := range all {
			bodies = append(bodies, n.Path+" "+n.Body)
		}
		return fmt.Errorf("no matching notification among the %d received: %q", len(all), bodies)
	})
	return found
}
