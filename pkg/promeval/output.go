package promeval

import (
	"cmp"
	"math"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
)

// output writes the series of one rule, tick by tick, without the checks of an
// Appender: it stops at what they would find, because then the evaluation has
// to be made again with them.
type output struct {
	store    *Store
	position int
	clock    Clock
	offset   int64 // of the rule's samples behind the tick, in milliseconds
	byHash   map[uint64][]*outputSeries
	// last are the series of the last evaluation, current those of this one.
	last, current []*outputSeries
	// fresh are the series that the store does not have yet.
	fresh []*outputSeries
}

type outputSeries struct {
	*memSeries
	hash uint64
	// tick is the last one at which the series had a sample.
	tick int
}

func newOutput(s *Store, r *placedRule, c Clock) *output {
	return &output{store: s, position: r.position, clock: c, offset: r.group.queryOffset.Milliseconds(), byHash: map[uint64][]*outputSeries{}}
}

// series returns the series with these labels.
func (o *output) series(lset labels.Labels) *outputSeries {
	hash := lset.Hash()
	for _, s := range o.byHash[hash] {
		if labels.Equal(s.lset, lset) {
			return s
		}
	}
	s := &outputSeries{memSeries: &memSeries{lset: lset}, hash: hash, tick: -1}
	o.byHash[hash] = append(o.byHash[hash], s)
	return s
}

// put writes a sample. It reports false if the series has one at the tick.
func (o *output) put(s *outputSeries, tick int, f float64) bool {
	if s.tick == tick {
		return false
	}
	if len(s.segments) == 0 {
		s.place = place{tick: tick, writer: o.position}
		o.fresh = append(o.fresh, s)
	}
	s.tick = tick
	s.appendRegular(o.clock.milli(tick)-o.offset, o.clock.Step.Milliseconds(), f)
	o.current = append(o.current, s)
	return true
}

// finish ends a tick: series that have vanished are marked stale.
func (o *output) finish(tick int) {
	for _, s := range o.last {
		if s.tick != tick {
			s.appendRegular(o.clock.milli(tick)-o.offset, o.clock.Step.Milliseconds(), math.Float64frombits(value.StaleNaN))
		}
	}
	o.last, o.current = o.current, o.last[:0]
}

// isIdle reports whether a tick without samples would write nothing.
func (o *output) isIdle() bool { return len(o.last) == 0 }

// flush hands the fresh series to the store. Those that began at one tick are
// put in order by rank. It is an error if the store has one already.
func (o *output) flush(rank func(tick int, begun []*outputSeries) error) error {
	slices.SortStableFunc(o.fresh, func(a, b *outputSeries) int { return cmp.Compare(a.place.tick, b.place.tick) })
	for rest := o.fresh; len(rest) > 0; {
		tick := rest[0].place.tick
		n := slices.IndexFunc(rest, func(s *outputSeries) bool { return s.place.tick != tick })
		if n < 0 {
			n = len(rest)
		}
		if n > 1 {
			if err := rank(tick, rest[:n]); err != nil {
				return err
			}
		}
		for i, s := range rest[:n] {
			if o.store.find(s.hash, s.lset) != nil {
				return errInexact{"two writers of " + s.lset.String()}
			}
			if name, dup := s.lset.HasDuplicateLabelNames(); dup {
				return errInexact{"the label " + name + " twice"}
			}
			s.place.index = i
			o.store.insert(s.hash, s.memSeries)
			o.store.filled++
		}
		rest = rest[n:]
	}
	o.fresh = o.fresh[:0]
	return nil
}

// byLabels ranks the series of an alerting rule, whose samples upstream takes
// from a map.
func byLabels(_ int, begun []*outputSeries) error {
	slices.SortFunc(begun, func(a, b *outputSeries) int { return labels.Compare(a.lset, b.lset) })
	return nil
}
