package am

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Outcome says how an attempt ended.
type Outcome string

// The outcomes.
const (
	// Sent means that the integration reported success.
	Sent Outcome = "sent"
	// Failed means that it did not; the pipeline may try again.
	Failed Outcome = "failed"
	// HeldBack means that it was not called, because a secret has no value.
	HeldBack Outcome = "held_back"
)

// Notification is one attempt to notify.
type Notification struct {
	// Time is when the attempt began, Duration how long it took.
	Time     time.Time
	Duration time.Duration
	Receiver string
	// Integration is its type ("slack"), Index its place among the receiver's
	// integrations of this type.
	Integration string
	Index       int
	GroupKey    string
	GroupLabels map[string]string
	// Reason is upstream's: "first notification", "repeat interval elapsed", …
	Reason string
	// FiringCount and ResolvedCount say how many alerts it was about, Firing
	// and Resolved have the labels of the first MaxAlerts of each, in the order
	// in which they were passed to the integration.
	FiringCount, ResolvedCount int
	Firing, Resolved           []map[string]string

	Outcome Outcome
	// Error is what the integration said, its secrets redacted. Empty unless
	// the outcome is Failed.
	Error string
	// Secret names the secret without a value. Empty unless the outcome is
	// HeldBack.
	Secret string
}

// MaxAlerts is how many firing and how many resolved alerts of an attempt are
// kept; a group can have ten thousands.
const MaxAlerts = 50

// history keeps the last attempts.
type history struct {
	total *prometheus.CounterVec

	mu   sync.Mutex
	ring []Notification // Grows to its capacity, then next is the oldest.
	next int
}

func newHistory(limit int, total *prometheus.CounterVec) *history {
	return &history{total: total, ring: make([]Notification, 0, limit)}
}

func (h *history) add(n Notification) {
	h.total.WithLabelValues(n.Receiver, n.Integration, string(n.Outcome)).Inc()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.ring) < cap(h.ring) {
		h.ring = append(h.ring, n)
		return
	}
	h.ring[h.next] = n
	h.next = (h.next + 1) % len(h.ring)
}

// list returns the attempts, oldest first.
func (h *history) list() []Notification {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]Notification, 0, len(h.ring))
	out = append(out, h.ring[h.next:]...)
	return append(out, h.ring[:h.next]...)
}
