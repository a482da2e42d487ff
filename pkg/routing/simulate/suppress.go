package simulate

import (
	"time"

	"github.com/monctl/monctl/pkg/routing"
)

// Kind is what keeps an alert out of a notification.
type Kind string

// The kinds, in the order in which upstream's pipeline asks about them.
const (
	ByInhibition   Kind = "inhibition"
	ByTimeInterval Kind = "time_interval"
	BySilence      Kind = "silence"
)

// By is one thing that suppresses an alert.
type By struct {
	Kind Kind
	// Pointer is the place of the inhibition rule or the time interval in the
	// configuration; a silence has none.
	Pointer string
	// Name is that of the rule or the interval, or the ID of the silence. Rules
	// and silences may have none.
	Name string
	// Source are the labels of the alert that inhibits.
	Source map[string]string
	// Route is the route that the interval mutes, and Active says that it is
	// muted because the time is outside of the interval.
	Route  *routing.Route
	Active bool
	// Comment is the silence's.
	Comment string
}

// Suppressed says what would keep an alert with these labels out of a
// notification to a receiver at an instant: nothing, if it is empty. All
// reasons are named, not only the first. Time intervals are those of the routes
// to the receiver that the alert ends in; the receiver "" means any. The alert
// itself need not have been delivered.
func (t *Timeline) Suppressed(alert map[string]string, receiver string, at time.Time) []By {
	set := labelSet(alert)
	out := t.muter.inhibitions(set, at)
	for _, r := range t.tree.Match(alert) {
		if receiver == "" || r.Receiver == receiver {
			out = append(out, t.muter.byIntervals(r, at)...)
		}
	}
	return append(out, t.muter.silenced(set, at)...)
}
