package ruletest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
)

// whyEmpty says why a part of an expression has no sample at the instant: it
// goes down to the selectors, comparisons and matchings that leave nothing.
func (x instant) whyEmpty(ctx context.Context, e *expr.Expr, part parser.Expr) []string {
	switch n := part.(type) {
	case *parser.ParenExpr:
		return x.whyEmpty(ctx, e, n.Expr)
	case *parser.UnaryExpr:
		return x.whyEmpty(ctx, e, n.Expr)
	case *parser.AggregateExpr:
		return x.whyEmpty(ctx, e, n.Expr)
	case *parser.SubqueryExpr:
		return x.whyEmpty(ctx, e, n.Expr)
	case *parser.VectorSelector:
		return x.whyNoSeries(ctx, n, "")
	case *parser.MatrixSelector:
		if v, ok := n.VectorSelector.(*parser.VectorSelector); ok {
			return x.whyNoSeries(ctx, v, " in "+model.Duration(n.Range).String())
		}
		return nil
	case *parser.Call:
		return x.whyEmptyCall(ctx, e, n)
	case *parser.BinaryExpr:
		return x.whyEmptyBinary(ctx, e, n)
	default:
		return nil
	}
}

// samples evaluates a part of an expression at the instant; of a range it says
// which series have any sample.
func (x instant) samples(ctx context.Context, part parser.Expr) []promeval.Column {
	if part.Type() == parser.ValueTypeMatrix {
		part = call("present_over_time", part)
	}
	columns, err := x.Range(ctx, part.String(), x.at, x.at, x.step)
	if err != nil {
		return nil // It has no samples that anything could be said about.
	}
	return columns
}

func (x instant) whyEmptyCall(ctx context.Context, e *expr.Expr, n *parser.Call) []string {
	var out []string
	for _, arg := range n.Args {
		if t := arg.Type(); t != parser.ValueTypeVector && t != parser.ValueTypeMatrix {
			continue
		}
		there := x.samples(ctx, arg)
		switch {
		case n.Func.Name == "absent" || n.Func.Name == "absent_over_time":
			if len(there) > 0 {
				return []string{fmt.Sprintf("`%s` is there: %s", oneLine(e.TextOf(arg)), labelSets(there))}
			}
		case len(there) == 0:
			out = append(out, x.whyEmpty(ctx, e, arg)...)
		case arg.Type() == parser.ValueTypeMatrix:
			out = append(out, fmt.Sprintf("%s needs more samples than `%s` has at %s", n.Func.Name, oneLine(e.TextOf(arg)), x.name(x.at)))
		}
	}
	return out
}

func (x instant) whyEmptyBinary(ctx context.Context, e *expr.Expr, n *parser.BinaryExpr) []string {
	var out []string
	var sides [2][]promeval.Column
	for i, side := range []parser.Expr{n.LHS, n.RHS} {
		if side.Type() != parser.ValueTypeVector {
			continue
		}
		if sides[i] = x.samples(ctx, side); len(sides[i]) > 0 {
			continue
		}
		if n.Op != parser.LUNLESS || i == 0 {
			out = append(out, x.whyEmpty(ctx, e, side)...)
		}
		if n.Op != parser.LOR {
			return out // one side is enough
		}
	}
	if len(out) > 0 {
		return out
	}
	left, right := oneLine(e.TextOf(n.LHS)), oneLine(e.TextOf(n.RHS))
	switch {
	case n.Op == parser.LUNLESS:
		return []string{fmt.Sprintf("unless takes all samples of `%s` away: `%s` has %s", left, right, labelSets(sides[1]))}
	case n.Op.IsComparisonOperator() && n.LHS.Type() != n.RHS.Type():
		return x.values(ctx, e, n, func(labels.Labels) bool { return true })
	case n.Op.IsComparisonOperator() && len(x.samples(ctx, &parser.ParenExpr{Expr: asBool(n)})) > 0:
		return []string{fmt.Sprintf("`%s` is %s, and `%s` is %s: not %s", left, valuesOf(sides[0]), right, valuesOf(sides[1]), n.Op)}
	default:
		return []string{fmt.Sprintf("no series of `%s` matches one of `%s`%s: %s on the left, %s on the right",
			left, right, matchedBy(n.VectorMatching), labelSets(sides[0]), labelSets(sides[1]))}
	}
}

func asBool(n *parser.BinaryExpr) parser.Expr {
	c := *n
	c.ReturnBool = true
	return &c
}

func matchedBy(m *parser.VectorMatching) string {
	switch {
	case m == nil || len(m.MatchingLabels) == 0 && !m.On:
		return " by all labels"
	case m.On:
		return " by the labels " + strings.Join(m.MatchingLabels, ", ")
	default:
		return " by all labels but " + strings.Join(m.MatchingLabels, ", ")
	}
}

// values says what a vector that is compared with a scalar is at the instant.
func (x instant) values(ctx context.Context, e *expr.Expr, n *parser.BinaryExpr, about func(labels.Labels) bool) []string {
	vector, other := n.LHS, n.RHS
	if vector.Type() != parser.ValueTypeVector {
		vector, other = other, vector
	}
	there := slices.DeleteFunc(x.samples(ctx, vector), func(c promeval.Column) bool { return !about(c.Labels) })
	if len(there) == 0 {
		return nil
	}
	limit := oneLine(e.TextOf(other))
	if scalar := x.samples(ctx, other); len(scalar) == 1 && len(scalar[0].Floats) == 1 {
		if _, isNumber := constant(other); !isNumber {
			limit += " (" + number64(scalar[0].Floats[0]) + ")"
		}
	}
	op := n.Op.String()
	if vector == n.RHS {
		return []string{fmt.Sprintf("`%s` is %s at %s: `%s %s …` is asked for", oneLine(e.TextOf(vector)), valuesOf(there), x.name(x.at), limit, op)}
	}
	return []string{fmt.Sprintf("`%s` is %s at %s: `%s %s` is asked for", oneLine(e.TextOf(vector)), valuesOf(there), x.name(x.at), op, limit)}
}

// valuesOf lists the values of series at one instant.
func valuesOf(columns []promeval.Column) string {
	var out []string
	for i, c := range columns {
		if i == maxNamed {
			out = append(out, fmt.Sprintf("and %d more", len(columns)-i))
			break
		}
		text := "a histogram"
		if len(c.Floats) > 0 && (c.Histograms == nil || c.Histograms[0] == nil) {
			text = number64(c.Floats[0])
		}
		if rest := labels.NewBuilder(c.Labels).Del(model.MetricNameLabel).Labels(); !rest.IsEmpty() {
			text += " for " + rest.String()
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func number64(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// whyNoSeries says why a selector finds nothing.
func (x instant) whyNoSeries(ctx context.Context, v *parser.VectorSelector, span string) []string {
	name := "`" + oneLine(v.String()) + "`"
	if series := x.Series(v.LabelMatchers...); len(series) > 0 {
		return []string{x.whyNoSample(ctx, v, name, span)}
	}
	var named, others []*labels.Matcher
	for _, m := range v.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			named = append(named, m)
		} else {
			others = append(others, m)
		}
	}
	of := x.Series(named...)
	if len(named) == 0 || len(of) == 0 {
		text := fmt.Sprintf("no series is called %s", v.Name)
		if v.Name == "" {
			text = "no series matches " + name
		}
		if hint := diag.DidYouMean(v.Name, x.names()); v.Name != "" && hint != "" {
			text += ": " + hint
		}
		return []string{text}
	}
	for _, m := range others {
		if len(x.Series(append(slices.Clone(named), m)...)) == 0 {
			return []string{fmt.Sprintf("no series matches %s: %s is %s, which %s excludes", name, m.Name, valuesOfLabel(of, m.Name), m)}
		}
	}
	return []string{fmt.Sprintf("no series matches all of %s", name)}
}

// whyNoSample says of a selector whose series exist when they have samples.
func (x instant) whyNoSample(ctx context.Context, v *parser.VectorSelector, name, span string) string {
	plain := *v
	plain.OriginalOffset, plain.Timestamp, plain.StartOrEnd = 0, nil, 0
	from := x.from
	if earliest := x.at.Add(-lookBack * x.step); from.Before(earliest) {
		from = earliest
	}
	// timestamp says when a sample was taken, not how long it is looked back at.
	columns, err := x.Range(ctx, call("timestamp", &plain).String(), from, x.until, x.step)
	if err != nil || len(columns) == 0 {
		return fmt.Sprintf("%s has no samples%s", name, span)
	}
	var before, after []int64
	for _, c := range columns {
		for _, seconds := range c.Floats {
			if t := int64(seconds * 1000); t <= x.at.UnixMilli() {
				before = append(before, t)
			} else {
				after = append(after, t)
			}
		}
	}
	text := fmt.Sprintf("%s has no sample%s at %s", name, span, x.name(x.at))
	if v.OriginalOffset != 0 {
		text += fmt.Sprintf(" (it looks at %s)", x.name(x.at.Add(-v.OriginalOffset)))
	}
	if len(before) > 0 {
		text += ": it is last seen at " + x.nameMillis(slices.Max(before))
	} else if len(after) > 0 {
		text += ": it is first seen at " + x.nameMillis(slices.Min(after))
	}
	return text
}

// names are those of all metrics.
func (x instant) names() []string {
	var out []string
	for _, l := range x.Series() {
		out = append(out, l.Get(model.MetricNameLabel))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// valuesOfLabel lists the values that a label has in some series.
func valuesOfLabel(series []labels.Labels, name string) string {
	var values []string
	for _, l := range series {
		values = append(values, strconv.Quote(l.Get(name)))
	}
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) > maxNamed {
		values = append(values[:maxNamed], "…")
	}
	return strings.Join(values, ", ")
}

// oneLine is a part of an expression without line breaks and comments' room.
func oneLine(text string) string { return shorten(strings.Join(strings.Fields(text), " ")) }
