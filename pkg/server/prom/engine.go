package prom

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/util/features"
	"github.com/prometheus/prometheus/util/logging"
)

// queries is the PromQL engine with what upstream keeps beside it in
// cmd/prometheus.
type queries struct {
	*promql.Engine
	tracker *promql.ActiveQueryTracker
	// subqueryStep is global.evaluation_interval in milliseconds: the step of
	// a subquery that names none.
	subqueryStep atomic.Int64
}

func newQueries(o Options, registry features.Collector) (*queries, error) {
	logger := o.Logger.With("component", "query engine")
	tracker, err := promql.NewActiveQueryTracker(tsdbDir(o.Dir), o.QueryConcurrency, logger)
	if err != nil {
		return nil, newStateError(tsdbDir(o.Dir), err)
	}
	q := &queries{tracker: tracker}
	q.Engine = promql.NewEngine(promql.EngineOpts{
		Logger:                   logger,
		Reg:                      o.Registerer,
		MaxSamples:               o.QueryMaxSamples,
		Timeout:                  o.QueryTimeout,
		ActiveQueryTracker:       tracker,
		LookbackDelta:            o.Lookback,
		NoStepSubqueryIntervalFn: func(int64) int64 { return q.subqueryStep.Load() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		EnableDelayedNameRemoval: o.Features.DelayedNameRemoval,
		FeatureRegistry:          registry,
		Parser:                   o.Features.Parser(),
	})
	return q, nil
}

// apply takes over the query log and the subquery step.
func (q *queries) apply(cfg *config.Config) error {
	log, err := logging.NewJSONFileLogger(cfg.GlobalConfig.QueryLogFile)
	if err != nil {
		return err
	}
	if log == nil { // a nil *JSONFileLogger in the interface would not be nil
		q.SetQueryLogger(nil)
	} else {
		q.SetQueryLogger(log)
	}
	q.subqueryStep.Store(time.Duration(cfg.GlobalConfig.EvaluationInterval).Milliseconds())
	return nil
}

func (q *queries) close() error {
	q.SetQueryLogger(nil)
	return q.Engine.Close()
}
