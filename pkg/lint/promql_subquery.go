package lint

import (
	"github.com/prometheus/prometheus/promql/parser"
)

// promqlSubquery finds subqueries over what is a selector, and those with less
// than two steps.
func promqlSubquery(p *Pass) {
	for _, r := range p.rules {
		for _, n := range r.expr.Nodes() {
			sub, ok := n.(*parser.SubqueryExpr)
			if !ok || sub.RangeExpr != nil || sub.StepExpr != nil {
				continue
			}
			switch v, selector := unwrap(sub.Expr).(*parser.VectorSelector); {
			case sub.Step > 0 && sub.Step > sub.Range:
				p.ReportExpr(r, sub, "the step %s of the subquery is longer than its range %s, so it often has no sample at all", short(sub.Step), short(sub.Range)).Hint = "take a step that fits several times into the range"
			case selector && v.OriginalOffset == 0 && v.Timestamp == nil && v.StartOrEnd == 0 && !p.recordedNames[v.Name]:
				p.ReportExpr(r, sub, "a subquery over a selector evaluates it at every step, and repeats or leaves out samples").Hint =
					"read the samples themselves: " + v.String() + "[" + short(sub.Range) + "]"
			}
		}
	}
}
