package am

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/notify"
)

// notifier stands before an upstream integration: it records attempts, holds
// back, redacts and shields attempts from the closing of the gate.
type notifier struct {
	inner    notify.Integration
	receiver string
	held     string // The secret that is missing; empty: not held back.
	redact   *strings.Replacer
	history  *history
}

// wrap puts a notifier before the integration.
func (n *notifier) wrap() notify.Integration {
	return notify.NewIntegration(n, &n.inner, n.inner.Name(), n.inner.Index(), n.receiver)
}

// Notify implements notify.Notifier.
func (n *notifier) Notify(ctx context.Context, alerts ...*alert.Alert) (bool, error) {
	// The retry loop chooses at random between a due retry and the end of its
	// context; an attempt must not begin once the gate has closed.
	if err := ctx.Err(); err != nil {
		return true, err
	}
	record := n.describe(ctx, alerts)
	if n.held != "" {
		record.Outcome, record.Secret = HeldBack, n.held
		n.history.add(record)
		return false, nil
	}
	attempt, cancel := attemptContext(ctx)
	defer cancel()
	retry, err := n.inner.Notify(withIncidentKey(attempt), alerts...)
	record.Duration = time.Since(record.Time)
	record.Outcome = Sent
	if err != nil {
		err = n.redacted(err)
		record.Outcome, record.Error = Failed, err.Error()
	}
	n.history.add(record)
	return retry, err
}

func (n *notifier) describe(ctx context.Context, alerts []*alert.Alert) Notification {
	r := Notification{
		Time:        time.Now(),
		Receiver:    n.receiver,
		Integration: n.inner.Name(),
		Index:       n.inner.Index(),
	}
	r.GroupKey, _ = notify.GroupKey(ctx)
	if reason, ok := notify.NotificationReason(ctx); ok {
		r.Reason = reason.String()
	}
	if group, ok := notify.GroupLabels(ctx); ok {
		r.GroupLabels = plain(group)
	}
	for _, a := range alerts {
		count, kept := &r.FiringCount, &r.Firing
		if a.Resolved() {
			count, kept = &r.ResolvedCount, &r.Resolved
		}
		if *count++; *count <= MaxAlerts {
			*kept = append(*kept, plain(a.Labels))
		}
	}
	return r
}

func plain(ls model.LabelSet) map[string]string {
	m := make(map[string]string, len(ls))
	for k, v := range ls {
		m[string(k)] = string(v)
	}
	return m
}

// redactedError has the text of an error without its secrets. What it wraps is
// kept, since upstream's retry stage looks for the reason in it.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

func (n *notifier) redacted(err error) error {
	if text := n.redact.Replace(err.Error()); text != err.Error() {
		return &redactedError{text: text, err: err}
	}
	return err
}
