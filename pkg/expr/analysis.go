package expr

import (
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Analysis is what is known about an expression without any data.
type Analysis struct {
	// Sources are the ways in which the result comes about: one, or one for
	// each side of every "or".
	Sources []Source
	// Problems are parts that cannot do what they say, inner ones first.
	Problems []Problem

	at     places
	labels Labels
}

// Source is one way in which series come into a result.
type Source struct {
	// Node is the part that they come from: a selector, a number, or a
	// function that makes series of its own, such as vector or absent.
	Node parser.Expr
	// Labels are those of the result.
	Labels Labels
	// Values bound its values.
	Values Interval
	// Never says that there is nothing, whatever the data.
	Never bool
	// Always says that there is something, whatever the data.
	Always bool
}

// ProblemKind says what is the matter with a part of an expression.
type ProblemKind int

// Kinds of problems: a selector or comparison that nothing can pass; two sides
// that cannot match; a part that has no effect; a label that is asked for and
// cannot be there.
const (
	Impossible ProblemKind = iota
	NoMatch
	NoEffect
	DeadLabel
)

// Problem is a part of an expression that cannot do what it says.
type Problem struct {
	Kind    ProblemKind
	Node    parser.Expr
	Message string
	// Cause is the part that makes it so, or nil; CauseMessage says why.
	Cause        parser.Expr
	CauseMessage string
}

// Analysis returns the analysis of the expression, which is made once.
func (e *Expr) Analysis() *Analysis {
	e.once.Do(func() {
		a := &Analysis{}
		a.Sources = a.walk(e.Node)
		a.labels = labelsOf(a.Sources)
		e.analysis = a
	})
	return e.analysis
}

// At returns the sources of a part of the expression.
func (a *Analysis) At(node parser.Expr) []Source { return a.at.of(node) }

// Labels returns what is known about the labels of the result, whatever way
// it comes about. An expression that never returns anything knows nothing.
func (a *Analysis) Labels() Labels { return a.labels }

// LabelsAt returns what is known about the labels of a part.
func (a *Analysis) LabelsAt(node parser.Expr) Labels { return labelsOf(a.at.of(node)) }

func labelsOf(sources []Source) Labels {
	var out Labels
	first := true
	for _, s := range sources {
		switch {
		case s.Never:
		case first:
			out, first = s.Labels, false
		default:
			out = combine(out, s.Labels, either)
		}
	}
	return out
}

// Values bound the values of a part of the expression.
func valuesOf(sources []Source) Interval {
	if len(sources) == 0 {
		return anyValue()
	}
	out := sources[0].Values
	for _, s := range sources[1:] {
		out = out.union(s.Values)
	}
	return out
}

func never(sources []Source) bool {
	return len(sources) > 0 && !slices.ContainsFunc(sources, func(s Source) bool { return !s.Never })
}

func (a *Analysis) problem(p Problem) { a.Problems = append(a.Problems, p) }

// walk returns the sources of a part, and remembers them.
func (a *Analysis) walk(node parser.Expr) []Source {
	var out []Source
	switch n := node.(type) {
	case *parser.ParenExpr:
		out = a.walk(n.Expr)
	case *parser.StepInvariantExpr:
		out = a.walk(n.Expr)
	case *parser.UnaryExpr:
		out = a.walk(n.Expr)
		if n.Op == parser.SUB {
			out = each(out, func(s *Source) { s.Values = s.Values.negative() })
		}
	case *parser.NumberLiteral:
		out = []Source{{Node: n, Labels: none(n), Values: exactly(n.Val), Always: true}}
	case *parser.StringLiteral:
		out = []Source{{Node: n, Labels: none(n), Values: anyValue(), Always: true}}
	case *parser.VectorSelector:
		out = []Source{a.selector(n)}
	case *parser.MatrixSelector:
		out = a.walk(n.VectorSelector)
	case *parser.SubqueryExpr:
		out = a.walk(n.Expr)
	case *parser.AggregateExpr:
		out = a.aggregation(n)
	case *parser.Call:
		out = a.call(n)
	case *parser.BinaryExpr:
		out = a.binary(n)
	default:
		out = []Source{{Node: node, Values: anyValue()}}
	}
	a.at.put(node, out)
	return out
}

// places are the sources of each part. Most expressions have few parts, and a
// list of them takes far less than a map.
type places struct {
	list []place
	// index is where parts are in the list, once these are many.
	index map[parser.Expr]int
}

type place struct {
	node    parser.Expr
	sources []Source
}

// manyPlaces is how many are looked through one by one at most.
const manyPlaces = 32

func (p *places) put(node parser.Expr, sources []Source) {
	p.list = append(p.list, place{node, sources})
	switch n := len(p.list); {
	case n == manyPlaces:
		p.index = make(map[parser.Expr]int, 2*n)
		for i, at := range p.list {
			p.index[at.node] = i
		}
	case n > manyPlaces:
		p.index[node] = n - 1
	}
}

func (p *places) of(node parser.Expr) []Source {
	if p.index != nil {
		if i, ok := p.index[node]; ok {
			return p.list[i].sources
		}
		return nil
	}
	for _, at := range slices.Backward(p.list) {
		if at.node == node {
			return at.sources
		}
	}
	return nil
}

// each returns changed copies of sources.
func each(sources []Source, change func(*Source)) []Source {
	out := slices.Clone(sources)
	for i := range out {
		change(&out[i])
	}
	return out
}

// selector reads what the matchers say: a matcher that the empty string does
// not pass makes its label certain.
func (a *Analysis) selector(n *parser.VectorSelector) Source {
	s := Source{Node: n, Values: anyValue()}
	switch n.Name {
	case "up", "ALERTS":
		s.Values = between(0, 1) // the server writes them itself
	}
	s.Labels.named = make([]namedLabel, 0, len(n.LabelMatchers))
	for _, m := range n.LabelMatchers {
		if m.Name == metricLabel {
			continue
		}
		known := s.Labels.Get(m.Name)
		switch {
		case m.Type == labels.MatchEqual && m.Value == "":
			known = Label{Presence: Lacks, By: n}
		case m.Type == labels.MatchEqual:
			known = Label{Presence: Has, Value: m.Value, By: n}
		case !m.Matches("") && known.Presence != Has:
			known = Label{Presence: Has, By: n}
		}
		s.Labels.set(m.Name, known)
	}
	if x, y, ok := contradiction(n.LabelMatchers); ok {
		s.Never = true
		a.problem(Problem{Kind: Impossible, Node: n, Message: "no series passes both " + x.String() + " and " + y.String()})
	}
	return s
}

// contradiction finds two matchers of one label that no value passes.
func contradiction(matchers []*labels.Matcher) (x, y *labels.Matcher, ok bool) {
	for i, m := range matchers {
		values := m.SetMatches()
		if m.Type == labels.MatchEqual {
			values = []string{m.Value}
		}
		for j, o := range matchers {
			if i == j || o.Name != m.Name {
				continue
			}
			if len(values) > 0 && (m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp) &&
				!slices.ContainsFunc(values, o.Matches) ||
				m.Value == o.Value && (m.Type == labels.MatchRegexp && o.Type == labels.MatchNotRegexp) {
				if j < i {
					return o, m, true
				}
				return m, o, true
			}
		}
	}
	return nil, nil, false
}

func (a *Analysis) aggregation(n *parser.AggregateExpr) []Source {
	in := a.walk(n.Expr)
	if n.Param != nil {
		a.walk(n.Param)
	}
	if !n.Without {
		a.needs(n, "by", n.Grouping, in)
	}
	out := each(in, func(s *Source) {
		s.Values = aggregated(n, s.Values)
		switch n.Op {
		case parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO:
			s.Always = false
			return // they keep all labels of what they pick
		}
		if n.Without {
			s.Labels = s.Labels.drop(n.Grouping, n)
		} else {
			s.Labels = s.Labels.keep(n.Grouping, n)
		}
		if n.Op == parser.COUNT_VALUES {
			if name, ok := n.Param.(*parser.StringLiteral); ok {
				s.Labels = s.Labels.with(name.Val, Label{Presence: Has, By: n})
			}
		}
	})
	return merged(out)
}

// merged makes one source of several that differ in nothing that counts: an
// aggregation over "a or b" is one result.
func merged(sources []Source) []Source {
	if len(sources) < 2 {
		return sources
	}
	one := sources[0]
	one.Labels, one.Values, one.Never = labelsOf(sources), valuesOf(sources), never(sources)
	for _, s := range sources {
		one.Always = one.Always || s.Always
	}
	return []Source{one}
}

// aggregated bounds the values of an aggregation of at least one value.
func aggregated(n *parser.AggregateExpr, in Interval) Interval {
	switch n.Op {
	case parser.COUNT, parser.COUNT_VALUES:
		return Interval{Low: 1, High: atLeast(1).High}
	case parser.GROUP:
		return exactly(1)
	case parser.STDDEV, parser.STDVAR:
		return atLeast(0)
	case parser.MIN, parser.MAX, parser.AVG, parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO:
		return in
	case parser.SUM:
		switch {
		case in.Low >= 0:
			return atLeast(in.Low)
		case in.High <= 0:
			return atLeast(-in.High).negative()
		}
	case parser.QUANTILE:
		if p, ok := n.Param.(*parser.NumberLiteral); ok && p.Val >= 0 && p.Val <= 1 {
			return in
		}
	}
	return anyValue()
}

// needs reports labels that a clause asks for and that cannot be there. What a
// matcher excludes was excluded on purpose.
func (a *Analysis) needs(n parser.Expr, clause string, names []string, in []Source) {
	if never(in) {
		return
	}
	all := labelsOf(in)
	for _, name := range names {
		known := all.Get(name)
		if _, selected := known.By.(*parser.VectorSelector); known.Presence != Lacks || selected {
			continue
		}
		a.problem(Problem{
			Kind: DeadLabel, Node: n, Message: clause + ` names the label "` + name + `", which cannot be there`,
			Cause: known.By, CauseMessage: `"` + name + `" is dropped here`,
		})
	}
}
