package promeval

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// Limits of promtool's unit tests (promql/promqltest, LazyLoader).
const (
	maxSamples   = 10000
	queryTimeout = 100 * time.Second
)

// EngineOptions configure an Engine.
type EngineOptions struct {
	// SubqueryInterval is the step of subqueries that name none: the rules'
	// evaluation interval.
	SubqueryInterval time.Duration
	// Expressions are texts to be parsed once, beside those of Rules.
	Expressions []string
	Rules       []*RuleFile
	// DelayedNameRemoval is promtool's feature promql-delayed-name-removal.
	DelayedNameRemoval bool
}

// Engine is the upstream PromQL engine with promtool's options. It is safe for
// concurrent use.
type Engine struct{ promql *promql.Engine }

// NewEngine returns an engine; the caller closes it.
//
// Two parsers meet here, as in promtool: rules are loaded with one that takes
// duration expressions, queries are parsed with one that has no features.
func NewEngine(o EngineOptions) *Engine {
	step := o.SubqueryInterval.Milliseconds()
	return &Engine{promql: promql.NewEngine(promql.EngineOpts{
		MaxSamples:               maxSamples,
		Timeout:                  queryTimeout,
		NoStepSubqueryIntervalFn: func(int64) int64 { return step },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		EnableDelayedNameRemoval: o.DelayedNameRemoval,
		Parser:                   newExpressions(parser.NewParser(parser.Options{}), o.Expressions, o.Rules),
	})}
}

// ParseQuery returns why an expression is refused by the parser that queries
// are parsed with, or nil.
func ParseQuery(text string) error {
	_, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	return err
}

// Close releases the engine.
func (e *Engine) Close() error { return e.promql.Close() }

// instant evaluates an expression at an instant. A scalar becomes one sample
// without labels; any other type than a vector is an error, as in rules.
func (e *Engine) instant(ctx context.Context, q storage.Queryable, text string, ts time.Time) (promql.Vector, error) {
	query, err := e.promql.NewInstantQuery(ctx, q, nil, text, ts)
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
