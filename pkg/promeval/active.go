package promeval

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// AlertState is how an alert stands after a tick.
type AlertState string

// The states of an alert. An inactive one has fired, and is remembered for as
// long as Prometheus goes on telling Alertmanager that it is resolved.
const (
	AlertPending  AlertState = "pending"
	AlertFiring   AlertState = "firing"
	AlertInactive AlertState = "inactive"
)

// ActiveAlert is an alert that an alerting rule holds in memory.
type ActiveAlert struct {
	// Labels are those of the alert before external labels are added.
	Labels labels.Labels
	State  AlertState
	// Expr is the rule's expression as Prometheus prints it.
	Expr string
	// ActiveAt is when the expression became true, FiredAt when the alert began
	// to fire, ResolvedAt when it became inactive, and KeepFiringSince when the
	// expression became false while keep_firing_for holds. They are zero if that
	// has not happened.
	ActiveAt, FiredAt, ResolvedAt, KeepFiringSince time.Time
	// Annotations expands the annotations as they were at the last tick at which
	// the expression was true. It may be called until the next tick. Those of an
	// inactive alert are gone: whoever wants them has asked before.
	Annotations func(context.Context) labels.Labels
}

// Active returns the alerts that the rules hold after a tick, sorted by
// labels; of two rules with the same labels, in the order of the rules. They
// are what Prometheus decides from what to send (rules/alerting.go,
// AlertingRule.sendAlerts).
func (e *Evaluation) Active() []ActiveAlert {
	var out []ActiveAlert
	for _, g := range e.groups {
		for _, r := range g.rules {
			if r.alerting != nil {
				out = append(out, r.alerting.active(r.query)...)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ActiveAlert) int { return labels.Compare(a.Labels, b.Labels) })
	return out
}

// active returns the alerts of one rule, in an order that is always the same.
func (a *alerting) active(query rules.QueryFunc) []ActiveAlert {
	var out []ActiveAlert
	a.upstream.ForEachActiveAlert(func(alert *rules.Alert) {
		one := ActiveAlert{
			Labels: alert.Labels, State: AlertFiring, Expr: a.text,
			ActiveAt: alert.ActiveAt, FiredAt: alert.FiredAt, ResolvedAt: alert.ResolvedAt, KeepFiringSince: alert.KeepFiringSince,
		}
		switch alert.State {
		case rules.StatePending:
			one.State = AlertPending
		case rules.StateFiring:
		case rules.StateInactive, rules.StateUnknown:
			one.State = AlertInactive
		}
		one.Annotations = func(ctx context.Context) labels.Labels {
			a.query = query
			return a.annotationsOf(ctx, one.Labels)
		}
		out = append(out, one)
	})
	slices.SortFunc(out, func(a, b ActiveAlert) int {
		return cmp.Or(labels.Compare(a.Labels, b.Labels), a.ActiveAt.Compare(b.ActiveAt))
	})
	return out
}
