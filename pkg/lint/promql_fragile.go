package lint

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// promqlFragile finds alerts whose labels change from one evaluation to the
// next, and ratios that are wrong for a moment after a restart.
func promqlFragile(p *Pass) {
	for _, r := range p.alerts() {
		if pick := picked(r.expr.Node); pick != nil {
			p.ReportExpr(r, pick, "%s picks other series at every evaluation, so that alert %q begins anew for each", pick.Op, r.Alert).Hint = "alert on all series that pass a threshold, or aggregate them"
			continue
		}
		if r.For == 0 && r.KeepFiringFor == 0 {
			if n := unevenRatio(r.expr); n != nil {
				p.ReportExpr(r, n, "alert %q combines aggregations of different jobs without for: after a restart, one is scraped before the other", r.Alert).Hint = "add for: 2m, or a few scrape intervals at least"
			}
		}
	}
}

// picked returns the aggregation that makes the labels of a result depend on
// the order of values, or nil.
func picked(node parser.Expr) *parser.AggregateExpr {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return picked(n.Expr)
	case *parser.UnaryExpr:
		return picked(n.Expr)
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO:
			if len(n.Grouping) > 0 && one(n.Param) {
				return nil // one of each group takes doubled series out
			}
			return n
		}
	case *parser.BinaryExpr:
		if n.Op == parser.LOR {
			if pick := picked(n.LHS); pick != nil {
				return pick
			}
			return picked(n.RHS)
		}
		if n.VectorMatching != nil && n.VectorMatching.Card == parser.CardOneToMany {
			return picked(n.RHS)
		}
		return picked(operand(n))
	case *parser.Call:
		if len(n.Args) > 0 && n.Type() == parser.ValueTypeVector {
			return picked(n.Args[0])
		}
	}
	return nil
}

func one(param parser.Expr) bool {
	n, ok := param.(*parser.NumberLiteral)
	return ok && n.Val == 1
}

// unevenRatio returns an operation on two sums or counts over series of
// different, named jobs, or nil.
func unevenRatio(e *expr.Expr) parser.Expr {
	for _, node := range e.Nodes() {
		n, ok := node.(*parser.BinaryExpr)
		if !ok || n.Op.IsComparisonOperator() || n.Op.IsSetOperator() {
			continue
		}
		left, right := aggregatedJobs(n.LHS), aggregatedJobs(n.RHS)
		if len(left) > 0 && len(right) > 0 && !slices.ContainsFunc(left, func(job string) bool { return slices.Contains(right, job) }) {
			return n
		}
	}
	return nil
}

// aggregatedJobs returns the jobs that a sum or count reads, if all are known.
func aggregatedJobs(node parser.Expr) []string {
	agg, ok := unwrap(node).(*parser.AggregateExpr)
	if !ok || agg.Op != parser.SUM && agg.Op != parser.COUNT {
		return nil
	}
	var jobs []string
	known := true
	parser.Inspect(agg, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			i := slices.IndexFunc(v.LabelMatchers, func(m *matcher) bool { return m.Name == "job" && len(jobValues(m)) > 0 })
			if i < 0 {
				known = false
				return nil
			}
			jobs = append(jobs, jobValues(v.LabelMatchers[i])...)
		}
		return nil
	})
	if !known {
		return nil
	}
	return jobs
}
