package ruletest

import "github.com/prometheus/prometheus/promql/parser"

// comparisons returns the comparisons of a vector with a number that decide,
// alone or through set operators, whether an expression has samples.
func comparisons(e parser.Expr) []*parser.BinaryExpr {
	switch n := e.(type) {
	case *parser.ParenExpr:
		return comparisons(n.Expr)
	case *parser.BinaryExpr:
		if n.Op.IsSetOperator() {
			return append(comparisons(n.LHS), comparisons(n.RHS)...)
		}
		if _, _, _, ok := threshold(n); ok {
			return []*parser.BinaryExpr{n}
		}
	}
	return nil
}

// threshold takes a comparison of a vector with a number apart: `5 < x` is
// `x > 5`.
func threshold(n *parser.BinaryExpr) (vector parser.Expr, op parser.ItemType, limit float64, ok bool) {
	if !n.Op.IsComparisonOperator() || n.ReturnBool {
		return nil, 0, 0, false
	}
	if limit, ok := constant(n.RHS); ok && n.LHS.Type() == parser.ValueTypeVector {
		return n.LHS, n.Op, limit, true
	}
	if limit, ok := constant(n.LHS); ok && n.RHS.Type() == parser.ValueTypeVector {
		mirror := map[parser.ItemType]parser.ItemType{parser.GTR: parser.LSS, parser.LSS: parser.GTR, parser.GTE: parser.LTE, parser.LTE: parser.GTE}
		op, turns := mirror[n.Op]
		if !turns {
			op = n.Op
		}
		return n.RHS, op, limit, true
	}
	return nil, 0, 0, false
}

// constant is the value of a number, with sign and parentheses.
func constant(e parser.Expr) (float64, bool) {
	switch n := e.(type) {
	case *parser.NumberLiteral:
		return n.Val, true
	case *parser.ParenExpr:
		return constant(n.Expr)
	case *parser.UnaryExpr:
		v, ok := constant(n.Expr)
		if n.Op == parser.SUB {
			v = -v
		}
		return v, ok
	default:
		return 0, false
	}
}
