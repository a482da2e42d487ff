package lint

import "github.com/prometheus/prometheus/promql/parser"

// alertHumanize finds annotations with values as they come out of a division
// or a rate: with 17 digits.
func alertHumanize(p *Pass) {
	for _, r := range p.alerts() {
		if !fraction(r.expr.Node) {
			continue
		}
		for _, t := range texts(r, "annotations", r.Annotations) {
			if p.template(t.value).raw {
				p.Reportf(r.object, t.pointer, "the value of alert %q is a fraction, which is printed with all its digits", r.Alert).Hint = "{{ $value | humanize }}, humanizePercentage for a ratio, humanizeDuration for seconds"
			}
		}
	}
}

// fraction reports whether the values of an expression are for certain no
// whole numbers in general.
func fraction(node parser.Expr) bool {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return fraction(n.Expr)
	case *parser.UnaryExpr:
		return fraction(n.Expr)
	case *parser.BinaryExpr:
		switch {
		case n.Op == parser.DIV:
			return true
		case n.Op.IsComparisonOperator():
			return !n.ReturnBool && fraction(operand(n))
		case n.Op == parser.LAND || n.Op == parser.LUNLESS:
			return fraction(n.LHS)
		case n.Op == parser.LOR:
			return fraction(n.LHS) && fraction(n.RHS)
		case n.Op == parser.ADD || n.Op == parser.SUB || n.Op == parser.MUL:
			return fraction(n.LHS) || fraction(n.RHS)
		}
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.COUNT, parser.GROUP, parser.COUNT_VALUES:
			return false
		case parser.STDDEV, parser.STDVAR:
			return true
		}
		return fraction(n.Expr)
	case *parser.Call:
		switch n.Func.Name {
		case "rate", "irate", "deriv", "avg_over_time", "histogram_quantile", "predict_linear":
			return true
		case "abs", "clamp", "clamp_min", "clamp_max", "sort", "sort_desc", "max_over_time", "min_over_time":
			return fraction(n.Args[0])
		}
	case *parser.SubqueryExpr:
		return fraction(n.Expr)
	}
	return false
}

// operand is the side of a comparison whose value is the result's.
func operand(n *parser.BinaryExpr) parser.Expr {
	if n.LHS.Type() == parser.ValueTypeScalar {
		return n.RHS
	}
	return n.LHS
}
