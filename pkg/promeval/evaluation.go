package promeval

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
)

// Options describe one evaluation.
type Options struct {
	Engine *Engine
	Rules  []*RuleFile
	// GroupOrder ranks group names. Groups that it does not name rank with the
	// first one; ties are broken by the order in the files.
	GroupOrder map[string]int
	Series     []Column
	// ExternalLabels and ExternalURL are what templates see.
	ExternalLabels labels.Labels
	ExternalURL    string
	// Schedule, if it is not nil, has each group evaluated at its interval only;
	// promtool evaluates every group at every tick.
	Schedule *Schedule
}

// Evaluation is the state of a set of rules and series at a virtual time. It
// is not safe for concurrent use.
type Evaluation struct {
	engine *Engine
	store  *Store
	groups []*liveGroup
	input  []column
	when   *Schedule
	// broken is the error of the input, which no later tick can repair.
	broken error
}

// column is an input series and how much of it was appended.
type column struct {
	Column
	next int
}

type liveGroup struct {
	*group
	rules []*liveRule
}

// liveRule is a rule with its state. Exactly one of alerting and recording is
// set.
type liveRule struct {
	*rule
	alerting  *alerting
	recording *rules.RecordingRule
	query     rules.QueryFunc
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
	e := &Evaluation{engine: o.Engine, store: NewStore(), when: o.Schedule}
	for _, c := range o.Series {
		e.input = append(e.input, column{Column: c})
	}
	query := func(ctx context.Context, text string, ts time.Time) (promql.Vector, error) {
		return e.engine.instant(ctx, e.store, text, ts)
	}
	for _, f := range o.Rules {
		for _, g := range f.groups {
			e.groups = append(e.groups, newLiveGroup(g, o, query))
		}
	}
	slices.SortStableFunc(e.groups, func(a, b *liveGroup) int {
		return cmp.Compare(o.GroupOrder[a.name], o.GroupOrder[b.name])
	})
	return e
}

func newLiveGroup(g *group, o Options, query rules.QueryFunc) *liveGroup {
	live := &liveGroup{group: g, rules: make([]*liveRule, 0, len(g.rules))}
	external := o.ExternalLabels.Map()
	for _, r := range g.rules {
		expr := printed{r.expr, r.text}
		l := &liveRule{rule: r, query: query, voidAt: math.MinInt}
		if r.alerting {
			upstream := rules.NewAlertingRule(r.name, expr, r.hold, r.keepFiring,
				labels.EmptyLabels(), labels.EmptyLabels(), labels.EmptyLabels(), "", true, slog.New(slog.DiscardHandler))
			l.alerting = &alerting{rule: r, upstream: upstream, external: external, url: o.ExternalURL, query: query}
		} else {
			l.recording = rules.NewRecordingRule(r.name, expr, r.labels)
		}
		live.rules = append(live.rules, l)
	}
	return live
}

// Tick makes the input up to ts visible and evaluates every rule at ts. It
// returns the rules that failed, in order. The error is one of the input or of
// the context.
func (e *Evaluation) Tick(ctx context.Context, ts time.Time) ([]*RuleError, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := e.load(timestamp.FromTime(ts)); err != nil {
		return nil, err
	}
	var failed []*RuleError
	for _, g := range e.groups {
		if !e.when.due(g.group, ts) {
			continue
		}
		for _, r := range g.rules {
			if err := e.evaluate(ctx, g, r, ts); err != nil {
				failed = append(failed, &RuleError{File: g.file, Group: g.name, Rule: r.name, Alerting: r.rule.alerting, At: ts, Err: err})
			}
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
	for i := range e.input {
		c := &e.input[i]
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
func (e *Evaluation) evaluate(ctx context.Context, g *liveGroup, r *liveRule, ts time.Time) error {
	void := e.isVoid(r)
	if void && len(r.previous) == 0 && (r.alerting == nil || r.alerting.upstream.ActiveAlertsCount() == 0) {
		return nil
	}
	vector, err := r.eval(ctx, g.group, ts, void)
	if err != nil {
		return err
	}
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
			_ = app.Append(lset, timestamp.FromTime(ts.Add(-g.queryOffset)), math.Float64frombits(value.StaleNaN), nil)
		}
	}
	if err := app.Commit(); err != nil {
		return err
	}
	r.previous = returned
	return failure
}

// eval evaluates the rule itself; void skips the query.
func (r *liveRule) eval(ctx context.Context, g *group, ts time.Time, void bool) (promql.Vector, error) {
	if r.alerting != nil {
		r.alerting.query = r.queryUnless(void)
		return r.alerting.eval(ctx, ts, g)
	}
	return r.recording.Eval(ctx, g.queryOffset, ts, r.queryUnless(void), nil, g.limit)
}

func (r *liveRule) queryUnless(void bool) rules.QueryFunc {
	if !void {
		return r.query
	}
	return func(context.Context, string, time.Time) (promql.Vector, error) { return nil, nil }
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

// Firing returns the firing alerts of all rules with a name, sorted by labels,
// then annotations.
func (e *Evaluation) Firing(ctx context.Context, name string) []Alert {
	var out []Alert
	for _, g := range e.groups {
		for _, r := range g.rules {
			if r.alerting != nil && r.name == name {
				r.alerting.query = r.query
				out = append(out, r.alerting.firing(ctx)...)
			}
		}
	}
	slices.SortFunc(out, func(a, b Alert) int {
		return cmp.Or(labels.Compare(a.Labels, b.Labels), labels.Compare(a.Annotations, b.Annotations))
	})
	return out
}

// Query evaluates an expression at an instant over what is visible now.
func (e *Evaluation) Query(ctx context.Context, expr string, ts time.Time) (promql.Vector, error) {
	return e.engine.instant(ctx, e.store, expr, ts)
}

// Dump lists every series with the samples of the window that ends at ts.
func (e *Evaluation) Dump(ctx context.Context, window time.Duration, ts time.Time) (string, error) {
	q, err := e.engine.promql.NewInstantQuery(ctx, e.store, nil, fmt.Sprintf(`{__name__=~".+"}[%s]`, model.Duration(window)), ts)
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

// State says in words how the alerts of a name stand that do not fire, or "".
func (e *Evaluation) State(name string) string {
	var out string
	for _, g := range e.groups {
		for _, r := range g.rules {
			if r.alerting == nil || r.name != name {
				continue
			}
			for _, a := range r.alerting.upstream.ActiveAlerts() {
				if a.State == rules.StatePending && out == "" {
					out = fmt.Sprintf("the alert is pending: its expression has to hold for %s", model.Duration(r.hold))
				}
			}
		}
	}
	return out
}

// Queryable gives access to everything that is visible now. A querier must be
// done with before the next tick.
func (e *Evaluation) Queryable() storage.Queryable { return e.store }
