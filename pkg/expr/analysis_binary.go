package expr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

func (a *Analysis) binary(n *parser.BinaryExpr) []Source {
	left, right := a.walk(n.LHS), a.walk(n.RHS)
	scalars := n.LHS.Type() == parser.ValueTypeScalar || n.RHS.Type() == parser.ValueTypeScalar
	switch {
	case scalars || n.VectorMatching == nil:
		return a.withScalar(n, left, right)
	case n.Op == parser.LOR:
		return a.union(n, left, right)
	case n.Op == parser.LUNLESS:
		return a.unless(n, left, right)
	default:
		return a.match(n, left, right)
	}
}

// withScalar is an operation of which one side at least is a number.
func (a *Analysis) withScalar(n *parser.BinaryExpr, left, right []Source) []Source {
	series, number, op := left, valuesOf(right), n.Op
	if n.LHS.Type() == parser.ValueTypeScalar && n.RHS.Type() != parser.ValueTypeScalar {
		series, number = right, valuesOf(left)
		op = mirrored(op)
	}
	if !n.Op.IsComparisonOperator() {
		return each(series, func(s *Source) {
			if op == mirrored(n.Op) && len(left) > 0 && n.LHS.Type() == parser.ValueTypeScalar {
				s.Values = number.arithmetic(n.Op, s.Values)
				return
			}
			s.Values = s.Values.arithmetic(n.Op, number)
		})
	}
	before := never(series)
	out := each(series, func(s *Source) { compared(s, n, op, number) })
	if !n.ReturnBool && never(out) && !before {
		a.problem(Problem{Kind: Impossible, Node: n, Message: "the comparison is never true: " + bounds(valuesOf(series)) + ", " + comparedWith(op, number)})
	}
	return out
}

// compared narrows a source to the values that pass.
func compared(s *Source, n *parser.BinaryExpr, op parser.ItemType, with Interval) {
	if n.ReturnBool {
		s.Values = Interval{0, 1, false}
		return
	}
	passed, possible := s.Values.compare(op, with)
	s.Values, s.Always = passed, false
	s.Never = s.Never || !possible
}

// mirrored is the operator with its sides exchanged.
func mirrored(op parser.ItemType) parser.ItemType {
	switch op {
	case parser.LSS:
		return parser.GTR
	case parser.GTR:
		return parser.LSS
	case parser.LTE:
		return parser.GTE
	case parser.GTE:
		return parser.LTE
	default:
		return op
	}
}

func bounds(i Interval) string {
	if v, ok := i.Constant(); ok {
		return fmt.Sprintf("the value is always %g", v)
	}
	switch low, high := i.Low == anyValue().Low, i.High == anyValue().High; {
	case low && high:
		return "there is no such value"
	case low:
		return fmt.Sprintf("the value is at most %g", i.High)
	case high:
		return fmt.Sprintf("the value is at least %g", i.Low)
	default:
		return fmt.Sprintf("the value is between %g and %g", i.Low, i.High)
	}
}

func comparedWith(op parser.ItemType, with Interval) string {
	if v, ok := with.Constant(); ok {
		return fmt.Sprintf("compared with %s %g", op, v)
	}
	return "and the other side cannot be " + op.String() + " that"
}

// union is "or": the right side counts where the left side has no series with
// the same labels.
func (a *Analysis) union(n *parser.BinaryExpr, left, right []Source) []Source {
	covers := func(l Source) bool {
		return l.Always && !l.Never && (n.VectorMatching.On && len(n.VectorMatching.MatchingLabels) == 0 ||
			l.Labels.Empty() && !slices.ContainsFunc(right, func(r Source) bool { return !r.Labels.Empty() }))
	}
	switch {
	case never(right):
	case slices.ContainsFunc(left, covers):
		a.problem(Problem{Kind: NoEffect, Node: n.RHS, Message: "this side of or is never used: the left side always has a result"})
		return left
	case sameText(n.LHS, n.RHS):
		a.problem(Problem{Kind: NoEffect, Node: n.RHS, Message: "both sides of or are the same"})
		return left
	}
	return slices.Concat(left, right)
}

func sameText(a, b parser.Expr) bool { return unparen(a).String() == unparen(b).String() }

func unparen(e parser.Expr) parser.Expr {
	for {
		p, ok := e.(*parser.ParenExpr)
		if !ok {
			return e
		}
		e = p.Expr
	}
}

func (a *Analysis) unless(n *parser.BinaryExpr, left, right []Source) []Source {
	if never(left) || never(right) {
		return left
	}
	if sameText(n.LHS, n.RHS) {
		a.problem(Problem{Kind: Impossible, Node: n, Message: "unless takes everything away: both sides are the same"})
		return each(left, func(s *Source) { s.Never = true })
	}
	if p, ok := mismatch(n, left, right); ok {
		p.Kind, p.Node = NoEffect, n.RHS
		p.Message = "unless never takes anything away: " + p.Message
		a.problem(p)
	} else if n.VectorMatching.On {
		a.needs(n, "on", n.VectorMatching.MatchingLabels, right)
	}
	a.orphans(n)
	return each(left, func(s *Source) { s.Always = false })
}

// orphans reports labels that group_left or group_right brings to a side that
// is there for its existence alone, unless they are matched on.
func (a *Analysis) orphans(n *parser.BinaryExpr) {
	if !n.VectorMatching.On {
		return
	}
	side, ok := uncompared(n.RHS).(*parser.BinaryExpr)
	if !ok || side.VectorMatching == nil {
		return
	}
	var lost []string
	for _, name := range side.VectorMatching.Include {
		if !slices.Contains(n.VectorMatching.MatchingLabels, name) {
			lost = append(lost, strconv.Quote(name))
		}
	}
	if len(lost) > 0 {
		a.problem(Problem{Kind: NoEffect, Node: side, Message: fmt.Sprintf(
			"the labels that group_left or group_right brings here (%s) are lost: %s only asks whether this side is there", strings.Join(lost, ", "), n.Op,
		)})
	}
}

// disjoint reports whether "and" asks one thing for values that exclude each
// other.
func (a *Analysis) disjoint(n *parser.BinaryExpr, left, right []Source) bool {
	if n.VectorMatching.On || len(n.VectorMatching.MatchingLabels) > 0 || !sameText(uncompared(n.LHS), uncompared(n.RHS)) {
		return false
	}
	l, r := valuesOf(left), valuesOf(right)
	if l.High >= r.Low && r.High >= l.Low || l.NaN && r.NaN {
		return false
	}
	a.problem(Problem{Kind: Impossible, Node: n, Message: "both sides ask the same for values that exclude each other: on the left " + bounds(l) + ", on the right " + bounds(r)})
	return true
}

// uncompared is what is left of an expression without the comparisons with
// numbers that only choose among its series.
func uncompared(e parser.Expr) parser.Expr {
	e = unparen(e)
	n, ok := e.(*parser.BinaryExpr)
	switch {
	case !ok || !n.Op.IsComparisonOperator() || n.ReturnBool:
		return e
	case n.RHS.Type() == parser.ValueTypeScalar:
		return uncompared(n.LHS)
	case n.LHS.Type() == parser.ValueTypeScalar:
		return uncompared(n.RHS)
	}
	return e
}

// match is an operation that combines the series of two sides, "and" included.
func (a *Analysis) match(n *parser.BinaryExpr, left, right []Source) []Source {
	fills := n.VectorMatching.FillValues.LHS != nil || n.VectorMatching.FillValues.RHS != nil
	if !fills && (never(left) || never(right)) {
		return each(left, func(s *Source) { s.Never, s.Always = true, false })
	}
	many, one := left, right
	if n.VectorMatching.Card == parser.CardOneToMany {
		many, one = right, left
	}
	p, impossible := mismatch(n, left, right)
	switch {
	case fills:
		impossible = false
	case impossible:
		p.Kind, p.Node = NoMatch, n
		a.problem(p)
	default:
		if n.VectorMatching.On {
			a.needs(n, "on", n.VectorMatching.MatchingLabels, left)
			a.needs(n, "on", n.VectorMatching.MatchingLabels, right)
		}
		a.needs(n, "group_left or group_right", n.VectorMatching.Include, one)
	}
	if n.Op == parser.LAND {
		a.orphans(n)
		if !impossible && a.disjoint(n, left, right) {
			impossible = true
		}
	}
	other := labelsOf(one)
	before := never(left)
	out := each(many, func(s *Source) {
		s.Always = false
		s.Never = s.Never || impossible
		switch {
		case n.Op == parser.LAND:
		case fills:
			s.Labels = Labels{}
		default:
			s.Labels = matched(n, s.Labels, other)
		}
		if n.Op.IsComparisonOperator() {
			op := n.Op
			if n.VectorMatching.Card == parser.CardOneToMany {
				// The value is the left side's all the same, but the
				// bounds at hand are the right side's.
				s.Values = anyValue()
			} else {
				compared(s, n, op, valuesOf(right))
			}
		} else if n.Op != parser.LAND {
			s.Values = valuesOf(left).arithmetic(n.Op, valuesOf(right))
		}
	})
	if n.Op.IsComparisonOperator() && !n.ReturnBool && !impossible && !before && !fills && never(out) {
		a.problem(Problem{Kind: Impossible, Node: n, Message: "the comparison is never true: " + bounds(valuesOf(left)) + ", " + comparedWith(n.Op, valuesOf(right))})
	}
	return out
}

// matched are the labels of a result of which the two sides were matched.
func matched(n *parser.BinaryExpr, many, one Labels) Labels {
	vm := n.VectorMatching
	var out Labels
	if vm.On {
		out = many
		for _, name := range vm.MatchingLabels {
			out = out.with(name, both(many.Get(name), one.Get(name)))
		}
	} else {
		out = combine(many, one, both)
		for _, name := range vm.MatchingLabels {
			out = out.with(name, many.Get(name))
		}
	}
	switch {
	case vm.Card != parser.CardOneToOne:
		for _, name := range vm.Include {
			known := one.Get(name)
			if known.Presence == Has {
				known.By = n
			}
			out = out.with(name, known)
		}
	case vm.On:
		out = out.keep(vm.MatchingLabels, n)
	default:
		out = out.drop(vm.MatchingLabels, n)
	}
	return out
}

// mismatch reports whether no series of the one side can match any of the
// other, and of which label.
func mismatch(n *parser.BinaryExpr, left, right []Source) (Problem, bool) {
	var first Problem
	found := false
	for _, l := range left {
		for _, r := range right {
			if l.Never || r.Never {
				continue
			}
			p, ok := conflicting(n.VectorMatching, l.Labels, r.Labels)
			if !ok {
				return Problem{}, false
			}
			if !found {
				first, found = p, true
			}
		}
	}
	return first, found
}

func conflicting(vm *parser.VectorMatching, left, right Labels) (Problem, bool) {
	names := vm.MatchingLabels
	if !vm.On {
		names = nil
		for _, n := range combine(left, right, either).named {
			if !slices.Contains(vm.MatchingLabels, n.name) {
				names = append(names, n.name)
			}
		}
	}
	for _, name := range names {
		l, r := left.Get(name), right.Get(name)
		if !conflict(l, r) {
			continue
		}
		p := Problem{}
		switch {
		case l.Presence == Lacks:
			p.Message = fmt.Sprintf("the right side has the label %q, the left side cannot have it", name)
			p.Cause, p.CauseMessage = l.By, fmt.Sprintf("%q is dropped here", name)
		case r.Presence == Lacks:
			p.Message = fmt.Sprintf("the left side has the label %q, the right side cannot have it", name)
			p.Cause, p.CauseMessage = r.By, fmt.Sprintf("%q is dropped here", name)
		default:
			p.Message = fmt.Sprintf("the label %q is %q on the left side and %q on the right side", name, l.Value, r.Value)
		}
		return p, true
	}
	return Problem{}, false
}
