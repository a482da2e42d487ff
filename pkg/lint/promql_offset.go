package lint

import (
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// promqlOffset finds modifiers that make no sense in a rule: a fixed time,
// whose result never changes, and a look into the future.
func promqlOffset(p *Pass) {
	for _, r := range p.rules {
		for _, n := range r.expr.Nodes() {
			offset, at, startOrEnd := modifiers(n)
			switch {
			case at != nil:
				p.ReportExpr(r, n, "@ %d is one moment for ever, which drops out of the storage one day", *at/1000).Hint = "use offset for a time before the evaluation"
			case startOrEnd:
				p.ReportExpr(r, n, "in a rule, start() and end() are the time of the evaluation").Hint = "leave the modifier out"
			case offset < 0:
				p.ReportExpr(r, n, "a negative offset looks into the future, where a rule finds nothing").Hint = "let the other series look back: offset " + short(-offset)
			}
		}
	}
}

func modifiers(n parser.Expr) (offset time.Duration, at *int64, startOrEnd bool) {
	switch n := n.(type) {
	case *parser.VectorSelector:
		return n.OriginalOffset, n.Timestamp, n.StartOrEnd != 0
	case *parser.SubqueryExpr:
		return n.OriginalOffset, n.Timestamp, n.StartOrEnd != 0
	}
	return 0, nil, false
}
