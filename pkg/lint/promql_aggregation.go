package lint

import (
	"cmp"
	"slices"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// promqlAggregation holds the aggregations of rules to what the project has
// agreed on: a label to be kept must not be lost for certain, and one to be
// dropped has to be. What labels the rule itself gives is its own affair.
func promqlAggregation(p *Pass) {
	for _, r := range p.rules {
		name, own := cmp.Or(r.Record, r.Alert), r.labels()
		if len(p.opts.Aggregations) == 0 || !aggregates(r.expr) {
			continue
		}
		for _, agreed := range p.opts.Aggregations {
			if agreed.Rule != nil && !agreed.Rule.MatchString(name) {
				continue
			}
			for _, label := range agreed.Keep {
				if known := r.expr.Analysis().Labels().Get(label); known.Presence == expr.Lacks && own[label] == "" {
					d := p.Reportf(r.object, r.Pointer+"/expr", "the expression of %q drops the label %s, which the project keeps", name, label)
					d.Hint = "add it to by (…), or leave it out of without (…); the project's checks.aggregations says so"
					p.Cause(d, r, known.By, "it is dropped here")
				}
			}
			for _, label := range agreed.Drop {
				if known := r.expr.Analysis().Labels().Get(label); known.Presence != expr.Lacks && own[label] == "" {
					d := p.Reportf(r.object, r.Pointer+"/expr", "the expression of %q may keep the label %s, which the project drops", name, label)
					d.Hint = "leave it out of by (…), or add it to without (…); the project's checks.aggregations says so"
				}
			}
		}
	}
}

func aggregates(e *expr.Expr) bool {
	return slices.ContainsFunc(e.Nodes(), func(n parser.Expr) bool {
		_, ok := n.(*parser.AggregateExpr)
		return ok
	})
}
