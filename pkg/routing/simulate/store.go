package simulate

import (
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"
)

// How often the server looks for what has expired, counted from its start
// (flags alerts.gc-interval and data.maintenance-interval).
const (
	alertsGC = 30 * time.Minute
	logGC    = 15 * time.Minute
)

// held is the end of an alert that fires until told otherwise.
var held = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// record is one alert, by its labels.
type record struct {
	labels model.LabelSet
	names  map[string]string // the same, for notifications
	// places are the groups it belongs to, one in each route that it ends in.
	places []place
	// targets are the inhibition rules whose target it is, silences those whose
	// matchers it has: indexes into the muter's.
	targets  []target
	silences []int

	// current is what the latest delivery has made of it. Its own Resolved looks
	// at the clock.
	current     alert.Alert
	annotations map[string]string
	// firing is when it has been firing, as far as was known at the time.
	firing []span
}

// place is a group of a route, which need not be there.
type place struct {
	groupID
	labels model.LabelSet
}

// span is a time from one instant until just before another.
type span struct{ from, until time.Time }

// resolved says whether the alert has ended, as far as is known now.
func (r *record) resolved(now time.Time) bool { return !r.current.EndsAt.After(now) }

// set makes an alert the latest version.
func (r *record) set(a alert.Alert, now time.Time) {
	r.current = a
	until := a.EndsAt
	if until.Before(now) {
		until = now
	}
	if n := len(r.firing); n > 0 && r.firing[n-1].until.After(now) {
		r.firing[n-1].until = until
	} else if until.After(now) {
		r.firing = append(r.firing, span{from: now, until: until})
	}
}

// firingAt says whether the alert fires at an instant, which may be past.
func (r *record) firingAt(t time.Time) bool {
	n := sort.Search(len(r.firing), func(i int) bool { return r.firing[i].from.After(t) })
	return n > 0 && r.firing[n-1].until.After(t)
}

// store holds the alerts as upstream's API and provider/mem take them in.
type store struct {
	start          time.Time
	resolveTimeout time.Duration
	records        map[model.Fingerprint]*record
}

// put takes a delivery in. The reason is why it is refused, if it is.
func (s *store) put(d Delivery) (r *record, reason string) {
	a := s.posted(d)
	fp := a.Labels.Fingerprint()
	r, known := s.records[fp]
	repeated := known && maps.Equal(r.annotations, d.Alert.Annotations)
	if !repeated { // else they have been validated
		a.Annotations = labelSet(d.Alert.Annotations)
	}
	if err := a.Validate(); err != nil {
		return nil, err.Error()
	}
	if !known {
		r = &record{labels: a.Labels, names: stringMap(a.Labels)}
		s.records[fp] = r
	} else {
		old := r.current
		ended := old.EndsAt
		if ended.Before(old.UpdatedAt) {
			ended = old.UpdatedAt // it came after its end
		}
		if !collected(s.start, ended, d.At, alertsGC) && overlap(old, a) {
			a = merge(old, a, d.At)
		}
	}
	if !repeated {
		r.annotations = stringMap(a.Annotations)
	}
	r.set(a, d.At)
	return r, ""
}

// posted is the alert as the API makes it of what is posted, without its
// annotations.
func (s *store) posted(d Delivery) alert.Alert {
	a := alert.Alert{UpdatedAt: d.At}
	a.Labels = labelSet(d.Alert.Labels)
	maps.DeleteFunc(a.Labels, func(_ model.LabelName, v model.LabelValue) bool { return v == "" })
	a.StartsAt, a.EndsAt, a.GeneratorURL = d.Alert.StartsAt, d.Alert.EndsAt, d.Alert.GeneratorURL
	if d.Held {
		a.EndsAt = held
	}
	if a.StartsAt.IsZero() {
		a.StartsAt = a.EndsAt
		if a.EndsAt.IsZero() || d.Held {
			a.StartsAt = d.At
		}
	}
	if a.EndsAt.IsZero() {
		a.Timeout = true
		a.EndsAt = d.At.Add(s.resolveTimeout)
	}
	return a
}

// overlap is upstream's condition for merging (provider/mem, Put).
func overlap(old, a alert.Alert) bool {
	return a.EndsAt.After(old.StartsAt) && a.EndsAt.Before(old.EndsAt) ||
		a.StartsAt.After(old.StartsAt) && a.StartsAt.Before(old.EndsAt)
}

// merge is upstream's Alert.Merge with an instant in place of the clock.
func merge(old, a alert.Alert, now time.Time) alert.Alert {
	if old.StartsAt.Before(a.StartsAt) {
		a.StartsAt = old.StartsAt
	}
	resolved := !a.EndsAt.After(now)
	switch {
	case !old.EndsAt.After(a.EndsAt):
	case resolved && !old.EndsAt.After(now), !resolved && !old.Timeout:
		a.EndsAt = old.EndsAt
	}
	return a
}

// collected says whether a job that runs every interval from start on has found
// before now what expired at some instant.
func collected(start, expired, now time.Time, interval time.Duration) bool {
	if expired.After(now) {
		return false
	}
	since := max(expired.Sub(start), 0)
	rounds := max((since+interval-1)/interval, 1)
	return !start.Add(rounds * interval).After(now)
}

func labelSet(m map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(m))
	for k, v := range m {
		set[model.LabelName(k)] = model.LabelValue(v)
	}
	return set
}

func stringMap(set model.LabelSet) map[string]string {
	m := make(map[string]string, len(set))
	for k, v := range set {
		m[string(k)] = string(v)
	}
	return m
}

// insert adds a record to a list in upstream's order of alerts.
func insert(list []*record, r *record) []*record {
	at, found := slices.BinarySearchFunc(list, r, compareRecords)
	if found {
		return list
	}
	return slices.Insert(list, at, r)
}

func compareRecords(a, b *record) int {
	if a == b {
		return 0
	}
	x, y := &alert.Alert{}, &alert.Alert{}
	x.Labels, y.Labels = a.labels, b.labels
	if (alert.AlertSlice{x, y}).Less(0, 1) {
		return -1
	}
	return 1
}
