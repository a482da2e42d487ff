package simulate

import (
	"container/heap"
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

// flush hands a group to its receiver, drops the alerts that are resolved, and
// sets the group's next flush. A group without alerts is gone: an alert that
// comes later opens it anew, and waits for group_wait again.
func (s *simulation) flush(g *group, now time.Time) {
	batch := make([]flushed, 0, len(g.members))
	g.members = slices.DeleteFunc(g.members, func(r *record) bool {
		f := newFlushed(r, now)
		batch = append(batch, f)
		return f.Status == Resolved
	})
	s.notify(g, batch, now)
	if len(g.members) == 0 {
		delete(s.groups, g.id)
		heap.Remove(&s.queue, 0)
		return
	}
	g.next = now.Add(g.route.GroupInterval)
	heap.Fix(&s.queue, 0)
}

// flushed is an alert in a flush.
type flushed struct {
	NotifiedAlert
	set model.LabelSet
	fp  model.Fingerprint
}

// newFlushed makes the alert as the flush at an instant sees it. The end of a
// firing alert is only when its sender would be missed, and not shown.
func newFlushed(r *record, now time.Time) flushed {
	v := r.versions[len(r.versions)-1]
	f := flushed{set: r.labels, fp: r.labels.Fingerprint()}
	f.Status = Firing
	f.Alert = Alert{
		Labels: stringMap(v.Labels), Annotations: stringMap(v.Annotations),
		StartsAt: v.StartsAt, GeneratorURL: v.GeneratorURL,
	}
	if !v.EndsAt.After(now) {
		f.Status, f.EndsAt = Resolved, v.EndsAt
	}
	return f
}

// notify is upstream's notification pipeline.
func (s *simulation) notify(g *group, batch []flushed, now time.Time) {
	left := s.unmuted(g, batch, now)
	if len(left) == 0 {
		return
	}
	firing, resolved := map[model.Fingerprint]bool{}, map[model.Fingerprint]bool{}
	for _, f := range left {
		if f.Status == Firing {
			firing[f.fp] = true
		} else {
			resolved[f.fp] = true
		}
	}
	all := alertsOf(left)
	n := Notification{
		At: now, Route: g.route, Receiver: g.route.Receiver, GroupKey: g.key, GroupLabels: stringMap(g.labels),
		batch: alertsOf(batch),
	}
	for _, c := range s.receivers[g.route.Receiver] {
		key := logKey{group: g.key, receiver: g.route.Receiver, integration: c.Integration}
		reason := s.log.reason(key, firing, resolved, c.sendResolved, now, g.route.RepeatInterval)
		if reason == "" {
			continue
		}
		s.log.put(key, firing, resolved, now, g.route.RepeatInterval)
		alerts := sentTo(c, all)
		if len(alerts) == 0 {
			continue
		}
		n.Integrations = append(n.Integrations, NotifiedIntegration{
			Integration: c.Integration, Reason: reason, Status: statusOf(alerts), Alerts: alerts,
		})
		if len(alerts) > len(n.Alerts) {
			n.Alerts = alerts
		}
	}
	if len(n.Integrations) > 0 {
		n.Reason, n.Status = n.Integrations[0].Reason, statusOf(n.Alerts)
		s.notifications = append(s.notifications, n)
	}
}

// unmuted returns the alerts that are not suppressed.
func (s *simulation) unmuted(g *group, batch []flushed, now time.Time) []flushed {
	left := slices.DeleteFunc(slices.Clone(batch), func(f flushed) bool {
		rule := s.muter.inhibited(f.set, now)
		if rule >= 0 {
			s.used.inhibitions[rule] = true
		}
		return rule >= 0
	})
	if len(left) == 0 {
		return nil
	}
	if by := s.muter.byIntervals(g.route, now); len(by) > 0 {
		for _, b := range by {
			s.used.intervals[b.Name] = true
		}
		return nil
	}
	return slices.DeleteFunc(left, func(f flushed) bool {
		by := s.muter.silencedBy(f.set, now)
		for _, n := range by {
			s.used.silences[n] = true
		}
		return len(by) > 0
	})
}

func alertsOf(list []flushed) []NotifiedAlert {
	out := make([]NotifiedAlert, len(list))
	for i, f := range list {
		out[i] = f.NotifiedAlert
	}
	return out
}
