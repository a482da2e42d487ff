package expr

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Certainty says whether something is the case, as far as can be told without
// the data.
type Certainty int

// The certainties, from the least to the greatest.
const (
	Never Certainty = iota
	Possible
	Certain
)

// Names returns the metric names that a selector can ask for, sorted. It
// reports false where a regular expression leaves that open.
func (s Selector) Names() (names []string, exact bool) {
	if s.Metric != "" {
		return []string{s.Metric}, true
	}
	for _, m := range s.Matchers {
		if m.Name != model.MetricNameLabel || m.Type != labels.MatchRegexp || len(m.SetMatches()) == 0 {
			continue
		}
		for _, name := range m.SetMatches() {
			if s.Selects(name) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return slices.Compact(names), true
	}
	return nil, false
}

// Values returns the values that a selector spells out for a label, sorted. It
// reports false where it leaves them open.
func (s Selector) Values(label string) (values []string, exact bool) {
	for _, m := range s.Matchers {
		switch {
		case m.Name != label:
		case m.Type == labels.MatchEqual:
			return []string{m.Value}, true
		case m.Type == labels.MatchRegexp && len(m.SetMatches()) > 0:
			values = slices.Sorted(slices.Values(m.SetMatches()))
			return slices.Compact(values), true
		}
	}
	return nil, false
}

// IsNamed reports whether the selector says anything about the metric's name.
// One that does not reads every metric there is.
func (s Selector) IsNamed() bool {
	return slices.ContainsFunc(s.Matchers, func(m *labels.Matcher) bool {
		return m.Name == model.MetricNameLabel && !m.Matches("")
	})
}

// Prefix returns what the names of all selected metrics begin with.
func (s Selector) Prefix() string {
	for _, m := range s.Matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchRegexp {
			return m.Prefix()
		}
	}
	return s.Metric
}

// NameKey is the same text for selectors that ask for the same names.
func (s Selector) NameKey() string {
	var b strings.Builder
	for _, m := range s.Matchers {
		if m.Name == model.MetricNameLabel {
			b.WriteString(m.String())
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Selects reports whether the selector lets a metric of some name pass.
func (s Selector) Selects(name string) bool {
	for _, m := range s.Matchers {
		if m.Name == model.MetricNameLabel && !m.Matches(name) {
			return false
		}
	}
	return true
}

// Match says whether the selector takes series of which label returns what is
// known: the value, "" for a label that they do not have, or false. The name
// of the metric is not looked at.
func (s Selector) Match(label func(name string) (value string, known bool)) Certainty {
	out := Certain
	for _, m := range s.Matchers {
		if m.Name == model.MetricNameLabel {
			continue
		}
		value, known := label(m.Name)
		switch {
		case !known:
			out = Possible
		case !m.Matches(value):
			return Never
		}
	}
	return out
}

// Demands returns the labels that selected series must have, sorted: those
// with a matcher that an absent label does not satisfy.
func (s Selector) Demands() []string {
	var names []string
	for _, m := range s.Matchers {
		if m.Name != model.MetricNameLabel && !m.Matches("") {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// shifted reports whether a selector, or a subquery around it, reads another
// time than that of the evaluation.
func shifted(v *parser.VectorSelector, path []parser.Node) bool {
	if v.OriginalOffset != 0 || v.OriginalOffsetExpr != nil || v.Timestamp != nil || v.StartOrEnd != 0 {
		return true
	}
	return slices.ContainsFunc(path, func(n parser.Node) bool {
		q, ok := n.(*parser.SubqueryExpr)
		return ok && (q.OriginalOffset != 0 || q.OriginalOffsetExpr != nil || q.Timestamp != nil || q.StartOrEnd != 0)
	})
}

// ranged reports whether a selector is one of a range, or within a subquery.
func ranged(path []parser.Node) bool {
	return slices.ContainsFunc(path, func(n parser.Node) bool {
		switch n.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			return true
		default:
			return false
		}
	})
}
