package lint

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/catalog"
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
			if !literal || !counts || limit.Val == 0 || p.isLevel(name) {
				continue
			}
			p.ReportExpr(r, cmp, "alert %q compares the counter %s itself, which only ever grows until a restart", r.Alert, name).Hint =
				"look at how it grows: increase(" + name + "[1h])"
		}
	}
}

// isLevel reports whether a metric with a counter's name goes up and down: the
// catalogue's word, or else a word of its name, such as "pending".
func (p *Pass) isLevel(name string) bool {
	if p.catalog != nil && len(p.graph.Makers(name)) == 0 {
		if found, ok := p.catalog.Find(name); ok && found.Type != "" {
			return found.Type != catalog.Counter
		}
	}
	return slices.ContainsFunc(strings.Split(name, "_"), func(word string) bool {
		switch word {
		case "active", "available", "current", "free", "idle", "inflight", "pending", "queued", "running", "used", "waiting":
			return true
		}
		return false
	})
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
