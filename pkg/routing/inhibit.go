package routing

import (
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/pkg/labels"
)

// Inhibition is one inhibition rule of a configuration.
type Inhibition struct {
	// Pointer is its place in the configuration: "/inhibit_rules/0".
	Pointer string
	// Name is optional.
	Name string
	// Source are the matchers of the alerts that inhibit, Target those of the
	// alerts that are inhibited.
	Source, Target labels.Matchers
	// Equal are the labels that both must have in common, sorted.
	Equal []string
}

// Inhibitions returns the inhibition rules of a configuration that LoadConfig
// accepted, in its order, with matchers of all three forms taken together as
// upstream does (inhibit.NewInhibitRule).
func Inhibitions(cfg *config.Config) []Inhibition {
	var out []Inhibition
	for i, r := range cfg.InhibitRules {
		rule := Inhibition{
			Pointer: "/inhibit_rules/" + strconv.Itoa(i),
			Name:    r.Name,
			Source:  slices.Clone(labels.Matchers(r.SourceMatchers)),
			Target:  slices.Clone(labels.Matchers(r.TargetMatchers)),
		}
		for name, value := range r.SourceMatch {
			rule.Source = appendMatcher(rule.Source, labels.MatchEqual, name, value)
		}
		for name, value := range r.TargetMatch {
			rule.Target = appendMatcher(rule.Target, labels.MatchEqual, name, value)
		}
		for name, value := range r.SourceMatchRE {
			rule.Source = appendMatcher(rule.Source, labels.MatchRegexp, name, value.String())
		}
		for name, value := range r.TargetMatchRE {
			rule.Target = appendMatcher(rule.Target, labels.MatchRegexp, name, value.String())
		}
		rule.Equal = append(rule.Equal, r.Equal...)
		slices.Sort(rule.Equal)
		slices.SortStableFunc(rule.Source, compareMatchers)
		slices.SortStableFunc(rule.Target, compareMatchers)
		out = append(out, rule)
	}
	return out
}

func appendMatcher(list labels.Matchers, kind labels.MatchType, name, value string) labels.Matchers {
	m, err := labels.NewMatcher(kind, name, value)
	if err != nil {
		return list // cannot be: the loader has compiled the expression
	}
	return append(list, m)
}

func compareMatchers(a, b *labels.Matcher) int { return strings.Compare(a.String(), b.String()) }

// Inhibits says whether an alert takes the part of the source.
func (i Inhibition) Inhibits(label LabelFunc) Certainty { return matches(i.Source, label) }

// Concerns says whether an alert takes the part of the target.
func (i Inhibition) Concerns(label LabelFunc) Certainty { return matches(i.Target, label) }

// Undecided returns a label that is not known and on which it depends whether
// an alert takes the part of the target.
func (i Inhibition) Undecided(label LabelFunc) (name string, ok bool) {
	if i.Concerns(label) != Possible {
		return "", false
	}
	return unknown(i.Target, label), true
}

// Between says whether one alert can mute another by the rule: the one takes
// the part of the source, the other that of the target, they have the equal
// labels in common, and they do not both match both sides
// (inhibit.Inhibitor.Mutes).
func (i Inhibition) Between(source, target LabelFunc) Certainty {
	out := min(i.Inhibits(source), i.Concerns(target))
	if out == Never {
		return Never
	}
	if both := min(i.Concerns(source), i.Inhibits(target)); both == Certain {
		return Never
	} else if both == Possible {
		out = Possible
	}
	source, target = assume(i.Source, source), assume(i.Target, target)
	for _, name := range i.Equal {
		a, knownA := source(name)
		b, knownB := target(name)
		switch {
		case !knownA || !knownB:
			out = Possible
		case a != b:
			return Never
		}
	}
	return out
}
