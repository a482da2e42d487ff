package routing

import (
	"slices"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Contradiction finds matchers of one label that no value passes, the missing
// label's "" included. Both results are the same where one matcher alone is
// that strict. It misses some, as regular expressions are compared by what
// they list and by their text only.
func Contradiction(matchers labels.Matchers) (a, b *labels.Matcher, ok bool) {
	for i, m := range matchers {
		for _, o := range matchers[i:] {
			if m.Name == o.Name && !satisfiable(labels.Matchers{m, o}) {
				return m, o, true
			}
		}
	}
	for i, m := range matchers { // more than two of a label together
		same := labels.Matchers{m}
		for _, o := range matchers[i+1:] {
			if o.Name == m.Name {
				same = append(same, o)
			}
		}
		if !satisfiable(same) {
			return m, same[len(same)-1], true
		}
	}
	return nil, nil, false
}

// Implies reports whether every alert that passes the first matchers is
// certain to pass the second. False means that it is not certain.
func Implies(first, second labels.Matchers) bool {
	steps := maxSteps
	return covered(first, []labels.Matchers{second}, &steps)
}

// Disjoint reports whether it is certain that no alert passes both.
func Disjoint(a, b labels.Matchers) bool {
	return impossible(slices.Concat(a, b))
}

// Covered reports whether every alert that passes the first matchers is
// certain to pass at least one of the others.
func Covered(matchers labels.Matchers, by []labels.Matchers) bool {
	var relevant []labels.Matchers
	for _, other := range by {
		if !Disjoint(matchers, other) {
			relevant = append(relevant, other)
		}
	}
	steps := maxSteps
	return covered(matchers, relevant, &steps)
}

// maxSteps bounds the cases that covered tells apart.
const maxSteps = 20_000

// covered looks for a case that nothing covers: one matcher of each of the
// others fails, and the first ones still pass.
func covered(matchers labels.Matchers, by []labels.Matchers, steps *int) bool {
	if *steps--; *steps < 0 {
		return false
	}
	if impossible(matchers) {
		return true
	}
	if len(by) == 0 {
		return false
	}
	for _, m := range by[0] {
		not, ok := negated(m)
		if !ok || !covered(append(slices.Clip(matchers), not), by[1:], steps) {
			return false
		}
	}
	return true
}

// negated is the matcher that passes what another one does not.
func negated(m *labels.Matcher) (*labels.Matcher, bool) {
	kinds := map[labels.MatchType]labels.MatchType{
		labels.MatchEqual: labels.MatchNotEqual, labels.MatchNotEqual: labels.MatchEqual,
		labels.MatchRegexp: labels.MatchNotRegexp, labels.MatchNotRegexp: labels.MatchRegexp,
	}
	not, err := labels.NewMatcher(kinds[m.Type], m.Name, m.Value)
	return not, err == nil
}

func impossible(matchers labels.Matchers) bool {
	for i, m := range matchers {
		first := true
		for _, o := range matchers[:i] {
			first = first && o.Name != m.Name
		}
		if !first {
			continue
		}
		var same labels.Matchers
		for _, o := range matchers[i:] {
			if o.Name == m.Name {
				same = append(same, o)
			}
		}
		if !satisfiable(same) {
			return true
		}
	}
	return false
}

// satisfiable reports whether some value may pass all matchers of one label.
func satisfiable(matchers labels.Matchers) bool {
	for _, m := range matchers {
		if values, ok := valuesOf(m); ok {
			return slices.ContainsFunc(values, func(v string) bool { return passesAll(matchers, v) })
		}
	}
	for _, m := range matchers {
		for _, o := range matchers {
			if m.Type == labels.MatchRegexp && o.Type == labels.MatchNotRegexp && m.Value == o.Value {
				return false
			}
		}
	}
	return true
}

func passesAll(matchers labels.Matchers, value string) bool {
	return !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(value) })
}

// valuesOf returns all values that pass a matcher, where they can be listed.
// Values with line breaks, which a dot does not match, are left out of account.
func valuesOf(m *labels.Matcher) ([]string, bool) {
	switch {
	case m.Type == labels.MatchEqual:
		return []string{m.Value}, true
	case m.Type == labels.MatchRegexp:
		return literals(m.Value)
	case m.Type == labels.MatchNotRegexp && m.Value == ".+":
		return []string{""}, true
	case m.Type == labels.MatchNotRegexp && m.Value == ".*":
		return nil, true
	}
	return nil, false
}

// Values returns the values that a label can have on alerts that pass some
// matchers, where these list them.
func Values(matchers labels.Matchers, name string) ([]string, bool) {
	var same labels.Matchers
	for _, m := range matchers {
		if m.Name == name {
			same = append(same, m)
		}
	}
	for _, m := range same {
		if values, ok := valuesOf(m); ok {
			return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !passesAll(same, v) }), true
		}
	}
	return nil, false
}

// All returns the matchers of a route and of those above it: what an alert
// passes to get there.
func (r *Route) All() labels.Matchers {
	var out labels.Matchers
	for ; r != nil; r = r.Parent {
		out = append(slices.Clone(r.Matchers), out...)
	}
	return out
}
