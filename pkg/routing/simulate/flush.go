package simulate

import (
	"container/heap"
	"slices"
	"time"
)

// flush hands a group to its receiver, drops the alerts that are resolved, and
// sets the group's next flush. A group without alerts is gone: an alert that
// comes later opens it anew, and waits for group_wait again.
func (s *simulation) flush(g *group, now time.Time) {
	n := s.notify(g, now)
	if n != nil {
		s.notifications = append(s.notifications, *n)
	}
	if s.o.OnFlush != nil {
		s.account(g, now, n)
	}
	g.members = slices.DeleteFunc(g.members, func(r *record) bool { return r.resolved(now) })
	if len(g.members) == 0 {
		delete(s.groups, g.id)
		heap.Remove(&s.queue, 0)
		return
	}
	g.next = now.Add(g.route.GroupInterval)
	heap.Fix(&s.queue, 0)
}

// notify is upstream's notification pipeline. It returns nil if nobody is
// notified.
func (s *simulation) notify(g *group, now time.Time) *Notification {
	left := s.unmuted(g, now)
	if len(left) == 0 {
		return nil
	}
	var firing, resolved []*record
	for _, r := range left {
		if r.resolved(now) {
			resolved = append(resolved, r)
		} else {
			firing = append(firing, r)
		}
	}
	var n Notification
	for _, c := range s.receivers[g.route.Receiver] {
		key := logKey{group: g.key, receiver: g.route.Receiver, integration: c.Integration}
		reason := s.log.reason(key, firing, resolved, c.sendResolved, now, g.route.RepeatInterval)
		if reason == "" {
			continue
		}
		s.log.put(key, firing, resolved, now, g.route.RepeatInterval)
		sent := left
		if !c.sendResolved {
			sent = firing
		}
		if len(sent) == 0 {
			continue
		}
		alerts := alertsAt(sent, now)
		n.Integrations = append(n.Integrations, NotifiedIntegration{
			Integration: c.Integration, Reason: reason, Status: statusOf(alerts), Alerts: alerts,
		})
		if len(alerts) > len(n.Alerts) {
			n.Alerts = alerts
		}
	}
	if len(n.Integrations) == 0 {
		return nil
	}
	n.At, n.Route, n.Receiver, n.GroupKey, n.GroupLabels = now, g.route, g.route.Receiver, g.key, stringMap(g.labels)
	n.Reason, n.Status, n.batch = n.Integrations[0].Reason, statusOf(n.Alerts), alertsAt(g.members, now)
	return &n
}

// unmuted returns the alerts of a group that are not suppressed.
func (s *simulation) unmuted(g *group, now time.Time) []*record {
	s.left = s.left[:0]
	for _, r := range g.members {
		if rule := s.muter.inhibited(r, now); rule >= 0 {
			s.used.inhibitions[rule] = true
			continue
		}
		s.left = append(s.left, r)
	}
	if len(s.left) == 0 {
		return nil
	}
	if by := s.muter.byIntervals(g.route, now); len(by) > 0 {
		for _, b := range by {
			s.used.intervals[b.Name] = true
		}
		return nil
	}
	s.left = slices.DeleteFunc(s.left, func(r *record) bool {
		silenced := false
		for _, n := range r.silences {
			if s.muter.silences[n].active(now) {
				s.used.silences[n] = true
				silenced = true
			}
		}
		return silenced
	})
	return s.left
}

// alertsAt returns alerts as a flush at an instant shows them. The end of a
// firing alert is only when its sender would be missed, and not shown.
func alertsAt(list []*record, now time.Time) []NotifiedAlert {
	out := make([]NotifiedAlert, len(list))
	for i, r := range list {
		out[i] = NotifiedAlert{Status: Firing, Alert: Alert{
			Labels: r.names, Annotations: r.annotations, StartsAt: r.current.StartsAt, GeneratorURL: r.current.GeneratorURL,
		}}
		if r.resolved(now) {
			out[i].Status, out[i].EndsAt = Resolved, r.current.EndsAt
		}
	}
	return out
}
