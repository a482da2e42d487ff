package promeval

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
)

// inputColumn is an input series and how much of it was appended.
type inputColumn struct {
	Column
	next int
}

// step evaluates every rule at one instant, one after the other, as Group.Eval
// does.
func (e *Evaluation) step(ctx context.Context, ts time.Time) ([]*RuleError, error) {
	e.store.tick, e.store.writer = e.tick, inputWriter
	if err := e.load(timestamp.FromTime(ts)); err != nil {
		return nil, err
	}
	var failed []*RuleError
	for _, r := range e.rules {
		if !e.Schedule.due(r.group, ts) {
			continue
		}
		e.store.writer = r.position
		if err := e.evaluate(ctx, r, ts); err != nil {
			failed = append(failed, &RuleError{
				File: r.group.file, Group: r.group.name, Rule: r.name, Alerting: r.rule.alerting, At: ts, Err: err,
			})
		}
	}
	return failed, ctx.Err()
}

// load appends the input samples up to t.
func (e *Evaluation) load(t int64) error {
	if e.broken != nil {
		return e.broken
	}
	app := e.store.Appender()
	for i := range e.inputs {
		c := &e.inputs[i]
		for ; c.next < len(c.Times) && c.Times[c.next] <= t; c.next++ {
			if err := app.Append(c.Labels, c.Times[c.next], c.Floats[c.next], c.histogramAt(c.next)); err != nil {
				e.broken = &InputError{Index: i, Labels: c.Labels, Err: err}
				return e.broken
			}
		}
	}
	return app.Commit()
}

// evaluate is Group.Eval of upstream's rules/group.go for one rule: the last
// error that a sample caused is the rule's error, errors of staleness markers
// are nobody's.
func (e *Evaluation) evaluate(ctx context.Context, r *liveRule, ts time.Time) error {
	void := e.isVoid(r)
	if void && len(r.previous) == 0 && (r.machine == nil || len(r.machine.active) == 0) {
		return nil
	}
	var vector promql.Vector
	if !void {
		var err error
		if vector, err = e.Query(ctx, r.text, ts.Add(-r.group.queryOffset)); err != nil {
			return err
		}
	}
	vector, err := e.result(ctx, r, vector, ts)
	if err != nil {
		return err
	}
	return e.append(r, vector, ts.Add(-r.group.queryOffset))
}

// result turns what the expression yields into the samples of the rule.
func (e *Evaluation) result(ctx context.Context, r *liveRule, vector promql.Vector, ts time.Time) (promql.Vector, error) {
	if r.machine == nil {
		return vector, record(r.placedRule, vector)
	}
	query := e.queryAt(r.placedRule, e.tick)
	for _, s := range vector {
		o := origin{metric: s.Metric, value: s.F, histogram: s.H, tick: e.tick, at: ts}
		if s.H != nil {
			o.histogram = s.H.Copy()
		}
		if r.eager {
			o.annotations, o.expanded = r.expander.annotate(ctx, o, query), true
		}
		if err := r.machine.see(r.machine.alert(r.expander.alertLabels(ctx, o, query)), o, e.tick, ts); err != nil {
			return nil, err
		}
	}
	var out promql.Vector
	t := timestamp.FromTime(ts.Add(-r.group.queryOffset))
	err := r.machine.advance(e.tick, ts, func(a *heldAlert) {
		out = append(out,
			promql.Sample{Metric: r.machine.metric(a, alertMetric, string(a.state)), T: t, F: 1},
			promql.Sample{Metric: r.machine.metric(a, alertForStateMetric, ""), T: t, F: float64(a.activeAt.Unix())})
	})
	// Upstream takes them from a map; here the order, in which series are
	// created, is the same at every run.
	slices.SortFunc(out, func(a, b promql.Sample) int { return labels.Compare(a.Metric, b.Metric) })
	return out, err
}

// record gives the samples of a recording rule their labels, as
// RecordingRule.Eval does (rules/recording.go).
func record(r *placedRule, vector promql.Vector) error {
	b := labels.NewBuilder(labels.EmptyLabels())
	for i := range vector {
		vector[i].Metric = r.recorded(b, vector[i].Metric)
	}
	if vector.ContainsSameLabelset() {
		return rules.ErrDuplicateRecordingLabelSet
	}
	if limit := r.group.limit; limit > 0 && len(vector) > limit {
		return fmt.Errorf("exceeded limit of %d with %d series", limit, len(vector))
	}
	return nil
}

// recorded returns the labels under which a recording rule stores a sample.
func (r *rule) recorded(b *labels.Builder, metric labels.Labels) labels.Labels {
	b.Reset(metric)
	b.Set(model.MetricNameLabel, r.name)
	r.labels.Range(func(l labels.Label) { b.Set(l.Name, l.Value) })
	return b.Labels()
}

// append stores the samples of a rule and marks stale what has vanished.
func (e *Evaluation) append(r *liveRule, vector promql.Vector, ts time.Time) error {
	var failure error
	app := e.store.Appender()
	returned := make(map[string]labels.Labels, len(vector))
	var buf [1024]byte
	for _, s := range vector {
		if err := app.Append(s.Metric, s.T, s.F, s.H); err != nil {
			failure = err
			continue
		}
		returned[string(s.Metric.Bytes(buf[:]))] = s.Metric
	}
	for key, lset := range r.previous {
		if _, ok := returned[key]; !ok {
			// The marker loses against a sample that another rule gave the
			// series at this instant; upstream ignores that too.
			_ = app.Append(lset, timestamp.FromTime(ts), math.Float64frombits(value.StaleNaN), nil)
		}
	}
	if err := app.Commit(); err != nil {
		return err
	}
	r.previous = returned
	return failure
}

// isVoid reports whether the rule's expression is provably empty now. A rule
// that once was not stays so, since series do not vanish.
func (e *Evaluation) isVoid(r *liveRule) bool {
	if !r.void.provable || r.voidAt == -1 {
		return false
	}
	if n := e.store.NumSeries(); r.voidAt != n {
		if !r.void.holds(e.store) {
			r.voidAt = -1
			return false
		}
		r.voidAt = n
	}
	return true
}
