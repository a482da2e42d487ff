package lint

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
)

// promqlResultType finds rules whose expression has no samples as its result.
// Loading a rule does not ask for that; every evaluation then fails.
func promqlResultType(p *Pass) {
	for _, r := range p.rules {
		var d *diag.Diagnostic
		switch r.expr.Node.Type() {
		case parser.ValueTypeString:
			d = p.ReportExpr(r, r.expr.Node, "the expression is a string, so that every evaluation of %q fails", r.Name())
			d.Hint = "text belongs into an annotation or a label"
		case parser.ValueTypeMatrix:
			d = p.ReportExpr(r, r.expr.Node, "the expression is a range of samples, so that every evaluation of %q fails", r.Name())
			d.Hint = "make one value of the range: avg_over_time(…), max_over_time(…), rate(…)"
		case parser.ValueTypeNone, parser.ValueTypeVector, parser.ValueTypeScalar:
		}
	}
}
