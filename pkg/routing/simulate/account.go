package simulate

import (
	"time"

	"github.com/monctl/monctl/pkg/routing"
)

// Flush is the account of one flush of a group, also of those that told nobody
// anything.
type Flush struct {
	At          time.Time
	Route       *routing.Route
	GroupKey    string
	GroupLabels map[string]string
	// Alerts are all of the group.
	Alerts []FlushedAlert
	// Notification is nil if nobody was notified: everything was suppressed, or
	// nothing had changed since the last notification, or the receiver has no
	// integration, or only resolved alerts were left and none sends those.
	Notification *Notification
}

// FlushedAlert is an alert of a flush.
type FlushedAlert struct {
	NotifiedAlert
	// By is all that kept it out of a notification.
	By []By
}

// account reports a flush to those who asked for it, before the group drops
// its resolved alerts.
func (s *simulation) account(g *group, now time.Time, n *Notification) {
	f := Flush{At: now, Route: g.route, GroupKey: g.key, GroupLabels: stringMap(g.labels), Notification: n}
	for i, a := range alertsAt(g.members, now) {
		set := g.members[i].labels
		by := s.muter.inhibitions(set, now)
		by = append(by, s.muter.byIntervals(g.route, now)...)
		f.Alerts = append(f.Alerts, FlushedAlert{NotifiedAlert: a, By: append(by, s.muter.silenced(set, now)...)})
	}
	s.o.OnFlush(f)
}
