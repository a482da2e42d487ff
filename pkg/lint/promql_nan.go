package lint

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// promqlNaN finds aggregations over quotients whose divisor is a rate: one
// member of the group that is idle gives 0/0, and that makes the result of all
// NaN.
func promqlNaN(p *Pass) {
	for _, r := range p.rules {
		for _, n := range r.expr.Nodes() {
			agg, ok := n.(*parser.AggregateExpr)
			if !ok {
				continue
			}
			switch agg.Op {
			case parser.SUM, parser.AVG, parser.STDDEV, parser.STDVAR:
				if div := idleDivision(r.expr, agg.Expr); div != nil {
					p.ReportExpr(r, div, "where nothing happens, this divides 0 by 0, and one NaN makes the %s NaN", agg.Op).Hint = "aggregate both sides before you divide, or leave idle ones out: … / (… > 0)"
				}
			}
		}
	}
}

// idleDivision returns the division that the values of a part come from, if
// its divisor is zero where nothing happens and nothing guards it.
func idleDivision(e *expr.Expr, node parser.Expr) parser.Expr {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return idleDivision(e, n.Expr)
	case *parser.UnaryExpr:
		return idleDivision(e, n.Expr)
	case *parser.BinaryExpr:
		switch n.Op {
		case parser.DIV:
			if idle(n.RHS) && n.LHS.Type() == parser.ValueTypeVector && idle(n.LHS) {
				return n
			}
			return idleDivision(e, n.LHS)
		case parser.ADD, parser.SUB, parser.MUL:
			if div := idleDivision(e, n.LHS); div != nil {
				return div
			}
			return idleDivision(e, n.RHS)
		}
	}
	return nil
}

// idle reports whether the values of a part are zero while a counter stands
// still.
func idle(node parser.Expr) bool {
	switch n := unwrap(node).(type) {
	case *parser.Call:
		return counterFunction(n.Func.Name)
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.SUM, parser.AVG, parser.MAX, parser.MIN:
			return idle(n.Expr)
		}
	}
	return false
}
