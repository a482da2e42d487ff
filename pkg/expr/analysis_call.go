package expr

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// call returns the sources of a function's result. A function that is not
// named here keeps the labels of the vector it is given, and may return any
// value.
func (a *Analysis) call(n *parser.Call) []Source {
	var in []Source
	for _, arg := range n.Args {
		sources := a.walk(arg)
		if t := arg.Type(); in == nil && (t == parser.ValueTypeVector || t == parser.ValueTypeMatrix) {
			in = sources
		}
	}
	switch n.Func.Name {
	case "vector":
		return []Source{{Node: n, Labels: none(n), Values: valuesOf(a.at.of(n.Args[0])), Always: true}}
	case "scalar":
		return []Source{{Node: n, Labels: none(n), Values: anyValue(), Always: true}}
	case "absent", "absent_over_time":
		return []Source{{Node: n, Labels: absentLabels(n), Values: exactly(1)}}
	case "info":
		return each(in, func(s *Source) { s.Labels = Labels{} })
	case "label_replace":
		return a.labelReplace(n, in)
	case "label_join":
		return labelJoin(n, in)
	case "histogram_quantile", "histogram_fraction":
		in = each(in, func(s *Source) { s.Labels = s.Labels.drop([]string{"le"}, n) })
	case "histogram_quantiles":
		in = each(in, func(s *Source) {
			s.Labels = s.Labels.drop([]string{"le"}, n).with(stringArg(n, 1), Label{Presence: May})
		})
	}
	if in == nil { // pi(), time(), hour() without an argument
		return []Source{{Node: n, Labels: none(n), Values: a.called(n, anyValue()), Always: true}}
	}
	return each(in, func(s *Source) { s.Values = a.called(n, s.Values) })
}

// fixed are the functions whose values are bounded whatever they are given.
func fixed(name string) (Interval, bool) {
	switch name {
	case "count_over_time":
		return Interval{Low: 1, High: math.Inf(1)}, true
	case "present_over_time":
		return exactly(1), true
	case "changes", "resets", "stddev_over_time", "stdvar_over_time", "mad_over_time", "histogram_stddev", "histogram_stdvar", "sqrt", "exp", "abs":
		return atLeast(0), true
	case "sgn":
		return between(-1, 1), true
	case "histogram_fraction":
		return between(0, 1), true
	case "minute":
		return between(0, 59), true
	case "hour":
		return between(0, 23), true
	case "day_of_week":
		return between(0, 6), true
	case "day_of_month":
		return between(1, 31), true
	case "day_of_year":
		return between(1, 366), true
	case "days_in_month":
		return between(28, 31), true
	case "month":
		return between(1, 12), true
	case "pi":
		return exactly(math.Pi), true
	}
	return Interval{}, false
}

// called bounds the values of a function's result by those of its vector.
func (a *Analysis) called(n *parser.Call, in Interval) Interval {
	if out, ok := fixed(n.Func.Name); ok {
		return out
	}
	arg := func(i int) Interval { return valuesOf(a.at.of(n.Args[i])) }
	switch n.Func.Name {
	case "rate", "increase", "irate":
		// A counter's: it only ever grows.
		if m, ok := n.Args[0].(*parser.MatrixSelector); ok {
			if v, ok := m.VectorSelector.(*parser.VectorSelector); ok && strings.HasSuffix(v.Name, "_total") {
				return atLeast(0)
			}
		}
	case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc",
		"min_over_time", "max_over_time", "avg_over_time", "last_over_time", "first_over_time":
		return in
	case "clamp_min":
		return Interval{max(in.Low, arg(1).Low), max(in.High, arg(1).High), true}
	case "clamp_max":
		return Interval{min(in.Low, arg(1).Low), min(in.High, arg(1).High), true}
	case "clamp":
		return Interval{
			min(max(in.Low, arg(1).Low), arg(2).Low), min(max(in.High, arg(1).High), arg(2).High), true,
		}
	case "ceil", "floor":
		if n.Func.Name == "ceil" {
			return Interval{math.Ceil(in.Low), math.Ceil(in.High), in.NaN}
		}
		return Interval{math.Floor(in.Low), math.Floor(in.High), in.NaN}
	}
	return anyValue()
}

// absentLabels are those that the engine takes from the selector: of matchers
// for equality, where a label has just one.
func absentLabels(n *parser.Call) Labels {
	out := none(n)
	var v *parser.VectorSelector
	switch arg := n.Args[0].(type) {
	case *parser.VectorSelector:
		v = arg
	case *parser.MatrixSelector:
		v, _ = arg.VectorSelector.(*parser.VectorSelector)
	}
	if v == nil {
		return out
	}
	seen := map[string]int{}
	for _, m := range v.LabelMatchers {
		seen[m.Name]++
	}
	for _, m := range v.LabelMatchers {
		if m.Name != metricLabel && m.Type == labels.MatchEqual && m.Value != "" && seen[m.Name] == 1 {
			out = out.with(m.Name, Label{Presence: Has, Value: m.Value, By: n})
		}
	}
	return out
}

func stringArg(n *parser.Call, i int) string {
	if i < len(n.Args) {
		if s, ok := n.Args[i].(*parser.StringLiteral); ok {
			return s.Val
		}
	}
	return ""
}

// labelReplace is label_replace(v, dst, replacement, src, regex).
func (a *Analysis) labelReplace(n *parser.Call, in []Source) []Source {
	dst, replacement, src := stringArg(n, 1), stringArg(n, 2), stringArg(n, 3)
	re, err := regexp.Compile("^(?s:" + stringArg(n, 4) + ")$")
	if err != nil {
		return in
	}
	if src != "" && !re.MatchString("") {
		a.needs(n, "label_replace", []string{src}, in)
	}
	constant := !strings.Contains(replacement, "$")
	matchesAll := slices.Contains([]string{".*", "(.*)"}, stringArg(n, 4))
	return each(in, func(s *Source) {
		old, from := s.Labels.Get(dst), s.Labels.Get(src)
		matches := matchesAll
		if src == "" || from.Presence == Lacks {
			if matches = re.MatchString(""); !matches {
				return // left as it was
			}
		}
		known := Label{By: n}
		switch {
		case constant && matches && replacement == "":
			known.Presence = Lacks
		case constant && matches:
			known.Presence, known.Value = Has, replacement
		case constant && replacement != "" && old.Presence == Has:
			known.Presence = Has
		}
		s.Labels = s.Labels.with(dst, known)
	})
}

// labelJoin is label_join(v, dst, separator, src…).
func labelJoin(n *parser.Call, in []Source) []Source {
	return each(in, func(s *Source) {
		known := Label{By: n}
		if len(n.Args) > 4 && stringArg(n, 2) != "" {
			known.Presence = Has
		}
		lacking := true
		for i := 3; i < len(n.Args); i++ {
			from := s.Labels.Get(stringArg(n, i))
			lacking = lacking && from.Presence == Lacks
			if from.Presence == Has {
				known.Presence = Has
			}
		}
		if known.Presence == May && lacking {
			known.Presence = Lacks
		}
		s.Labels = s.Labels.with(stringArg(n, 1), known)
	})
}
