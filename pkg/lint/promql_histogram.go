package lint

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// promqlHistogram finds quantiles of classic histograms that have lost their
// buckets, that cover the whole life of a process, or that are no quantiles, of
// histograms and of whatever else.
func promqlHistogram(p *Pass) {
	for _, r := range p.rules {
		for _, n := range r.expr.Nodes() {
			if q, ok := quantile(n).(*parser.NumberLiteral); ok && (q.Val < 0 || q.Val > 1) {
				p.ReportExpr(r, n, "the quantile %g is not between 0 and 1, so the result is infinite", q.Val).Hint = "write 0.99 for the 99th percentile"
			}
		}
		for _, call := range r.expr.Functions("histogram_quantile") {
			buckets := bucketsIn(call.Args[1])
			if len(buckets) == 0 {
				continue
			}
			known := r.expr.Analysis().LabelsAt(call.Args[1]).Get("le")
			switch {
			case known.Presence == expr.Lacks:
				d := p.ReportExpr(r, call, `histogram_quantile needs the label "le" of the buckets, which is dropped`)
				d.Hint = "keep it: by (le, …)"
				p.Cause(d, r, known.By, `"le" is dropped here`)
			case !coversTime(call.Args[1]):
				d := p.ReportExpr(r, call, "the quantile covers everything since the start of the process")
				d.Severity = diag.Info
				d.Hint = "look at a range: histogram_quantile(…, sum by (le, …) (rate(" + buckets[0] + "[5m])))"
			}
		}
	}
}

// quantile returns the quantile that a part of an expression asks for, or nil.
func quantile(n parser.Expr) parser.Expr {
	switch n := n.(type) {
	case *parser.AggregateExpr:
		if n.Op == parser.QUANTILE {
			return n.Param
		}
	case *parser.Call:
		if n.Func.Name == "histogram_quantile" || n.Func.Name == "quantile_over_time" {
			return n.Args[0]
		}
	}
	return nil
}

// bucketsIn returns the names of the buckets of classic histograms that a part
// of an expression reads.
func bucketsIn(node parser.Expr) []string {
	var out []string
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok && strings.HasSuffix(v.Name, "_bucket") && !strings.Contains(v.Name, ":") {
			out = append(out, v.Name)
		}
		return nil
	})
	return out
}

// coversTime reports whether a part of an expression looks at a range, or takes
// the difference to an earlier time.
func coversTime(node parser.Expr) bool {
	found := false
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			found = true
		case *parser.VectorSelector:
			found = found || n.OriginalOffset != 0
		}
		return nil
	})
	return found
}
