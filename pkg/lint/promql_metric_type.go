package lint

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/expr"
)

// promqlMetricType finds what does not suit the type that the catalogue gives
// a metric. What the name tells as well is left to the checks that go by names.
func promqlMetricType(p *Pass) {
	if p.catalog == nil {
		return
	}
	for _, r := range p.graph.Rules() {
		if r.Foreign {
			continue
		}
		t := typeCheck{Pass: p, object: r.Object, pointer: r.Pointer + "/expr", selectors: r.Selectors}
		t.functions(r.Expr)
		if r.Alert != "" {
			t.thresholds(r.Expr)
		}
	}
	for _, q := range p.graph.Queries() {
		if !q.Foreign {
			t := typeCheck{Pass: p, object: q.Object, pointer: q.Text, in: where(q) + ": ", selectors: q.Selectors}
			t.functions(q.Expr)
		}
	}
}

type typeCheck struct {
	*Pass
	object      bundle.Object
	pointer, in string
	selectors   []expr.Selector
}

func (t *typeCheck) report(hint, format string, args ...any) {
	d := t.Reportf(t.object, t.pointer, format, args...)
	d.Summary = t.in + d.Summary
	d.Hint = hint
}

// typed returns what the catalogue knows of a vector selector.
func (t *typeCheck) typed(e parser.Expr) (name string, s catalog.Series, ok bool) {
	v, ok := unwrap(e).(*parser.VectorSelector)
	if !ok {
		return "", s, false
	}
	part := spanOf(v)
	for _, sel := range t.selectors {
		if sel.Start == part.start && sel.End == part.end {
			s, ok = t.series(sel)
			return s.Metric.Name + s.Suffix, s, ok && s.Type != ""
		}
	}
	return "", s, false
}

func (t *typeCheck) functions(e *expr.Expr) {
	parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
		call, ok := n.(*parser.Call)
		if !ok || len(call.Args) == 0 {
			return nil
		}
		switch name := call.Func.Name; name {
		case "rate", "irate", "increase", "delta", "idelta", "deriv":
			if m, ok := call.Args[0].(*parser.MatrixSelector); ok {
				t.overTime(name, m.VectorSelector)
			}
		case "histogram_quantile":
			t.quantile(call.Args[1])
		}
		return nil
	})
}

func (t *typeCheck) overTime(function string, of parser.Expr) {
	name, s, ok := t.typed(of)
	counter := slices.Contains([]string{"rate", "irate", "increase"}, function)
	switch {
	case !ok:
	case counter && s.Type == catalog.Gauge && (isGauge(name) || strings.Contains(name, "timestamp")):
		// The first has a check of its own; a timestamp only grows, and its rate
		// is how fast something catches up.
	case counter && s.Type == catalog.Gauge:
		hint := "use delta or deriv for gauges"
		if s.Metric.Type == catalog.Summary && s.Suffix == "" {
			hint = "these are quantiles; the rate of " + name + "_count is that of what was counted"
		}
		t.report(hint, "%s of %s, which is a gauge: every decrease is taken for a restart", function, name)
	case !counter && s.Type == catalog.Counter && !strings.HasSuffix(name, "_total"):
		t.report("use increase or rate for counters", "%s of %s, which is a counter, does not see restarts", function, name)
	}
}

func (t *typeCheck) quantile(of parser.Expr) {
	parser.Inspect(of, func(n parser.Node, _ []parser.Node) error {
		v, ok := n.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		name, s, ok := t.typed(v)
		if !ok || s.Metric.Type == "" {
			return nil
		}
		switch s.Metric.Type {
		case catalog.Histogram, catalog.GaugeHistogram:
			if s.Suffix != "" && s.Suffix != "_bucket" {
				t.report("use "+s.Metric.Name+"_bucket", "histogram_quantile of %s, which has no buckets", name)
			}
		case catalog.Summary:
			t.report("a summary has its quantiles already: "+s.Metric.Name+`{quantile="…"}`, "histogram_quantile of %s, which is a summary", name)
		default:
			t.report("histogram_quantile wants the buckets of a histogram", "histogram_quantile of %s, which is a %s", name, s.Metric.Type)
		}
		return nil
	})
}

// thresholds finds counters that an alert compares with a number as they are:
// once above, they stay above until the restart of what counts.
func (t *typeCheck) thresholds(e *expr.Expr) {
	parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
		b, ok := n.(*parser.BinaryExpr)
		if !ok || !slices.Contains([]parser.ItemType{parser.GTR, parser.GTE, parser.LSS, parser.LTE}, b.Op) {
			return nil
		}
		side, number := b.LHS, b.RHS
		if side.Type() == parser.ValueTypeScalar {
			side, number = number, side
		}
		limit, literal := unwrap(number).(*parser.NumberLiteral)
		v, selector := addedUp(side).(*parser.VectorSelector)
		if !literal || !selector || limit.Val == 0 {
			return nil // above zero says that it has ever happened, which may be meant
		}
		if name, s, ok := t.typed(v); ok && s.Type == catalog.Counter && !strings.HasSuffix(name, "_total") {
			t.report("compare its rate or increase instead", "alert compares the counter %s itself: what it has counted since the start only goes away with a restart", name)
		}
		return nil
	})
}

// addedUp takes aggregations that keep the meaning of a counter off.
func addedUp(e parser.Expr) parser.Expr {
	e = unwrap(e)
	if agg, ok := e.(*parser.AggregateExpr); ok && slices.Contains([]parser.ItemType{parser.SUM, parser.MAX, parser.MIN, parser.AVG, parser.TOPK, parser.BOTTOMK}, agg.Op) {
		return addedUp(agg.Expr)
	}
	return e
}
