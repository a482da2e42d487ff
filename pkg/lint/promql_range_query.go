package lint

import (
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// promqlRangeQuery finds selectors that look back further than there is data.
func promqlRangeQuery(p *Pass) {
	retention, known := p.retention()
	if !known {
		return
	}
	for _, r := range p.rules {
		parser.Inspect(r.expr.Node, func(n parser.Node, path []parser.Node) error {
			v, ok := n.(*parser.VectorSelector)
			if !ok {
				return nil
			}
			if back := v.OriginalOffset + outer(path); back > retention {
				p.ReportExpr(r, v, "the selector looks back %s, Prometheus keeps %s", short(back), short(retention)).Hint = "shorten the range or the offset, or keep data for longer"
			}
			return nil
		})
	}
}

// outer is how far the parts around a selector look back.
func outer(path []parser.Node) time.Duration {
	var sum time.Duration
	for _, n := range path {
		switch n := n.(type) {
		case *parser.MatrixSelector:
			sum += n.Range
		case *parser.SubqueryExpr:
			sum += n.Range + n.OriginalOffset
		}
	}
	return sum
}
