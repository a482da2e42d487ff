package promeval

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"

	"github.com/monctl/monctl/pkg/expr"
)

// Limits of promtool's unit tests (promql/promqltest, LazyLoader).
const (
	maxSamples   = 10000
	queryTimeout = 100 * time.Second
)

// maxRangeSamples bounds the memory of one range query.
const maxRangeSamples = 20_000_000

// EngineOptions configure an Engine.
type EngineOptions struct {
	// SubqueryInterval is the step of subqueries that name none: the rules'
	// evaluation interval.
	SubqueryInterval time.Duration
	// Expressions are texts to be parsed once, beside those of Rules.
	Expressions []string
	Rules       []*RuleFile
	// GroupOrder ranks group names. Groups that it does not name rank with the
	// first one; ties are broken by the order in the files.
	GroupOrder map[string]int
	// Features have to be those that Rules were parsed with.
	Features expr.Features
}

// Engine is the upstream PromQL engine with promtool's options, and the rules
// that it evaluates. It is safe for concurrent use.
type Engine struct {
	promql *promql.Engine
	// wide is the engine of range queries, whose limit is that of all the
	// instants in it.
	wide    *promql.Engine
	program *program
	// What Plain is made of.
	options  promql.EngineOpts
	features expr.Features
	files    []*RuleFile
	order    map[string]int
}

// NewEngine returns an engine; the caller closes it.
//
// Two parsers meet here, as in promtool: rules are loaded with one that takes
// duration expressions, queries are parsed with one that may not.
func NewEngine(o EngineOptions) *Engine {
	step := o.SubqueryInterval.Milliseconds()
	opts := promql.EngineOpts{
		MaxSamples:               maxSamples,
		Timeout:                  queryTimeout,
		NoStepSubqueryIntervalFn: func(int64) int64 { return step },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		EnableDelayedNameRemoval: o.Features.DelayedNameRemoval,
	}
	known := newExpressions(queryParser(o.Features), o.Expressions, o.Rules)
	opts.Parser = known
	wide := opts
	wide.MaxSamples = maxRangeSamples
	return &Engine{
		promql: promql.NewEngine(opts), wide: promql.NewEngine(wide), program: newProgram(o.Rules, o.GroupOrder, known.parsed(o.Expressions)),
		options: opts, features: o.Features, files: o.Rules, order: o.GroupOrder,
	}
}

// ParseQuery returns why an expression is refused by the parser that queries
// are parsed with, or nil.
func ParseQuery(text string, f expr.Features) error {
	_, err := queryParser(f).ParseExpr(text)
	return err
}

// Close releases the engine.
func (e *Engine) Close() error { return errors.Join(e.promql.Close(), e.wide.Close()) }

// instant evaluates an expression at an instant. A scalar becomes one sample
// without labels; any other type than a vector is an error, as in rules.
func (e *Engine) instant(ctx context.Context, q storage.Queryable, text string, ts time.Time) (promql.Vector, error) {
	return instant(ctx, e.promql, q, text, ts)
}

func instant(ctx context.Context, e *promql.Engine, q storage.Queryable, text string, ts time.Time) (promql.Vector, error) {
	query, err := e.NewInstantQuery(ctx, q, nil, text, ts)
	if err != nil {
		return nil, err
	}
	defer query.Close()
	res := query.Exec(ctx)
	if res.Err != nil {
		return nil, res.Err
	}
	switch v := res.Value.(type) {
	case promql.Vector:
		return v, nil
	case promql.Scalar:
		return promql.Vector{{T: v.T, F: v.V, Metric: labels.EmptyLabels()}}, nil
	default:
		return nil, errors.New("rule result is not a vector or scalar")
	}
}

// span evaluates an expression at start, start+step, … up to end. The points
// belong to the caller until it closes the result.
func (e *Engine) span(ctx context.Context, q storage.Queryable, text string, start, end time.Time, step time.Duration) (*spanResult, error) {
	query, err := e.wide.NewRangeQuery(ctx, q, nil, text, start, end, step)
	if err != nil {
		return nil, err
	}
	matrix, err := query.Exec(ctx).Matrix()
	if err != nil {
		query.Close()
		return nil, err
	}
	return &spanResult{Query: query, matrix: matrix}, nil
}

type spanResult struct {
	promql.Query
	matrix promql.Matrix
}

// peak returns the highest number of samples that the query has held. None of
// the instants in it would have held more.
func (r *spanResult) peak() int { return r.Stats().Samples.PeakSamples }
