package lint

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// promqlCounter finds alerts on the absolute value of a counter, which grows
// until a restart, whatever the state of things.
func promqlCounter(p *Pass) {
	for _, r := range p.alerts() {
		for _, n := range r.expr.Nodes() {
			cmp, ok := n.(*parser.BinaryExpr)
			if !ok || !cmp.Op.IsComparisonOperator() {
				continue
			}
			series, number := cmp.LHS, cmp.RHS
			if series.Type() == parser.ValueTypeScalar {
				series, number = number, series
			}
			limit, literal := unwrap(number).(*parser.NumberLiteral)
			name, counts := countedBy(series)
			// Above zero says that it has ever happened, which may be meant.
			if !literal || !counts || limit.Val == 0 {
				continue
			}
			p.ReportExpr(r, cmp, "alert %q compares the counter %s itself, which only ever grows until a restart", r.Alert, name).Hint =
				"look at how it grows: increase(" + name + "[1h])"
		}
	}
}

// countedBy returns the counter whose own value a part of an expression is, or
// the sum of.
func countedBy(node parser.Expr) (string, bool) {
	switch n := unwrap(node).(type) {
	case *parser.VectorSelector:
		return n.Name, strings.HasSuffix(n.Name, "_total") && n.OriginalOffset == 0
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.SUM, parser.MAX, parser.MIN, parser.AVG:
			return countedBy(n.Expr)
		}
	}
	return "", false
}
