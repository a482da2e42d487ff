package lint

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// promqlComparison finds alerts that fire for as long as some series exists,
// whatever its value.
func promqlComparison(p *Pass) {
	for _, r := range p.alerts() {
		if len(r.expr.Selectors()) == 0 {
			continue // there to fire all the time
		}
		if n := wasted(r.expr.Node); n != nil {
			p.ReportExpr(r, n, "with bool, the comparison is 0 or 1 and leaves nothing out, so alert %q does not depend on it", r.Alert).Hint = "leave bool out"
			continue
		}
		if r.expr.Node.Type() == parser.ValueTypeVector && !filters(r.expr.Node) && !looksFor(r.expr.Node) {
			p.Reportf(r.object, r.Pointer+"/expr", "alert %q compares with nothing, so it fires whatever the value is", r.Alert).Hint = "compare with a threshold: … > 0"
		}
	}
}

// wasted returns a comparison with bool whose result is the alert's, or is
// there for its existence alone; nil if there is none. An alert fires at 0 as
// it does at 1.
func wasted(node parser.Expr) *parser.BinaryExpr {
	n, ok := unwrap(node).(*parser.BinaryExpr)
	switch {
	case !ok:
		return nil
	case n.ReturnBool:
		return n
	case n.Op.IsSetOperator():
		if left := wasted(n.LHS); left != nil {
			return left
		}
		return wasted(n.RHS)
	}
	return nil
}

// filters reports whether an expression can be empty although the series it
// reads exist.
func filters(node parser.Expr) bool {
	switch n := node.(type) {
	case *parser.BinaryExpr:
		switch {
		case n.Op.IsComparisonOperator():
			return !n.ReturnBool || filters(n.LHS) || filters(n.RHS)
		case n.Op == parser.LAND || n.Op == parser.LUNLESS:
			return true
		case n.Op == parser.LOR:
			return filters(n.LHS) && filters(n.RHS)
		default:
			return filters(n.LHS) || filters(n.RHS)
		}
	case *parser.Call:
		switch n.Func.Name {
		case "absent", "absent_over_time":
			return true
		}
		return slices.ContainsFunc(n.Args, filters)
	case *parser.AggregateExpr:
		return filters(n.Expr)
	case *parser.ParenExpr:
		return filters(n.Expr)
	case *parser.UnaryExpr:
		return filters(n.Expr)
	case *parser.StepInvariantExpr:
		return filters(n.Expr)
	case *parser.SubqueryExpr:
		return filters(n.Expr)
	case *parser.VectorSelector:
		return isState(n.Name)
	case *parser.MatrixSelector:
		v, ok := n.VectorSelector.(*parser.VectorSelector)
		return ok && isState(v.Name)
	default:
		return false
	}
}

// looksFor reports whether an expression is a selector that asks for series
// which should not be there: by a pattern of a label's value, or by a label of
// a metric that says nothing but its labels.
func looksFor(node parser.Expr) bool {
	v, ok := unwrap(node).(*parser.VectorSelector)
	return ok && slices.ContainsFunc(v.LabelMatchers, func(m *labels.Matcher) bool {
		switch {
		case m.Name == model.MetricNameLabel || m.Matches(""):
			return false
		case strings.HasSuffix(v.Name, "_info"):
			return true
		default:
			return m.Type == labels.MatchRegexp && len(m.SetMatches()) == 0 && m.Value != ".+"
		}
	})
}

// isState reports whether a series exists only while something is the case.
func isState(metric string) bool { return metric == "ALERTS" || metric == "ALERTS_FOR_STATE" }
