package simulate

import (
	"slices"
	"time"
)

// retention is how long the notification log keeps an entry at most (flag
// data.retention).
const retention = 120 * time.Hour

// notificationLog remembers what an integration was last told about a group.
// Routes whose groups have the same key and receiver share entries, as
// upstream's do.
type notificationLog struct {
	start   time.Time
	entries map[logKey]entry
}

type logKey struct {
	group, receiver string
	integration     Integration
}

type entry struct {
	at, expires      time.Time
	firing, resolved []*record
}

func (l *notificationLog) get(key logKey, now time.Time) (entry, bool) {
	e, ok := l.entries[key]
	if ok && collected(l.start, e.expires, now, logGC) {
		delete(l.entries, key)
		return entry{}, false
	}
	return e, ok
}

func (l *notificationLog) put(key logKey, firing, resolved []*record, now time.Time, repeat time.Duration) {
	l.entries[key] = entry{at: now, expires: now.Add(min(retention, 2*repeat)), firing: firing, resolved: resolved}
}

// reason decides whether an integration is notified, as upstream's
// DedupStage.needsUpdate does; "" is no.
func (l *notificationLog) reason(key logKey, firing, resolved []*record, sendResolved bool, now time.Time, repeat time.Duration) Reason {
	last, ok := l.get(key, now)
	switch {
	case !ok && len(firing) > 0:
		return First
	case !ok:
		return ""
	case !subset(firing, last.firing) && len(last.firing) == 0:
		return First
	case !subset(firing, last.firing):
		return NewAlerts
	case len(firing) == 0 && len(last.firing) > 0:
		return AllResolved
	case len(firing) == 0:
		return ""
	case sendResolved && !subset(resolved, last.resolved):
		return NewResolved
	case last.at.Before(now.Add(-repeat)):
		return Repeat
	}
	return ""
}

// subset says whether all alerts of a are in b. Both are in the order of alerts.
func subset(a, b []*record) bool {
	for _, r := range a {
		at := slices.Index(b, r)
		if at < 0 {
			return false
		}
		b = b[at+1:]
	}
	return true
}
