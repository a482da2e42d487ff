package promeval

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// errTooMany is a range query that has held more samples than an instant may.
var errTooMany = errors.New("too many samples for a range")

// evaluate evaluates a rule in windows.
//
// An instant query fails if it holds more than maxSamples. As long as the whole
// range has not held more, none of its instants has; so a window is chosen that
// should stay below.
func (x *ranges) evaluate(ctx context.Context, r *rangeRule) error {
	r.window = x.firstWindow(r)
	for from := 0; from < x.Clock.Ticks; {
		if err := ctx.Err(); err != nil {
			return err
		}
		until := min(from+r.window, x.Clock.Ticks)
		err := x.span(ctx, r, from, until)
		if errors.Is(err, errTooMany) && until-from > 1 {
			r.window = min(r.window, (until-from)/2)
			continue
		}
		if errors.Is(err, errTickwise) || errors.Is(err, errTooMany) {
			r.way = byTicks
			err = x.ticks(ctx, []*rangeRule{r}, from, until)
		}
		if err != nil {
			return err
		}
		from = until
	}
	return nil
}

// firstWindow guesses a window from the number of series that the rule reads.
func (x *ranges) firstWindow(r *rangeRule) int {
	n := 1
	for _, s := range r.shape.reads {
		n += x.store.count(s.matchers)
	}
	return min(max(maxSamples/(2*n), 16), maxWindow)
}

// span evaluates a rule at the ticks from…until-1 with one range query.
func (x *ranges) span(ctx context.Context, r *rangeRule, from, until int) error {
	offset := r.group.queryOffset
	start, end := x.Clock.at(from).Add(-offset), x.Clock.at(until-1).Add(-offset)
	for _, s := range r.shape.sums {
		inner, err := x.Engine.span(ctx, x.store, s.text, start, end, x.Clock.Step)
		if err != nil {
			return errTickwise
		}
		ok := s.isOrderless(inner.matrix)
		inner.Close()
		if !ok {
			return errTickwise
		}
	}
	res, err := x.Engine.span(ctx, x.store, r.text, start, end, x.Clock.Step)
	if err != nil {
		return errTickwise
	}
	defer res.Close()
	peak := res.peak()
	r.window = min(max((until-from)*maxSamples*4/5/max(peak, 1), 1), maxWindow)
	if peak > maxSamples {
		return errTooMany
	}
	rows := &rows{matrix: res.matrix, next: make([]int, len(res.matrix))}
	if slices.ContainsFunc(rows.matrix, func(s promql.Series) bool { return len(s.Histograms) > 0 }) {
		return errInexact{"a histogram"}
	}
	if r.machine == nil {
		return x.record(ctx, r, rows, from, until)
	}
	return x.alert(ctx, r, rows, from, until)
}

// rows reads a matrix tick by tick.
type rows struct {
	matrix promql.Matrix
	next   []int
}

// at returns the value of a series at t; times have to ascend.
func (r *rows) at(series int, t int64) (float64, bool) {
	floats, i := r.matrix[series].Floats, r.next[series]
	if i == len(floats) || floats[i].T != t {
		return 0, false
	}
	r.next[series]++
	return floats[i].F, true
}

// record writes the samples of a recording rule.
func (x *ranges) record(ctx context.Context, r *rangeRule, m *rows, from, until int) error {
	series := make([]*outputSeries, len(m.matrix))
	b := labels.NewBuilder(labels.EmptyLabels())
	for i, s := range m.matrix {
		series[i] = r.out.series(r.recorded(b, s.Metric))
	}
	for tick := from; tick < until; tick++ {
		if len(series) == 0 && r.out.isIdle() {
			break
		}
		t, n := x.Clock.milli(tick)-r.out.offset, 0
		for i, s := range series {
			f, ok := m.at(i, t)
			if !ok {
				continue
			}
			n++
			if !r.out.put(s, tick, f) {
				return errInexact{"two samples of one series"}
			}
		}
		if limit := r.group.limit; limit > 0 && n > limit {
			return errInexact{"a limit"}
		}
		r.out.finish(tick)
	}
	return r.out.flush(func(tick int, begun []*outputSeries) error { return x.rank(ctx, r, tick, begun) })
}

// rank puts series in the order that the instant query at their first tick has.
func (x *ranges) rank(ctx context.Context, r *rangeRule, tick int, begun []*outputSeries) error {
	if !r.ranked {
		return byLabels(tick, begun)
	}
	vector, err := x.Engine.instant(ctx, x.view(r.placedRule, tick), r.text, x.Clock.at(tick).Add(-r.group.queryOffset))
	if err != nil {
		return err
	}
	ranks := make(map[uint64]int, len(vector))
	b := labels.NewBuilder(labels.EmptyLabels())
	for i, s := range vector {
		ranks[r.recorded(b, s.Metric).Hash()] = i
	}
	slices.SortFunc(begun, func(a, b *outputSeries) int { return cmp.Compare(ranks[a.hash], ranks[b.hash]) })
	return nil
}

// alert moves an alerting rule through a window.
func (x *ranges) alert(ctx context.Context, r *rangeRule, m *rows, from, until int) error {
	found := make([]sighting, len(m.matrix))
	for tick := from; tick < until; tick++ {
		if len(found) == 0 && len(r.machine.active) == 0 && r.out.isIdle() {
			break
		}
		ts, t := x.Clock.at(tick), x.Clock.milli(tick)-r.out.offset
		for i := range found {
			f, ok := m.at(i, t)
			if !ok {
				continue
			}
			o := origin{metric: m.matrix[i].Metric, value: f, tick: tick, at: ts}
			if err := r.machine.see(found[i].alert(ctx, r, o), o, tick, ts); err != nil {
				return err
			}
		}
		if err := x.advance(r, tick, ts); err != nil {
			return err
		}
	}
	return r.out.flush(byLabels)
}

// sighting is the alert that a series stood for last, at a value.
type sighting struct {
	*heldAlert
	value float64
}

// alert returns the alert that a sample stands for. Its labels are expanded
// again only if the templates can yield something else.
func (s *sighting) alert(ctx context.Context, r *rangeRule, o origin) *heldAlert {
	same := s.heldAlert != nil && !r.timed && (!r.valued || math.Float64bits(s.value) == math.Float64bits(o.value))
	if !same {
		s.heldAlert, s.value = r.machine.alert(r.expander.alertLabels(ctx, o, nil)), o.value
	}
	return s.heldAlert
}
