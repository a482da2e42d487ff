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

// target is an alert in the part of a rule's target.
type target struct {
	rule  int
	equal string
	// twoSided alerts take both parts: they are not inhibited by another such.
	twoSided bool
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

// add makes an alert known that may inhibit others, and finds out what may
// suppress it.
func (m *muter) add(r *record) {
	r.targets, r.silences = m.targets(r.labels), m.matching(r.labels)
	for _, rule := range m.rules {
		if rule.Source.Matches(r.labels) {
			key := rule.equals(r.labels)
			rule.sources[key] = append(rule.sources[key], r)
		}
	}
}

// targets returns the rules that may inhibit an alert.
func (m *muter) targets(set model.LabelSet) []target {
	var out []target
	for n, rule := range m.rules {
		if rule.Target.Matches(set) {
			out = append(out, target{rule: n, equal: rule.equals(set), twoSided: rule.Source.Matches(set)})
		}
	}
	return out
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

// inhibiting returns the alerts that inhibit a target at an instant, the first
// alone or all of them.
func (m *muter) inhibiting(t target, at time.Time, all bool) []*record {
	var out []*record
	rule := m.rules[t.rule]
	for _, source := range rule.sources[t.equal] {
		if !source.firingAt(at) || t.twoSided && rule.Target.Matches(source.labels) {
			continue
		}
		if out = append(out, source); !all {
			break
		}
	}
	return out
}

// inhibited returns the first rule that inhibits an alert, or -1.
func (m *muter) inhibited(r *record, at time.Time) int {
	for _, t := range r.targets {
		if len(m.inhibiting(t, at, false)) > 0 {
			return t.rule
		}
	}
	return -1
}

func (m *muter) inhibitions(set model.LabelSet, at time.Time) []By {
	var out []By
	for _, t := range m.targets(set) {
		sources := m.inhibiting(t, at, true)
		slices.SortFunc(sources, compareRecords)
		for _, r := range sources {
			rule := m.rules[t.rule]
			out = append(out, By{Kind: ByInhibition, Pointer: rule.Pointer, Name: rule.Name, Source: r.names})
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

// matching returns the silences, active or not, whose matchers an alert has.
func (m *muter) matching(set model.LabelSet) []int {
	var out []int
	for n, s := range m.silences {
		if s.Matchers.Matches(set) {
			out = append(out, n)
		}
	}
	return out
}

// active says whether the silence is in force at an instant.
func (s Silence) active(at time.Time) bool {
	return !at.Before(s.From) && (s.Until.IsZero() || !at.After(s.Until))
}

func (m *muter) silenced(set model.LabelSet, at time.Time) []By {
	var out []By
	for _, n := range m.matching(set) {
		if s := m.silences[n]; s.active(at) {
			out = append(out, By{Kind: BySilence, Name: s.ID, Comment: s.Comment})
		}
	}
	return out
}
