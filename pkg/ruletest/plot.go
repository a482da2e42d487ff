package ruletest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
)

// Plot is a series of values, or of an alert's states, around the time of an
// assertion, one for each tick.
type Plot struct {
	// Kind is "expression", "series" (of the input, or recorded), or "state".
	Kind string `json:"kind"`
	// Title is the expression, or the series; Labels are those of the values.
	Title  string            `json:"title"`
	Labels map[string]string `json:"labels,omitempty"`
	// Start and Step are seconds since the test's start; At is the place of the
	// asserted tick.
	Start float64 `json:"start"`
	Step  float64 `json:"step"`
	At    int     `json:"at"`
	// Values are null where there is no sample.
	Values []PlotValue `json:"values,omitempty"`
	// Op and Threshold are what the values are compared with: ">", 5.
	Op        string     `json:"op,omitempty"`
	Threshold *PlotValue `json:"threshold,omitempty"`
	// States has a character for each tick: "." inactive, "p" pending, "f"
	// firing.
	States string `json:"states,omitempty"`
}

// PlotValue is a number that may be missing. In JSON it is a number, null, or
// one of the strings "NaN", "+Inf" and "-Inf".
type PlotValue struct {
	Value   float64
	Present bool
}

// MarshalJSON implements json.Marshaler.
func (v PlotValue) MarshalJSON() ([]byte, error) {
	switch {
	case !v.Present:
		return []byte("null"), nil
	case math.IsNaN(v.Value) || math.IsInf(v.Value, 0):
		return []byte(strconv.Quote(strconv.FormatFloat(v.Value, 'g', -1, 64))), nil
	default:
		return json.Marshal(v.Value)
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *PlotValue) UnmarshalJSON(data []byte) error {
	*v = PlotValue{}
	text := string(data)
	if text == "null" {
		return nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("value of a plot: %w", err)
	}
	*v = PlotValue{f, true}
	return nil
}

// How much a plot shows: ticks before the assertion and after it, and series.
const (
	plotBefore = 47
	plotAfter  = 12
	plotSeries = 2
	maxPlots   = 6
)

// window returns the ticks that a plot shows.
func (x instant) window() (from, until time.Time, at int) {
	from, until = x.at.Add(-plotBefore*x.step), x.at.Add(plotAfter*x.step)
	if from.Before(x.from) {
		from = x.from
	}
	if until.After(x.until) {
		until = x.until
	}
	if until.Before(x.at) {
		until = x.at
	}
	// The assertion may lie between two ticks: of a plot, the last one counts.
	at = int(x.at.Sub(from) / x.step)
	return from, until, at
}

// plots shows what decides about an expression: the sides of its comparisons,
// or all of it, and the series that these read, down to those of the input.
func (x instant) plots(ctx context.Context, e *expr.Expr, static labels.Labels, about []labels.Labels, rules []*subject) []Plot {
	var out []Plot
	var drawn []parser.Expr
	for _, n := range comparisons(e.Node) {
		vector, op, limit, _ := threshold(n)
		drawn = append(drawn, vector)
		for _, p := range x.plot(ctx, "expression", oneLine(e.TextOf(vector)), vector, static, about) {
			p.Op, p.Threshold = op.String(), &PlotValue{limit, true}
			out = append(out, p)
		}
	}
	if len(drawn) == 0 {
		drawn = append(drawn, e.Node)
		out = append(out, x.plot(ctx, "expression", oneLine(e.Text), e.Node, static, about)...)
	}
	seen := map[string]bool{}
	if len(out) > 0 {
		for _, d := range drawn {
			seen[d.String()] = true
		}
	}
	for _, v := range selected(drawn, rules) {
		if key := v.String(); !seen[key] {
			seen[key] = true
			out = append(out, x.plot(ctx, "series", oneLine(key), v, static, about)...)
		}
	}
	if len(out) > maxPlots {
		out = out[:maxPlots]
	}
	return out
}

// selected returns the selectors of some expressions, and those of the records
// that they select, without offset and @.
func selected(exprs []parser.Expr, rules []*subject) []*parser.VectorSelector {
	var out []*parser.VectorSelector
	known := map[*subject]bool{}
	for len(exprs) > 0 {
		e := exprs[0]
		exprs = exprs[1:]
		parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
			v, ok := n.(*parser.VectorSelector)
			if !ok {
				return nil
			}
			bare := *v
			bare.OriginalOffset, bare.Timestamp, bare.StartOrEnd = 0, nil, 0
			out = append(out, &bare)
			for _, s := range rules {
				if !s.alert && s.name == v.Name && !known[s] {
					known[s] = true
					exprs = append(exprs, s.expr.Node)
				}
			}
			return nil
		})
	}
	return out
}

// plot shows a part of an expression: those of its series that agree with the
// labels which the assertion is about come first, the others if there are none.
func (x instant) plot(ctx context.Context, kind, title string, part parser.Expr, static labels.Labels, about []labels.Labels) []Plot {
	from, until, at := x.window()
	if part.Type() != parser.ValueTypeVector && part.Type() != parser.ValueTypeScalar {
		return nil
	}
	columns, err := x.Range(ctx, part.String(), from, until, x.step)
	if err != nil {
		return nil
	}
	s := subject{static: static}
	agrees := func(c promeval.Column) bool {
		return slices.ContainsFunc(about, func(l labels.Labels) bool { return s.agrees(c.Labels, l) })
	}
	if slices.ContainsFunc(columns, agrees) {
		columns = slices.DeleteFunc(columns, func(c promeval.Column) bool { return !agrees(c) })
	}
	var out []Plot
	for i, c := range columns {
		if i == plotSeries {
			break
		}
		if c.Histograms != nil {
			continue
		}
		p := Plot{
			Kind: kind, Title: title, Labels: c.Labels.Map(),
			Start: from.Sub(x.from).Seconds(), Step: x.step.Seconds(), At: at,
			Values: make([]PlotValue, until.Sub(from)/x.step+1),
		}
		for n, t := range c.Times {
			p.Values[(t-from.UnixMilli())/x.step.Milliseconds()] = PlotValue{c.Floats[n], true}
		}
		out = append(out, p)
	}
	return out
}

// statePlot shows the states of a rule's alerts, the furthest one at each tick.
func (x instant) statePlot(ctx context.Context, s *subject) []Plot {
	from, until, at := x.window()
	states := make([]byte, until.Sub(from)/x.step+1)
	for i := range states {
		states[i] = '.'
	}
	any := false
	for _, state := range []string{"pending", "firing"} {
		columns, err := x.Range(ctx, s.alerts(state).String(), from, until, x.step)
		if err != nil {
			return nil
		}
		for _, c := range columns {
			for _, t := range c.Times {
				states[(t-from.UnixMilli())/x.step.Milliseconds()] = state[0]
				any = true
			}
		}
	}
	if !any {
		return nil
	}
	return []Plot{{
		Kind: "state", Title: s.name, Labels: s.static.Map(), States: string(states),
		Start: from.Sub(x.from).Seconds(), Step: x.step.Seconds(), At: at,
	}}
}
