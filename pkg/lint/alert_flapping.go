package lint

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// alertFlapping finds alerts that wait for a value to stay beyond a limit, and
// that the first sample on the other side ends.
func alertFlapping(p *Pass) {
	for _, r := range p.alerts() {
		if r.For == 0 || r.KeepFiringFor > 0 || !instant(r.expr) || p.recordsRange(r.expr) {
			continue
		}
		if cmp := swinging(r.expr); cmp != nil {
			d := p.ReportExpr(r, cmp, "the first sample on the other side of the limit ends alert %q, which then waits for %s again", r.Alert, short(r.For))
			d.Severity = diag.Info
			d.Hint = "add keep_firing_for: 5m, or compare avg_over_time(…[5m])"
		}
	}
}

// swinging returns a comparison with a limit that the result depends on, of
// values that can be a little above it and a little below.
func swinging(e *expr.Expr) *parser.BinaryExpr {
	for _, n := range e.Nodes() {
		cmp, ok := n.(*parser.BinaryExpr)
		if !ok {
			continue
		}
		switch cmp.Op {
		case parser.GTR, parser.LSS, parser.GTE, parser.LTE:
		default:
			continue
		}
		limit, ok := unwrap(cmp.RHS).(*parser.NumberLiteral)
		// Above zero, or below one, is the state of something more often than a
		// measured value.
		if ok && limit.Val != 0 && limit.Val != 1 && !sinceStart(cmp.LHS) {
			return cmp
		}
	}
	return nil
}

// sinceStart reports whether an expression is the time since something has
// started, which crosses a limit once.
func sinceStart(node parser.Expr) bool {
	v, ok := unwrap(node).(*parser.VectorSelector)
	return ok && strings.Contains(strings.ToLower(v.Name), "uptime")
}

// recordsRange reports whether an expression reads a series that a rule has
// recorded over a range of time.
func (p *Pass) recordsRange(e *expr.Expr) bool {
	for _, s := range e.Selectors() {
		for _, maker := range p.graph.Makers(s.Metric) {
			if looksBack(maker.Expr) {
				return true
			}
		}
	}
	return false
}
