package lint

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// alertFor finds alerts that a single failed scrape fires. What is compared
// with the time, and a counter that has counted, stay as they are and are no
// such alerts.
func alertFor(p *Pass) {
	for _, r := range p.alerts() {
		if r.For > 0 {
			continue
		}
		if calls(r.expr.Node, "absent") {
			d := p.Reportf(r.object, r.Pointer, "alert %q fires as soon as one scrape is missed: absent() without for", r.Alert)
			d.Severity = diag.Warning
			d.Hint = "add for: 10m, or a few scrape intervals at least"
			continue
		}
		if len(r.expr.Selectors()) > 0 && !looksBack(r.expr.Node) && !calls(r.expr.Node, "time", "timestamp") && !onlyCounters(r.expr) {
			p.Reportf(r.object, r.Pointer, "alert %q fires on a single sample: neither for nor a range", r.Alert).Hint = "add for: 5m, or look at a range: max_over_time(…[5m])"
		}
	}
}

// onlyCounters reports whether an expression reads nothing but counters.
func onlyCounters(e *expr.Expr) bool {
	return !slices.ContainsFunc(e.Selectors(), func(s expr.Selector) bool { return !strings.HasSuffix(s.Metric, "_total") })
}

// looksBack reports whether some part of an expression covers a range of time.
func looksBack(node parser.Node) bool {
	found := false
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		switch n.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			found = true
		}
		return nil
	})
	return found
}

// calls reports whether an expression calls one of some functions.
func calls(node parser.Node, names ...string) bool {
	found := false
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		if c, ok := n.(*parser.Call); ok && slices.Contains(names, c.Func.Name) {
			found = true
		}
		return nil
	})
	return found
}
