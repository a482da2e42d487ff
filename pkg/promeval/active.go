package promeval

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
)

// ActiveAlert is an alert that an alerting rule holds in memory.
type ActiveAlert struct {
	// Labels are those of the alert before external labels are added.
	Labels labels.Labels
	State  AlertState
	// Rule is the position of the alert's rule among all.
	Rule int
	// Evaluated is set if the rule was evaluated at the last tick, which a
	// Schedule may not ask for.
	Evaluated bool
	// Expr is the rule's expression as Prometheus prints it.
	Expr string
	// ActiveAt is when the expression became true, FiredAt when the alert began
	// to fire, ResolvedAt when it became inactive, and KeepFiringSince when the
	// expression became false while keep_firing_for holds. They are zero if that
	// has not happened.
	ActiveAt, FiredAt, ResolvedAt, KeepFiringSince time.Time
	// Annotations expands the annotations as they were at the last tick at which
	// the expression was true.
	Annotations func(context.Context) labels.Labels
}

// Active returns the alerts that the rules hold after a tick, sorted by
// labels; of two rules with the same labels, in the order of the rules. They
// are what Prometheus decides from what to send; see Outbox.
func (e *Evaluation) Active() []ActiveAlert {
	var out []ActiveAlert
	e.alerts("", func(r *liveRule, a *heldAlert) {
		o := a.origin
		out = append(out, ActiveAlert{
			Labels: a.labels, State: a.state, Rule: r.position, Evaluated: e.Schedule.due(r.group, e.at), Expr: r.text,
			ActiveAt: a.activeAt, FiredAt: a.firedAt, ResolvedAt: a.resolvedAt, KeepFiringSince: a.keepFiringSince,
			Annotations: func(ctx context.Context) labels.Labels { return e.annotations(ctx, r, o) },
		})
	})
	slices.SortStableFunc(out, func(a, b ActiveAlert) int { return labels.Compare(a.Labels, b.Labels) })
	return out
}
