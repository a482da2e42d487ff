package promeval

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
)

// headChunkRange is the block duration of the TSDB that promtool's unit tests
// run on (util/teststorage); half of it is how far behind the newest sample an
// append may lie.
const headChunkRange = int64(24 * time.Hour / time.Millisecond)

// Store holds the series of one evaluation. It is not safe for concurrent use,
// and a Querier must not be read after a later append.
type Store struct {
	series []*memSeries // in the order of their places
	byHash map[uint64][]*memSeries
	byName map[string][]*memSeries
	// maxTime is the newest committed sample's time; started is false as long
	// as nothing was appended.
	maxTime int64
	started bool
	// filled is the number of series that have a sample.
	filled int
	// tick and writer are the place of series that an Appender creates.
	tick, writer int
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{byHash: map[uint64][]*memSeries{}, byName: map[string][]*memSeries{}, maxTime: math.MinInt64}
}

// NumSeries returns how many series have a sample. Series never vanish, so an
// unchanged number means an unchanged set.
func (s *Store) NumSeries() int { return s.filled }

// Appender starts a transaction. What it appends is checked against what was
// committed before and becomes visible at Commit.
func (s *Store) Appender() *Appender {
	a := &Appender{store: s}
	if s.started {
		a.bound()
	}
	return a
}

// getOrCreate finds the series of a label set (tsdb/head_append.go).
func (s *Store) getOrCreate(lset labels.Labels) (*memSeries, error) {
	lset = lset.WithoutEmpty()
	if lset.IsEmpty() {
		return nil, fmt.Errorf("empty labelset: %w", tsdb.ErrInvalidSample)
	}
	if name, dup := lset.HasDuplicateLabelNames(); dup {
		return nil, fmt.Errorf(`label name "%s" is not unique: %w`, name, tsdb.ErrInvalidSample)
	}
	hash := lset.Hash()
	if m := s.find(hash, lset); m != nil {
		return m, nil
	}
	m := &memSeries{lset: lset, place: place{tick: s.tick, writer: s.writer, index: len(s.series)}}
	s.insert(hash, m)
	return m, nil
}

func (s *Store) find(hash uint64, lset labels.Labels) *memSeries {
	for _, m := range s.byHash[hash] {
		if labels.Equal(m.lset, lset) {
			return m
		}
	}
	return nil
}

// insert puts a series at its place.
func (s *Store) insert(hash uint64, m *memSeries) {
	s.series = insert(s.series, m)
	s.byHash[hash] = append(s.byHash[hash], m)
	name := m.lset.Get(model.MetricNameLabel)
	s.byName[name] = insert(s.byName[name], m)
}

func insert(list []*memSeries, m *memSeries) []*memSeries {
	if n := len(list); n == 0 || list[n-1].place.compare(m.place) <= 0 {
		return append(list, m)
	}
	at, _ := slices.BinarySearchFunc(list, m, func(a, b *memSeries) int { return a.place.compare(b.place) })
	return slices.Insert(list, at, m)
}

// candidates narrows the series down by the metric name.
func (s *Store) candidates(matchers []*labels.Matcher) []*memSeries {
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && m.Value != "" {
			return s.byName[m.Value]
		}
	}
	return s.series
}

// Matches reports whether any series with a sample satisfies all matchers.
func (s *Store) Matches(matchers []*labels.Matcher) bool {
	for _, m := range s.candidates(matchers) {
		if len(m.segments) > 0 && matchesAll(m.lset, matchers) {
			return true
		}
	}
	return false
}

// count returns how many series with a sample satisfy all matchers.
func (s *Store) count(matchers []*labels.Matcher) int {
	n := 0
	for _, m := range s.candidates(matchers) {
		if len(m.segments) > 0 && matchesAll(m.lset, matchers) {
			n++
		}
	}
	return n
}

func matchesAll(lset labels.Labels, matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		if !m.Matches(lset.Get(m.Name)) {
			return false
		}
	}
	return true
}
