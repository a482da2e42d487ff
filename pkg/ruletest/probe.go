package ruletest

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// exprPoints lists the parts of an expression that have more than one outcome.
//
// Whether an outcome occurred is asked of the engine, with an expression that
// has a sample whenever it did: `x > 5` for "x > 5 is true",
// `(x > bool 5) == 0` for "it is false". A part within a subquery is evaluated
// at the subquery's instants, so its probe is put into that subquery.
func exprPoints(e *expr.Expr) []*point {
	var out []*point
	parser.Inspect(e.Node, func(n parser.Node, path []parser.Node) error {
		node, ok := n.(parser.Expr)
		if !ok {
			return nil
		}
		add := func(kind ItemKind, outcome string, probes ...parser.Expr) {
			p := &point{kind: kind, outcome: outcome, text: e.TextOf(node), node: node}
			for _, probe := range probes {
				p.probes = append(p.probes, within(probe, path).String())
			}
			out = append(out, p)
		}
		switch n := node.(type) {
		case *parser.BinaryExpr:
			binaryPoints(n, add)
		case *parser.Call:
			if n.Func.Name == "absent" || n.Func.Name == "absent_over_time" {
				add(ItemAbsent, "absent", n)
				add(ItemAbsent, "present", presence(n.Args[0]))
			}
		}
		return nil
	})
	return out
}

type addPoint func(kind ItemKind, outcome string, probes ...parser.Expr)

func binaryPoints(n *parser.BinaryExpr, add addPoint) {
	switch {
	case n.Op.IsComparisonOperator():
		if n.ReturnBool {
			add(ItemComparison, "true", compared(n, 1))
		} else {
			add(ItemComparison, "true", n)
		}
		if inverse, ok := inverseOf(n); ok {
			add(ItemComparison, "false", compared(n, 0), inverse)
		} else {
			add(ItemComparison, "false", compared(n, 0))
		}
	case n.Op == parser.LAND:
		add(ItemAnd, "kept", n)
		add(ItemAnd, "removed", setOf(n, parser.LUNLESS, n.LHS, n.RHS))
	case n.Op == parser.LUNLESS:
		add(ItemUnless, "kept", n)
		add(ItemUnless, "removed", setOf(n, parser.LAND, n.LHS, n.RHS))
	case n.Op == parser.LOR:
		add(ItemOr, "left", n.LHS)
		add(ItemOr, "right", setOf(n, parser.LUNLESS, n.RHS, n.LHS))
	}
}

// compared is `(l op bool r) == outcome`.
func compared(n *parser.BinaryExpr, outcome float64) parser.Expr {
	c := *n
	c.ReturnBool = true
	var e parser.Expr = &c
	if n.Type() == parser.ValueTypeScalar {
		e = call("vector", e)
	}
	return &parser.BinaryExpr{Op: parser.EQLC, LHS: &parser.ParenExpr{Expr: e}, RHS: &parser.NumberLiteral{Val: outcome}}
}

// inverseOf is the opposite comparison of a vector with a scalar. It keeps the
// names of metrics, so it can be evaluated where series differ in their name
// only, but knows nothing of values that are not numbers.
func inverseOf(n *parser.BinaryExpr) (parser.Expr, bool) {
	if n.ReturnBool || n.LHS.Type() == n.RHS.Type() {
		return nil, false
	}
	c := *n
	switch n.Op {
	case parser.EQLC:
		c.Op = parser.NEQ
	case parser.NEQ:
		c.Op = parser.EQLC
	case parser.GTR:
		c.Op = parser.LTE
	case parser.LTE:
		c.Op = parser.GTR
	case parser.LSS:
		c.Op = parser.GTE
	case parser.GTE:
		c.Op = parser.LSS
	default:
		return nil, false
	}
	return &c, true
}

// setOf is another set operator over the sides of one, with its matching.
func setOf(n *parser.BinaryExpr, op parser.ItemType, left, right parser.Expr) parser.Expr {
	return &parser.BinaryExpr{Op: op, LHS: &parser.ParenExpr{Expr: left}, RHS: &parser.ParenExpr{Expr: right}, VectorMatching: n.VectorMatching}
}

// presence has a sample whenever a vector, or a range of it, has one.
func presence(e parser.Expr) parser.Expr {
	if e.Type() == parser.ValueTypeMatrix {
		return call("count", call("present_over_time", e))
	}
	return call("count", e)
}

// call makes a call of a function or, if it is count, that aggregation.
func call(name string, arg parser.Expr) parser.Expr {
	if name == "count" {
		return &parser.AggregateExpr{Op: parser.COUNT, Expr: arg}
	}
	return &parser.Call{Func: parser.Functions[name], Args: parser.Expressions{arg}}
}

// within puts a probe into the subqueries that its part stands in: it has a
// sample whenever the probe has one at any instant of them.
func within(probe parser.Expr, path []parser.Node) parser.Expr {
	for _, n := range slices.Backward(path) {
		if q, ok := n.(*parser.SubqueryExpr); ok {
			inner := *q
			inner.Expr = &parser.ParenExpr{Expr: call("count", probe)}
			probe = call("present_over_time", &inner)
		}
	}
	return probe
}
