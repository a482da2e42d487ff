package promeval

import (
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// shape is what is known of an expression about its evaluation as a range.
type shape struct {
	// reads are the selectors.
	reads []read
	// tickwise says why the expression has to be evaluated tick by tick, or is
	// "".
	tickwise string
	// sums are the aggregations whose result depends on the order of their
	// input, where a range query does not keep that order.
	sums []sum
	// sensitive is set if the order of series can show in the result.
	sensitive bool
}

// read is a selector and how far behind the evaluation it looks at least.
type read struct {
	matchers []*labels.Matcher
	offset   time.Duration
}

// sum is an aggregation over an expression whose series a range query yields in
// an order of its own.
type sum struct {
	*parser.AggregateExpr
	// text is the aggregated expression; the engine knows it.
	text string
}

func newShape(e parser.Expr) shape {
	c := &classifier{}
	c.expr(e, 0, false)
	return c.shape
}

// classifier walks an expression. It accepts what is known to have, at every
// step of a range query, the value of an instant query at that step.
type classifier struct{ shape }

func (c *classifier) refuse(why string) {
	if c.tickwise == "" {
		c.tickwise = why
	}
}

// expr walks e, which stands offset behind the evaluation. It reports whether
// the series of a range query are in the order that instant queries have.
func (c *classifier) expr(e parser.Expr, offset time.Duration, inSubquery bool) (ordered bool) {
	switch n := e.(type) {
	case *parser.VectorSelector:
		c.selector(n, offset)
		return true
	case *parser.MatrixSelector:
		c.durations(n.RangeExpr)
		return c.expr(n.VectorSelector, offset, inSubquery)
	case *parser.SubqueryExpr:
		if n.Timestamp != nil || n.StartOrEnd != 0 || n.OriginalOffset < 0 {
			c.refuse("looks at a fixed time or ahead")
		}
		c.durations(n.RangeExpr, n.StepExpr, n.OriginalOffsetExpr)
		c.expr(n.Expr, offset+n.OriginalOffset, true)
		return false
	case *parser.AggregateExpr:
		c.aggregation(n, offset, inSubquery)
		return false
	case *parser.BinaryExpr:
		if m := n.VectorMatching; m != nil && (m.FillValues.LHS != nil || m.FillValues.RHS != nil) {
			c.refuse("fills in what has no match")
		}
		c.expr(n.LHS, offset, inSubquery)
		c.expr(n.RHS, offset, inSubquery)
		return false
	case *parser.Call:
		return c.call(n, offset, inSubquery)
	case *parser.ParenExpr:
		return c.expr(n.Expr, offset, inSubquery)
	case *parser.UnaryExpr:
		c.expr(n.Expr, offset, inSubquery)
		return false
	case *parser.NumberLiteral, *parser.StringLiteral:
		return true
	default:
		c.refuse("has a node of an unknown kind")
		return false
	}
}

func (c *classifier) selector(n *parser.VectorSelector, offset time.Duration) {
	if n.Timestamp != nil || n.StartOrEnd != 0 || n.OriginalOffset < 0 {
		c.refuse("looks at a fixed time or ahead")
	}
	if n.Anchored || n.Smoothed {
		c.refuse("has an extended range selector")
	}
	c.durations(n.OriginalOffsetExpr)
	c.reads = append(c.reads, read{n.LabelMatchers, offset + n.OriginalOffset})
}

// durations refuses durations that the engine has yet to compute.
func (c *classifier) durations(exprs ...*parser.DurationExpr) {
	if slices.ContainsFunc(exprs, func(d *parser.DurationExpr) bool { return d != nil }) {
		c.refuse("has a duration expression")
	}
}

func (c *classifier) aggregation(n *parser.AggregateExpr, offset time.Duration, inSubquery bool) {
	ordered := c.expr(n.Expr, offset, inSubquery)
	if n.Op.IsExperimentalAggregator() {
		c.refuse("has an experimental aggregation")
	}
	switch p := n.Param.(type) {
	case nil, *parser.StringLiteral:
	case *parser.NumberLiteral:
		if n.Op != parser.QUANTILE && !(p.Val >= 1 && p.Val < 1e6) {
			c.refuse("has a parameter that selects nothing")
		}
	default:
		// A range query checks the parameters of all steps at once.
		c.refuse("has an aggregation with a computed parameter")
		c.expr(n.Param, offset, inSubquery)
	}
	c.sensitive = c.sensitive || isOrderSensitive(n.Op)
	// Within a subquery, the steps of an instant query have no order either.
	if !ordered && !inSubquery && isOrderSensitive(n.Op) {
		c.sums = append(c.sums, sum{n, n.Expr.String()})
	}
}

// call accepts the functions by name, so that one that upstream adds is
// evaluated tick by tick until somebody has looked at it.
func (c *classifier) call(n *parser.Call, offset time.Duration, inSubquery bool) bool {
	for _, a := range n.Args {
		c.expr(a, offset, inSubquery)
	}
	switch n.Func.Name {
	case "rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets",
		"avg_over_time", "sum_over_time", "min_over_time", "max_over_time", "count_over_time",
		"last_over_time", "first_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time",
		"predict_linear", "quantile_over_time":
		for _, a := range n.Args {
			if _, ok := a.(*parser.MatrixSelector); ok {
				return true
			}
		}
		return false
	case "abs", "absent", "absent_over_time", "ceil", "clamp", "clamp_max", "clamp_min", "exp", "floor", "ln", "log10", "log2",
		"round", "scalar", "sgn", "sort", "sort_desc", "sqrt", "timestamp", "vector", "time", "pi", "deg", "rad",
		"acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh",
		"minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year",
		"histogram_quantile", "histogram_count", "histogram_sum", "histogram_avg", "histogram_fraction",
		"histogram_stddev", "histogram_stdvar", "label_replace", "label_join":
		return false
	default:
		c.refuse("calls " + n.Func.Name)
		return false
	}
}

// isOrderSensitive reports whether the result of an aggregation can depend on
// the order of its input: through rounding, or where it decides ties.
func isOrderSensitive(op parser.ItemType) bool {
	switch op {
	case parser.COUNT, parser.GROUP, parser.QUANTILE, parser.COUNT_VALUES:
		return false
	default:
		return true
	}
}

// mayYield reports whether a rule can write a series that satisfies the
// matchers, as far as its name and its plain labels tell.
func (r *rule) mayYield(matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		switch {
		case m.Name == model.MetricNameLabel && r.alerting:
			if !m.Matches(alertMetric) && !m.Matches(alertForStateMetric) {
				return false
			}
		case m.Name == model.MetricNameLabel:
			if !m.Matches(r.name) {
				return false
			}
		case m.Name == labels.AlertName && r.alerting:
			if !m.Matches(r.name) {
				return false
			}
		default:
			// A label set to nothing is removed, or stands as written in ALERTS.
			if v := r.labels.Get(m.Name); v != "" && !isTemplate(v) && m.Name != labels.AlertName && !m.Matches(v) {
				return false
			}
		}
	}
	return true
}
