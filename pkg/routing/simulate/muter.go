package simulate

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/routing"
)

// muter knows what suppresses alerts at an instant. Upstream asks in this
// order: inhibition, active intervals, mute intervals, silences.
type muter struct {
	rules     []inhibitor
	silences  []Silence
	intervals map[string]interval
}

// inhibitor is an inhibition rule with the alerts that can be its source, by
// the values of the labels that must be equal.
type inhibitor struct {
	routing.Inhibition
	sources map[string][]*record
}

type interval struct {
	pointer string
	parts   []timeinterval.TimeInterval
}

func newMuter(cfg *config.Config, silences []Silence) *muter {
	m := &muter{silences: silences, intervals: map[string]interval{}}
	for _, rule := range routing.Inhibitions(cfg) {
		m.rules = append(m.rules, inhibitor{Inhibition: rule, sources: map[string][]*record{}})
	}
	places := map[string]string{}
	for _, one := range routing.Intervals(cfg) {
		places[one.Name] = one.Pointer
	}
	for _, t := range cfg.MuteTimeIntervals {
		m.intervals[t.Name] = interval{pointer: places[t.Name], parts: t.TimeIntervals}
	}
	for _, t := range cfg.TimeIntervals {
		m.intervals[t.Name] = interval{pointer: places[t.Name], parts: t.TimeIntervals}
	}
	return m
}

// add makes an alert known that may inhibit others.
func (m *muter) add(r *record) {
	for _, rule := range m.rules {
		if rule.Source.Matches(r.labels) {
			key := rule.equals(r.labels)
			rule.sources[key] = append(rule.sources[key], r)
		}
	}
}

// equals is the key of the labels that must be equal; a label that is missing
// equals one without value.
func (i inhibitor) equals(set model.LabelSet) string {
	var b strings.Builder
	for _, name := range i.Equal {
		b.WriteString(string(set[model.LabelName(name)]))
		b.WriteByte(0xff) // no UTF-8 text holds it
	}
	return b.String()
}

// inhibiting calls yield with the alerts that inhibit one at an instant, until
// it returns false. An alert that is on both sides of a rule is not inhibited
// by another such alert.
func (i inhibitor) inhibiting(set model.LabelSet, at time.Time, yield func(*record) bool) {
	if len(i.sources) == 0 || !i.Target.Matches(set) {
		return
	}
	twoSided := i.Source.Matches(set)
	for _, source := range i.sources[i.equals(set)] {
		if !source.firingAt(at) || twoSided && i.Target.Matches(source.labels) {
			continue
		}
		if !yield(source) {
			return
		}
	}
}

// inhibited returns the first rule that inhibits an alert, or -1.
func (m *muter) inhibited(set model.LabelSet, at time.Time) int {
	for n, rule := range m.rules {
		found := false
		rule.inhibiting(set, at, func(*record) bool { found = true; return false })
		if found {
			return n
		}
	}
	return -1
}

func (m *muter) inhibitions(set model.LabelSet, at time.Time) []By {
	var out []By
	for _, rule := range m.rules {
		var sources []*record
		rule.inhibiting(set, at, func(r *record) bool { sources = append(sources, r); return true })
		slices.SortFunc(sources, compareRecords)
		for _, r := range sources {
			out = append(out, By{Kind: ByInhibition, Pointer: rule.Pointer, Name: rule.Name, Source: stringMap(r.labels)})
		}
	}
	return out
}

// contains says whether an instant is inside a time interval.
func (m *muter) contains(name string, at time.Time) bool {
	for _, part := range m.intervals[name].parts {
		if part.ContainsTime(at.UTC()) {
			return true
		}
	}
	return false
}

// byIntervals returns the time intervals that mute a route at an instant:
// first all active ones, if it is in none of them, then the mute intervals.
func (m *muter) byIntervals(r *routing.Route, at time.Time) []By {
	var out []By
	by := func(name string, active bool) {
		out = append(out, By{Kind: ByTimeInterval, Pointer: m.intervals[name].pointer, Name: name, Route: r, Active: active})
	}
	inside := func(name string) bool { return m.contains(name, at) }
	if !slices.ContainsFunc(r.ActiveTimeIntervals, inside) {
		for _, name := range r.ActiveTimeIntervals {
			by(name, true)
		}
	}
	for _, name := range r.MuteTimeIntervals {
		if inside(name) {
			by(name, false)
		}
	}
	return out
}

// silencedBy returns the indexes of the silences that mute an alert.
func (m *muter) silencedBy(set model.LabelSet, at time.Time) []int {
	var out []int
	for n, s := range m.silences {
		if at.Before(s.From) || !s.Until.IsZero() && at.After(s.Until) || !s.Matchers.Matches(set) {
			continue
		}
		out = append(out, n)
	}
	return out
}

func (m *muter) silenced(set model.LabelSet, at time.Time) []By {
	var out []By
	for _, n := range m.silencedBy(set, at) {
		s := m.silences[n]
		out = append(out, By{Kind: BySilence, Name: s.ID, Comment: s.Comment})
	}
	return out
}
