package prom

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
)

// restoreAfterSlots is the number of slots after which upstream restores "for"
// state: recording rules that alerts depend on need one before (rules/group.go,
// run).
const restoreAfterSlots = 2

// runner evaluates one group for as long as revisions have it.
type runner struct {
	scheduler *scheduler
	id        groupID
	wake      chan struct{}
	quit      chan struct{}
	pending   atomic.Pointer[change]
	published atomic.Pointer[rules.Group]

	// retired and latest are guarded by scheduler.mu, and written only while
	// scheduler.applying is held too.
	retired bool
	latest  *change

	// turn is held while the group is evaluated or replaced; it guards the
	// rest.
	turn      sync.Mutex
	current   *change
	group     *rules.Group
	gate      <-chan struct{}
	lastSlot  time.Time // the slot that was evaluated last, or passed over
	lastTime  time.Time // the timestamp that was evaluated last
	extraDue  bool
	restoreIn int
}

// submit hands the runner its next change; scheduler.applying is held.
func (r *runner) submit(c *change) {
	if superseded := r.pending.Swap(c); superseded != nil {
		superseded.finish()
	}
	// Whoever asks for the groups after a commit is to see the new ones, so
	// the replacement is not left to the runner unless it is evaluating.
	if r.turn.TryLock() {
		r.takeOver()
		r.turn.Unlock()
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// run is the runner's goroutine.
func (r *runner) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		r.turn.Lock()
		r.takeOver()
		slot, extra, gate := r.next()
		r.turn.Unlock()
		timer.Reset(slot)
		select {
		case <-r.scheduler.stop:
			return
		case <-r.quit:
			return
		case <-r.wake:
		case <-gate:
			r.openGate()
		case extra <- struct{}{}:
			r.evaluateExtra()
			<-extra
		case <-timer.C:
			r.evaluateSlot()
		}
	}
}

// idle is how long a runner without a group sleeps; it is woken for changes.
const idle = time.Hour

// next returns when the next slot is due, and what lets the group be evaluated
// before it: the gate first, then a place among the extra evaluations.
func (r *runner) next() (slot time.Duration, extra chan struct{}, gate <-chan struct{}) {
	if r.current == nil || r.current.spec == nil {
		return idle, nil, nil
	}
	// A clock that was set back must not put evaluation off for longer than
	// an interval.
	slot = min(time.Until(r.lastSlot.Add(r.group.Interval())), r.group.Interval())
	switch {
	case !r.extraDue:
		return slot, nil, nil
	case r.gate != nil:
		return slot, nil, r.gate
	default:
		return slot, r.scheduler.extra, nil
	}
}

func (r *runner) openGate() {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.gate = nil
}

// takeOver makes the pending change, if any, the current one; turn is held.
func (r *runner) takeOver() {
	c := r.pending.Swap(nil)
	if c == nil {
		return
	}
	if r.current != nil {
		r.current.finish()
	}
	r.current = c
	if c.spec == nil {
		r.extraDue = false
		return
	}
	group := c.spec.newGroup(r.scheduler.opts, r.restoreIn == 0)
	r.scheduler.views.Lock()
	if r.group != nil {
		group.CopyState(r.group)
	}
	r.group = group
	r.published.Store(group)
	r.scheduler.views.Unlock()
	r.lastSlot = group.EvalTimestamp(time.Now().UnixNano())
	r.extraDue = true
}

// evaluateSlot evaluates the slot that is due, which is the latest one: slots
// that passed during a long evaluation are missed.
func (r *runner) evaluateSlot() {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.takeOver()
	if r.current == nil || r.current.spec == nil {
		return
	}
	slot := r.group.EvalTimestamp(time.Now().UnixNano())
	if slot.Equal(r.lastSlot) { // the timer was early, or the group has just changed
		return
	}
	if missed := slot.Sub(r.lastSlot)/r.group.Interval() - 1; missed > 0 {
		metrics, key := r.scheduler.opts.Metrics, r.id.metricKey()
		metrics.IterationsMissed.WithLabelValues(key).Add(float64(missed))
		metrics.IterationsScheduled.WithLabelValues(key).Add(float64(missed))
	}
	r.lastSlot = slot
	r.evaluate(slot)
	if r.restoreIn > 0 {
		if r.restoreIn--; r.restoreIn == 0 {
			r.group.RestoreForState(time.Now())
		}
	}
}

// evaluateExtra evaluates the group now, besides its slots.
func (r *runner) evaluateExtra() {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.takeOver()
	if !r.extraDue {
		return
	}
	r.evaluate(r.afterLast(time.Now()))
}

// afterLast returns at, or a little later if something was evaluated at that
// time already: storage counts milliseconds and takes one sample for each. If
// the clock was set back it does not help.
func (r *runner) afterLast(at time.Time) time.Time {
	next := r.lastTime.Add(time.Millisecond)
	if at.Before(next) && next.Sub(at) < time.Second {
		return next
	}
	return at
}

// evaluate evaluates the group at a time; turn is held.
func (r *runner) evaluate(at time.Time) {
	ctx := promql.NewOriginContext(r.scheduler.ctx, map[string]any{
		"ruleGroup": map[string]string{"file": r.id.namespace, "name": r.id.name},
	})
	rules.DefaultEvalIterationFunc(ctx, r.group, at)
	r.lastTime = at
	r.current.finish()
	if r.gate == nil {
		r.extraDue = false
		r.current.settled.Store(true)
	}
}

// markStale ends the series of the group at the time when it was retired;
// turn is held. A successor without rules inherits all series, and its
// evaluation marks those that it does not produce: all.
func (r *runner) markStale() {
	if r.group == nil {
		return
	}
	offset := r.group.QueryOffset()
	successor := rules.NewGroup(rules.GroupOptions{
		Name:        r.id.name,
		File:        r.id.namespace,
		Interval:    r.group.Interval(),
		QueryOffset: &offset,
		Opts:        r.scheduler.opts,
	})
	r.scheduler.views.Lock()
	successor.CopyState(r.group)
	r.scheduler.views.Unlock()
	successor.Eval(context.WithoutCancel(r.scheduler.ctx), r.afterLast(r.current.at))
}

// deleteMetrics forgets the group's metrics, as rules.Manager.Update does.
func (r *runner) deleteMetrics() {
	m, key := r.scheduler.opts.Metrics, r.id.metricKey()
	m.IterationsMissed.DeleteLabelValues(key)
	m.IterationsScheduled.DeleteLabelValues(key)
	m.EvalTotal.DeleteLabelValues(key)
	m.EvalFailures.DeleteLabelValues(key)
	m.GroupInterval.DeleteLabelValues(key)
	m.GroupLastEvalTime.DeleteLabelValues(key)
	m.GroupLastDuration.DeleteLabelValues(key)
	m.GroupLastRuleDurationSum.DeleteLabelValues(key)
	m.GroupLastRestoreDuration.DeleteLabelValues(key)
	m.GroupRules.DeleteLabelValues(key)
	m.GroupSamples.DeleteLabelValues(key)
}
