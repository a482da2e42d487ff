package promeval

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// Limits of an Observer. A window bounds what is held in memory at a time,
// however long the evaluation was.
const (
	observerSamples = 50_000_000
	observerWindow  = 1024 // ticks
)

// Observer evaluates expressions over everything that an evaluation has
// yielded, for those who want to know how its results came about: coverage,
// and explanations of failures. It disturbs nothing, and is not bound by the
// sample limit of promtool's tests.
//
// At every instant it sees the samples up to then, as the rules did. An
// expression that reads what a later rule yields at the same tick can find more
// than the rule has found, and one that looks ahead from behind a query_offset
// less.
type Observer struct {
	engine *promql.Engine
	parser parser.Parser
}

// Observation is an Observer's view of one evaluation, as it is now.
type Observation struct {
	observer   *Observer
	evaluation *Evaluation
	// whole is set if all samples are seen at every instant.
	whole bool
}

// NewObserver returns an observer of any number of evaluations; subqueries
// without a step take the interval. It is safe for concurrent use, and the
// caller closes it.
func NewObserver(interval time.Duration, f expr.Features) *Observer {
	step := interval.Milliseconds()
	p := &parsedOnce{Parser: queryParser(f)}
	return &Observer{parser: p, engine: promql.NewEngine(promql.EngineOpts{
		MaxSamples:               observerSamples,
		Timeout:                  queryTimeout,
		NoStepSubqueryIntervalFn: func(int64) int64 { return step },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		EnableDelayedNameRemoval: f.DelayedNameRemoval,
		Parser:                   p,
	})}
}

// parsedOnce is a parser that remembers: the tests of a suite ask the same
// things of different series.
type parsedOnce struct {
	parser.Parser
	known sync.Map // text → parser.Expr
}

// ParseExpr implements parser.Parser.
func (p *parsedOnce) ParseExpr(text string) (parser.Expr, error) {
	if known, ok := p.known.Load(text); ok {
		if e, ok := cloneExpr(known.(parser.Expr)); ok { //nolint:forcetypeassert // nothing else is stored
			return e, nil
		}
	}
	e, err := p.Parser.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	if pristine, ok := cloneExpr(e); ok {
		p.known.Store(text, pristine)
	}
	return e, nil
}

// Close releases the observer.
func (o *Observer) Close() error { return o.engine.Close() }

// Of returns the view of an evaluation, which must not go on meanwhile.
func (o *Observer) Of(e *Evaluation) *Observation { return &Observation{observer: o, evaluation: e} }

// Whole returns the view of those who ask after the last tick, and see what
// comes later than an instant, too.
func (o *Observation) Whole() *Observation { return &Observation{o.observer, o.evaluation, true} }

// Void reports whether an expression provably yields nothing at any time.
func (o *Observation) Void(e parser.Expr) bool {
	void := newVoid(e)
	return void.provable && !o.MatchesAny(void.selectors)
}

// Range evaluates an expression at from, from+step, … up to until. Its scalars
// are a series without labels.
func (o *Observation) Range(ctx context.Context, text string, from, until time.Time, step time.Duration) ([]Column, error) {
	if o.observer.looksAhead(text) {
		return o.each(ctx, text, from, until, step)
	}
	query, err := o.observer.engine.NewRangeQuery(ctx, o.evaluation.Queryable(), nil, text, from, until, step)
	if err != nil {
		return nil, fmt.Errorf("observe %s: %w", text, err)
	}
	defer query.Close()
	matrix, err := query.Exec(ctx).Matrix()
	if err != nil {
		return nil, fmt.Errorf("observe %s: %w", text, err)
	}
	out := make([]Column, 0, len(matrix))
	for _, s := range matrix {
		out = append(out, columnOf(s))
	}
	return out, nil
}

// looksAhead reports whether an expression may select samples that are newer
// than the instant of its evaluation, or depend on the range of a query.
func (o *Observer) looksAhead(text string) bool {
	e, err := o.parser.ParseExpr(text)
	if err != nil {
		return false
	}
	ahead := false
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			ahead = ahead || n.OriginalOffset < 0 || n.OriginalOffsetExpr != nil || n.Timestamp != nil || n.StartOrEnd != 0 || n.Smoothed
		case *parser.SubqueryExpr:
			ahead = ahead || n.OriginalOffset < 0 || n.OriginalOffsetExpr != nil || n.Timestamp != nil || n.StartOrEnd != 0
		}
		return nil
	})
	return ahead
}

// each is Range, one instant after the other.
func (o *Observation) each(ctx context.Context, text string, from, until time.Time, step time.Duration) ([]Column, error) {
	byLabels := map[string]*Column{}
	for ts := from; !ts.After(until); ts = ts.Add(step) {
		q := o.evaluation.Queryable()
		now := timestamp.FromTime(ts)
		if !o.whole {
			q = view{o.evaluation.store, func(int) int64 { return now }}
		}
		vector, err := instant(ctx, o.observer.engine, q, text, ts)
		if err != nil {
			return nil, fmt.Errorf("observe %s: %w", text, err)
		}
		for _, s := range vector {
			key := string(s.Metric.Bytes(nil))
			if byLabels[key] == nil {
				byLabels[key] = &Column{Labels: s.Metric}
			}
			v := parser.SequenceValue{Value: s.F}
			if s.H != nil {
				v.Histogram = s.H.Copy()
			}
			byLabels[key].add(now, v)
		}
	}
	out := make([]Column, 0, len(byLabels))
	for _, c := range byLabels {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Column) int { return labels.Compare(a.Labels, b.Labels) })
	return out, nil
}

// columnOf copies a series, whose slices belong to the query.
func columnOf(s promql.Series) Column {
	c := Column{Labels: s.Metric}
	floats, histograms := s.Floats, s.Histograms
	for len(floats) > 0 || len(histograms) > 0 {
		if len(histograms) == 0 || len(floats) > 0 && floats[0].T < histograms[0].T {
			c.add(floats[0].T, parser.SequenceValue{Value: floats[0].F})
			floats = floats[1:]
			continue
		}
		c.add(histograms[0].T, parser.SequenceValue{Histogram: histograms[0].H.Copy()})
		histograms = histograms[1:]
	}
	return c
}

// Occurs reports whether an expression has a sample at any of the instants
// from, from+step, … up to until.
func (o *Observation) Occurs(ctx context.Context, text string, from, until time.Time, step time.Duration) (bool, error) {
	for !from.After(until) {
		end := from.Add((observerWindow - 1) * step)
		if end.After(until) {
			end = until
		}
		columns, err := o.Range(ctx, text, from, end, step)
		if err != nil || len(columns) > 0 {
			return len(columns) > 0, err
		}
		from = end.Add(step)
	}
	return false, nil
}

// MatchesAny reports whether any series satisfies all matchers of one of the
// selectors.
func (o *Observation) MatchesAny(selectors [][]*labels.Matcher) bool {
	return slices.ContainsFunc(selectors, o.evaluation.store.Matches)
}

// Series returns the label sets of all series that have a sample and satisfy
// all matchers.
func (o *Observation) Series(matchers ...*labels.Matcher) []labels.Labels {
	var out []labels.Labels
	for _, m := range o.evaluation.store.candidates(matchers) {
		if len(m.segments) > 0 && matchesAll(m.lset, matchers) {
			out = append(out, m.lset)
		}
	}
	return out
}
