package promeval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/prometheus/prometheus/storage"
)

// Limits of a range evaluation.
const (
	// minRangeTicks is the number of ticks below which it is not worth it.
	minRangeTicks = 3
	// maxWindow bounds how many ticks one range query has, so that a year of
	// them stays small in memory.
	maxWindow = 4096
	// maxRangeOffset is the query_offset beyond which the head of the TSDB might
	// find a rule's samples too old.
	maxRangeOffset = time.Duration(headChunkRange/4) * time.Millisecond
)

// errInexact says why an evaluation has to be made tick by tick as a whole.
type errInexact struct{ why string }

// Error implements error.
func (e errInexact) Error() string { return e.why }

// errTickwise is a window that one rule has to be evaluated in tick by tick.
var errTickwise = errors.New("not the same as tick by tick")

// ranges is an evaluation of all ticks of a clock, rule by rule: each after
// those that it depends on. The store is complete then, and a rule's range
// query sees at each step what the rule would have seen at that tick.
type ranges struct {
	*Evaluation
	rules []*rangeRule // by position
}

type rangeRule struct {
	*liveRule
	out *output
	way way
	// window is how many ticks the next range query has.
	window int
	// snapshots are the alerts after the ticks that are asked for, ascending.
	snapshots []snapshot
}

type snapshot struct {
	tick   int
	alerts []heldAlert
}

// newRanges returns an error if the evaluation cannot be made as ranges at all.
//
// Native histograms are read back as the chunk encoder has them, and it may
// rewrite those of earlier ticks when later ones come.
func newRanges(e *Evaluation) (*ranges, error) {
	switch {
	case e.Clock.Ticks < minRangeTicks:
		return nil, errInexact{"few ticks"}
	case !e.Clock.whole():
		return nil, errInexact{"ticks between milliseconds"}
	case e.Engine.features.DelayedNameRemoval:
		return nil, errInexact{"names that are removed late"}
	case e.Schedule != nil:
		return nil, errInexact{"intervals of groups"}
	case slices.ContainsFunc(e.Series, func(c Column) bool { return c.Histograms != nil }):
		return nil, errInexact{"native histograms"}
	}
	x := &ranges{Evaluation: e}
	for _, r := range e.rules {
		if r.group.queryOffset > maxRangeOffset {
			return nil, errInexact{"a long query_offset"}
		}
		x.rules = append(x.rules, &rangeRule{liveRule: r, out: newOutput(e.store, r.placedRule, e.Clock)})
	}
	return x, nil
}

// run evaluates everything. Whatever the error, it means that the evaluation
// has to be made tick by tick.
func (x *ranges) run(ctx context.Context) error {
	if err := x.load(); err != nil {
		return err
	}
	for _, c := range x.Engine.program.components {
		if x.isDead(c) {
			x.note(c, skipped)
			continue
		}
		members := make([]*rangeRule, len(c.positions))
		for i, p := range c.positions {
			members[i] = x.rules[p]
			if members[i].queries {
				return errInexact{"a label template that queries"}
			}
		}
		if !c.cyclic && x.isRangeable(members[0]) {
			x.note(c, byRanges)
			if err := x.evaluate(ctx, members[0]); err != nil {
				return err
			}
			continue
		}
		x.note(c, byTicks)
		if err := x.ticks(ctx, members, 0, x.Clock.Ticks); err != nil {
			return err
		}
	}
	return nil
}

func (x *ranges) note(c component, w way) {
	for _, p := range c.positions {
		x.rules[p].way = w
	}
}

// load makes all of the input visible that the last tick sees.
func (x *ranges) load() error {
	end := x.Clock.milli(x.Clock.Ticks - 1)
	for i, c := range x.Series {
		n := sort.Search(len(c.Times), func(i int) bool { return c.Times[i] > end })
		if n == 0 {
			continue
		}
		lset := c.Labels.WithoutEmpty()
		hash := lset.Hash()
		_, dup := lset.HasDuplicateLabelNames()
		if lset.IsEmpty() || dup || x.store.find(hash, lset) != nil || !isIncreasing(c.Times[:n]) {
			return errInexact{"an input series that the store may refuse"}
		}
		m := &memSeries{
			lset: lset, place: place{tick: x.Clock.tick(c.Times[0]), writer: inputWriter, index: i}, last: c.Times[n-1],
			segments: []segment{{times: c.Times[:n], floats: c.Floats[:n], minT: c.Times[0], maxT: c.Times[n-1]}},
		}
		x.store.insert(hash, m)
		x.store.filled++
	}
	return nil
}

func isIncreasing(times []int64) bool {
	for i := 1; i < len(times); i++ {
		if times[i-1] >= times[i] {
			return false
		}
	}
	return true
}

// isDead reports whether none of the rules can yield anything.
func (x *ranges) isDead(c component) bool {
	for _, p := range c.positions {
		if !x.isVoid(x.rules[p].liveRule) {
			return false
		}
	}
	return true
}

// isRangeable reports whether each step of a range query has what the rule sees
// at that tick. What another rule writes for an instant has to be there by the
// tick whose query reaches that instant.
func (x *ranges) isRangeable(r *rangeRule) bool {
	if r.shape.tickwise != "" {
		return false
	}
	for _, d := range r.inputs {
		w := x.rules[d.position]
		needed := w.group.queryOffset
		if w.position >= r.position {
			needed += x.Clock.Step // It has not been evaluated yet at this tick.
		}
		if r.group.queryOffset+d.offset < needed && len(w.out.byHash) > 0 {
			return false
		}
	}
	return true
}

// view is the store as a rule sees it at a tick.
func (x *ranges) view(r *placedRule, tick int) storage.Queryable {
	now, before := x.Clock.milli(tick), x.Clock.milli(tick-1)
	return view{x.store, func(writer int) int64 {
		switch {
		case writer == inputWriter:
			return now
		case writer < r.position:
			return now - x.rules[writer].out.offset
		default:
			return before - x.rules[writer].out.offset
		}
	}}
}

// ticks evaluates rules that depend on each other tick by tick.
func (x *ranges) ticks(ctx context.Context, members []*rangeRule, from, until int) error {
	for tick := from; tick < until; tick++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, r := range members {
			if err := x.tickOf(ctx, r, tick); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *ranges) tickOf(ctx context.Context, r *rangeRule, tick int) error {
	ts, view := x.Clock.at(tick), x.view(r.placedRule, tick)
	if x.isVoid(r.liveRule) && r.out.isIdle() && (r.machine == nil || len(r.machine.active) == 0) {
		return nil
	}
	vector, err := x.Engine.instant(ctx, view, r.text, ts.Add(-r.group.queryOffset))
	if err != nil {
		return err
	}
	for _, s := range vector {
		if s.H != nil {
			return errInexact{"a histogram"}
		}
	}
	if r.machine == nil {
		if err := record(r.placedRule, vector); err != nil {
			return err
		}
		for _, s := range vector {
			r.out.put(r.out.series(s.Metric), tick, s.F)
		}
		r.out.finish(tick)
		return r.out.flush(func(int, []*outputSeries) error { return nil })
	}
	for _, s := range vector {
		o := origin{metric: s.Metric, value: s.F, tick: tick, at: ts}
		if err := r.machine.see(r.machine.alert(r.expander.alertLabels(ctx, o, nil)), o, tick, ts); err != nil {
			return err
		}
	}
	if err := x.advance(r, tick, ts); err != nil {
		return err
	}
	return r.out.flush(byLabels)
}

// alertSeries are the series that tell of an alert.
type alertSeries struct{ pending, firing, forState *outputSeries }

// advance moves an alerting rule on to a tick for which its alerts are seen.
func (x *ranges) advance(r *rangeRule, tick int, ts time.Time) error {
	if len(r.machine.active) == 0 && r.out.isIdle() {
		return nil
	}
	twice := false
	err := r.machine.advance(tick, ts, func(a *heldAlert) {
		if a.out == nil {
			a.out = &alertSeries{
				pending:  r.out.series(r.machine.metric(a, alertMetric, string(AlertPending))),
				firing:   r.out.series(r.machine.metric(a, alertMetric, string(AlertFiring))),
				forState: r.out.series(r.machine.metric(a, alertForStateMetric, "")),
			}
		}
		state := a.out.pending
		if a.state == AlertFiring {
			state = a.out.firing
		}
		twice = !r.out.put(state, tick, 1) || twice
		twice = !r.out.put(a.out.forState, tick, float64(a.activeAt.Unix())) || twice
	})
	if err != nil {
		return err
	}
	if twice {
		return errInexact{"two alerts that write one series"}
	}
	r.out.finish(tick)
	if len(r.machine.active) > 0 && (x.Asked == nil || x.Asked(tick)) {
		s := snapshot{tick: tick, alerts: make([]heldAlert, len(r.machine.active))}
		for i, a := range r.machine.active {
			s.alerts[i] = *a
		}
		r.snapshots = append(r.snapshots, s)
	}
	return nil
}

// alerts calls yield with the alerts that the rules with a name held after a
// tick.
func (x *ranges) alerts(tick int, name string, yield func(*liveRule, *heldAlert)) {
	if x.Asked != nil && !x.Asked(tick) {
		panic(fmt.Sprintf("promeval: the alerts after tick %d were not asked for", tick))
	}
	for _, r := range x.rules {
		if r.machine == nil || (name != "" && r.name != name) {
			continue
		}
		i, ok := sort.Find(len(r.snapshots), func(i int) int { return tick - r.snapshots[i].tick })
		if !ok {
			continue
		}
		for j := range r.snapshots[i].alerts {
			yield(r.liveRule, &r.snapshots[i].alerts[j])
		}
	}
}
