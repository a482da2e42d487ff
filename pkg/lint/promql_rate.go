package lint

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/expr"
)

// promqlRate finds functions for counters on what is no counter, and the
// other way round.
func promqlRate(p *Pass) {
	sums := recordedSums(p.rules)
	for _, r := range p.rules {
		p.rateIn(r.object, r.Pointer+"/expr", r.expr, sums)
	}
}

// recordedSums returns the recorded names whose rules add counters up.
func recordedSums(rules []rule) map[string]bool {
	sums := map[string]bool{}
	for _, r := range rules {
		if agg, ok := r.expr.Node.(*parser.AggregateExpr); ok && r.Record != "" && agg.Op == parser.SUM {
			if v, ok := agg.Expr.(*parser.VectorSelector); ok && strings.HasSuffix(v.Name, "_total") {
				sums[r.Record] = true
			}
		}
	}
	return sums
}

func (p *Pass) rateIn(o bundle.Object, pointer string, e *expr.Expr, sums map[string]bool) {
	parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
		call, ok := n.(*parser.Call)
		if !ok || len(call.Args) == 0 {
			return nil
		}
		name := call.Func.Name
		counter := name == "rate" || name == "irate" || name == "increase"
		gauge := name == "delta" || name == "idelta" || name == "deriv"
		switch arg := call.Args[0].(type) {
		case *parser.SubqueryExpr:
			if agg, ok := unwrap(arg.Expr).(*parser.AggregateExpr); ok && counter && agg.Op == parser.SUM {
				p.Reportf(o, pointer, "%s of a sum: a counter that restarts makes the sum drop, which %s takes for a restart of all", name, name).Hint =
					"swap them: sum(" + name + "(…[5m]))"
			}
		case *parser.MatrixSelector:
			v, ok := arg.VectorSelector.(*parser.VectorSelector)
			if !ok {
				return nil
			}
			switch {
			case counter && sums[v.Name]:
				p.Reportf(o, pointer, "%s of %s, which a recording rule makes a sum of counters", name, v.Name).Hint =
					"record sum(" + name + "(…)) instead of the sum"
			case counter && isGauge(v.Name):
				p.Reportf(o, pointer, "%s of %s, which by its name is no counter", name, v.Name).Hint = "use delta or deriv for gauges"
			case gauge && strings.HasSuffix(v.Name, "_total"):
				p.Reportf(o, pointer, "%s of the counter %s does not see restarts", name, v.Name).Hint = "use increase or rate for counters"
			}
		}
		return nil
	})
}

// isGauge goes by suffixes that no counter has, of Prometheus' own naming
// practices.
func isGauge(name string) bool {
	for _, suffix := range []string{"_info", "_ratio", "_timestamp_seconds", "_celsius", "_percent"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// unwrap takes parentheses off.
func unwrap(e parser.Expr) parser.Expr {
	for {
		p, ok := e.(*parser.ParenExpr)
		if !ok {
			return e
		}
		e = p.Expr
	}
}
