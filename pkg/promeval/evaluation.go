package promeval

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
)

// Options describe one evaluation.
type Options struct {
	// Engine has the rules.
	Engine *Engine
	Series []Column
	// ExternalLabels and ExternalURL are what templates see.
	ExternalLabels labels.Labels
	ExternalURL    string
	// Clock, if it has ticks, says in advance at which instants Tick will be
	// called. Rules can then be evaluated as ranges.
	Clock Clock
	// Asked tells after which ticks Firing, State and Active may be called; nil
	// means after all of them. It matters only if Clock is given.
	Asked func(tick int) bool
	// Schedule, if it is not nil, has each group evaluated at its interval only;
	// promtool evaluates every group at every tick.
	Schedule *Schedule
}

// Evaluation is the state of a set of rules and series at a virtual time. It
// is not safe for concurrent use.
type Evaluation struct {
	Options
	tick   int // the last one; -1 before the first
	at     time.Time
	store  *Store
	rules  []*liveRule // by position
	ranges *ranges     // nil if the rules are evaluated tick by tick
	inputs []inputColumn
	// why says why there are no ranges.
	why string
	// broken is the error of the input, which no later tick can repair.
	broken error
}

// liveRule is a rule with its state.
type liveRule struct {
	*placedRule
	expander expander
	machine  *machine // of an alerting rule, else nil
	// previous are the series of the last evaluation, by their labels' bytes.
	previous map[string]labels.Labels
	// voidAt is the number of series in the store when the rule was last found
	// void, -1 once it is not.
	voidAt int
}

// RuleError is a rule that failed at a tick.
type RuleError struct {
	File, Group, Rule string
	Alerting          bool
	At                time.Time
	Err               error
}

// Error implements error.
func (e *RuleError) Error() string {
	return fmt.Sprintf("rule %q of group %q at %s: %s", e.Rule, e.Group, e.At.UTC().Format(time.RFC3339), e.Err)
}

// Unwrap returns the engine's or the store's error.
func (e *RuleError) Unwrap() error { return e.Err }

// InputError is an input series that the store refuses.
type InputError struct {
	// Index is the series' place in Options.Series.
	Index  int
	Labels labels.Labels
	Err    error
}

// Error implements error.
func (e *InputError) Error() string { return fmt.Sprintf("load series %s: %s", e.Labels, e.Err) }

// Unwrap returns the store's error.
func (e *InputError) Unwrap() error { return e.Err }

// New returns an evaluation before its first tick.
func New(o Options) *Evaluation {
	e := &Evaluation{Options: o, tick: -1}
	e.reset()
	return e
}

// reset makes the state before the first tick.
func (e *Evaluation) reset() {
	e.store, e.ranges, e.broken = NewStore(), nil, nil
	e.inputs = make([]inputColumn, len(e.Series))
	for i, c := range e.Series {
		e.inputs[i] = inputColumn{Column: c}
	}
	external := e.ExternalLabels.Map()
	e.rules = make([]*liveRule, len(e.Engine.program.rules))
	for i, r := range e.Engine.program.rules {
		live := &liveRule{placedRule: r, expander: expander{r.rule, external, e.ExternalURL}}
		live.voidAt = -2
		if r.alerting {
			live.machine = newMachine(r.rule, r.group.limit)
		}
		e.rules[i] = live
	}
}

// Tick makes the input up to ts visible and evaluates every rule at ts. It
// returns the rules that failed, in order. The error is one of the input or of
// the context.
//
// If the clock is known, the first call evaluates as much as can be evaluated
// for all ticks at once; what Tick returns and when is the same.
func (e *Evaluation) Tick(ctx context.Context, ts time.Time) ([]*RuleError, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e.tick, e.at = e.tick+1, ts
	if e.tick == 0 {
		if err := e.tryRanges(ctx); err != nil {
			return nil, err
		}
	}
	if e.ranges != nil {
		return nil, nil
	}
	return e.step(ctx, ts)
}

// tryRanges evaluates all ticks at once, if the result is certain to be the
// same as tick by tick.
func (e *Evaluation) tryRanges(ctx context.Context) error {
	r, err := newRanges(e)
	if err == nil {
		err = r.run(ctx)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		e.reset() // Whatever it was, the plain way finds out.
		e.why = err.Error()
		return nil
	}
	e.ranges = r
	return nil
}

// alerts calls yield with the alerts that the rules with a name hold; every
// rule has the name "".
func (e *Evaluation) alerts(name string, yield func(r *liveRule, a *heldAlert)) {
	if e.ranges != nil {
		e.ranges.alerts(e.tick, name, yield)
		return
	}
	for _, r := range e.rules {
		if r.machine == nil || (name != "" && r.name != name) {
			continue
		}
		for _, a := range r.machine.active {
			yield(r, a)
		}
	}
}

// Alert is a firing alert.
type Alert struct {
	Labels, Annotations labels.Labels
}

// Firing returns the firing alerts of all rules with a name, sorted by labels,
// then annotations.
func (e *Evaluation) Firing(ctx context.Context, name string) []Alert {
	var out []Alert
	e.alerts(name, func(r *liveRule, a *heldAlert) {
		if a.state == AlertFiring {
			out = append(out, Alert{Labels: a.labels, Annotations: e.annotations(ctx, r, a.origin)})
		}
	})
	slices.SortFunc(out, func(a, b Alert) int {
		return cmp.Or(labels.Compare(a.Labels, b.Labels), labels.Compare(a.Annotations, b.Annotations))
	})
	return out
}

// annotations expands the annotations that a sample gives an alert.
func (e *Evaluation) annotations(ctx context.Context, r *liveRule, o origin) labels.Labels {
	return r.expander.annotate(ctx, o, e.queryAt(r.placedRule, o.tick))
}

// queryAt returns the query function of a rule's templates at a tick.
func (e *Evaluation) queryAt(r *placedRule, tick int) rules.QueryFunc {
	var q storage.Queryable = e.store
	if e.ranges != nil {
		q = e.ranges.view(r, tick)
	}
	return func(ctx context.Context, text string, ts time.Time) (promql.Vector, error) {
		return e.Engine.instant(ctx, q, text, ts)
	}
}

// Query evaluates an expression at an instant over what is visible now.
// Between the ticks of a known clock everything is: call it after the last one.
func (e *Evaluation) Query(ctx context.Context, expr string, ts time.Time) (promql.Vector, error) {
	return e.Engine.instant(ctx, e.store, expr, ts)
}

// Dump lists every series with the samples of the window that ends at ts.
func (e *Evaluation) Dump(ctx context.Context, window time.Duration, ts time.Time) (string, error) {
	q, err := e.Engine.promql.NewInstantQuery(ctx, e.store, nil, fmt.Sprintf(`{__name__=~".+"}[%s]`, model.Duration(window)), ts)
	if err != nil {
		return "", fmt.Errorf("dump series: %w", err)
	}
	defer q.Close()
	res := q.Exec(ctx)
	if res.Err != nil {
		return "", fmt.Errorf("dump series: %w", res.Err)
	}
	return res.Value.String(), nil
}

// Queryable gives access to everything that is visible now; see Query. A
// querier must be done with before the next tick.
func (e *Evaluation) Queryable() storage.Queryable { return e.store }
