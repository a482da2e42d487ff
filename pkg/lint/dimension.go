package lint

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// dimension is what the numbers of an expression measure, as far as the names
// of the metrics say it, after https://prometheus.io/docs/practices/naming.
type dimension struct {
	// unit is Grafana's id of it; "" is a number of things.
	unit string
	// perSecond says that it is a rate.
	perSecond bool
}

// measured returns what an expression measures, and whether that is known.
func measured(node parser.Expr) (dimension, bool) {
	switch n := unwrap(node).(type) {
	case *parser.VectorSelector:
		return named(n.Name)
	case *parser.MatrixSelector:
		return measured(n.VectorSelector)
	case *parser.SubqueryExpr:
		return measured(n.Expr)
	case *parser.StepInvariantExpr:
		return measured(n.Expr)
	case *parser.UnaryExpr:
		return measured(n.Expr)
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.SUM, parser.AVG, parser.MIN, parser.MAX, parser.QUANTILE, parser.TOPK, parser.BOTTOMK:
			return measured(n.Expr)
		}
	case *parser.Call:
		return ofCall(n)
	case *parser.BinaryExpr:
		return ofOperation(n)
	}
	return dimension{}, false
}

// named goes by the end of a metric's name. Of the parts of histograms and
// summaries, "_sum" and "_bucket" have the unit, and "_count" has none. "_ratio"
// says nothing: OpenTelemetry's exporters give it to all that has no unit.
func named(metric string) (dimension, bool) {
	if strings.Contains(metric, ":") || strings.Contains(metric, "timestamp") {
		return dimension{}, false
	}
	base := metric
	for _, suffix := range []string{"_total", "_sum", "_bucket"} {
		base = strings.TrimSuffix(base, suffix)
	}
	for _, u := range []struct{ suffix, unit string }{
		{"_start_time_seconds", ""},
		{"_bytes", "bytes"},
		{"_milliseconds", "ms"},
		{"_microseconds", "µs"},
		{"_nanoseconds", "ns"},
		{"_seconds", "s"},
		{"_percent", "percent"},
		{"_celsius", "celsius"},
	} {
		if strings.HasSuffix(base, u.suffix) {
			return dimension{unit: u.unit}, u.unit != ""
		}
	}
	return dimension{}, strings.HasSuffix(metric, "_count")
}

func ofCall(call *parser.Call) (dimension, bool) {
	arg := 0
	switch call.Func.Name {
	case "rate", "irate", "deriv":
		d, ok := measured(call.Args[0])
		return dimension{unit: d.unit, perSecond: true}, ok && !d.perSecond
	case "histogram_quantile":
		d, ok := measured(call.Args[1])
		return dimension{unit: d.unit}, ok
	case "quantile_over_time":
		arg = 1
	case "increase", "delta", "idelta", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "last_over_time",
		"abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "sort", "sort_desc", "label_replace", "label_join":
	default:
		return dimension{}, false
	}
	return measured(call.Args[arg])
}

func ofOperation(n *parser.BinaryExpr) (dimension, bool) {
	left, leftKnown := measured(n.LHS)
	right, rightKnown := measured(n.RHS)
	known := leftKnown && rightKnown
	switch {
	case n.ReturnBool:
		return dimension{}, false
	case n.Op.IsComparisonOperator(), n.Op == parser.LAND, n.Op == parser.LUNLESS, n.Op == parser.LOR:
		return left, leftKnown
	case n.Op == parser.ADD, n.Op == parser.SUB:
		if n.LHS.Type() == parser.ValueTypeScalar { // such as 1 - ratio
			return right, rightKnown
		}
		return left, leftKnown && (n.RHS.Type() == parser.ValueTypeScalar || known && left == right)
	case n.Op == parser.DIV && known && left == right && left.unit != "":
		return dimension{unit: "percentunit"}, true
	case n.Op == parser.DIV && known && right.unit == "" && left.perSecond == right.perSecond:
		return dimension{unit: left.unit}, true // such as seconds by requests
	case n.Op == parser.MUL:
		if isHundred(n.RHS) && leftKnown {
			return dimension{unit: "percent"}, left == dimension{unit: "percentunit"}
		}
		if isHundred(n.LHS) && rightKnown {
			return dimension{unit: "percent"}, right == dimension{unit: "percentunit"}
		}
	}
	return dimension{}, false
}

func isHundred(node parser.Expr) bool {
	number, ok := unwrap(node).(*parser.NumberLiteral)
	return ok && number.Val == 100
}

// unitOf returns the id of Grafana's unit that an expression has to have, in
// words too, or "" if its metrics do not say it. Seconds per second are
// processors to one and a share of the time to the other.
func unitOf(node parser.Expr) (id, words string) {
	d, ok := measured(node)
	switch {
	case !ok || d.perSecond && d.unit != "bytes":
		return "", ""
	case d.perSecond:
		return "Bps", "bytes per second"
	}
	switch d.unit {
	case "s":
		return d.unit, "seconds"
	case "ms":
		return d.unit, "milliseconds"
	case "µs":
		return d.unit, "microseconds"
	case "ns":
		return d.unit, "nanoseconds"
	case "percentunit":
		return d.unit, "fractions of 1"
	case "percent":
		return d.unit, "percentages"
	case "celsius":
		return d.unit, "degrees Celsius"
	default:
		return d.unit, d.unit
	}
}
