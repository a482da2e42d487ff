package promeval

import (
	"context"
	"math"
	"slices"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"
)

// Querier implements storage.Queryable.
func (s *Store) Querier(mint, maxt int64) (storage.Querier, error) {
	return &querier{store: s, mint: mint, maxt: maxt}, nil
}

// view is a store that shows the samples of each writer up to an instant only.
type view struct {
	*Store
	// until returns that instant, in milliseconds, for a writer; see place.
	until func(writer int) int64
}

// Querier implements storage.Queryable.
func (v view) Querier(mint, maxt int64) (storage.Querier, error) {
	return &querier{store: v.Store, mint: mint, maxt: maxt, until: v.until}, nil
}

type querier struct {
	store      *Store
	mint, maxt int64
	until      func(writer int) int64
}

// Select implements storage.Querier. Unsorted means in order of creation, as
// in the TSDB's head: the order decides how floating-point sums round.
func (q *querier) Select(_ context.Context, sorted bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	mint, maxt := q.mint, q.maxt
	if hints != nil {
		mint, maxt = hints.Start, hints.End
	}
	set := &seriesSet{at: -1}
	for _, m := range q.store.candidates(matchers) {
		until := maxt
		if q.until != nil {
			until = min(maxt, q.until(m.place.writer))
		}
		if matchesAll(m.lset, matchers) && m.overlaps(mint, until) {
			set.series = append(set.series, seriesView{memSeries: m, mint: mint, maxt: until})
		}
	}
	if sorted {
		slices.SortFunc(set.series, func(a, b seriesView) int { return labels.Compare(a.lset, b.lset) })
	}
	return set
}

// LabelValues implements storage.Querier.
func (q *querier) LabelValues(_ context.Context, name string, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	found := map[string]bool{}
	for _, m := range q.store.candidates(matchers) {
		if v := m.lset.Get(name); v != "" && matchesAll(m.lset, matchers) {
			found[v] = true
		}
	}
	return sortedKeys(found), nil, nil
}

// LabelNames implements storage.Querier.
func (q *querier) LabelNames(_ context.Context, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	found := map[string]bool{}
	for _, m := range q.store.candidates(matchers) {
		if matchesAll(m.lset, matchers) {
			m.lset.Range(func(l labels.Label) { found[l.Name] = true })
		}
	}
	return sortedKeys(found), nil, nil
}

// Close implements storage.Querier.
func (*querier) Close() error { return nil }

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

type seriesSet struct {
	series []seriesView
	at     int
}

func (s *seriesSet) Next() bool                      { s.at++; return s.at < len(s.series) }
func (s *seriesSet) At() storage.Series              { return &s.series[s.at] }
func (*seriesSet) Err() error                        { return nil }
func (*seriesSet) Warnings() annotations.Annotations { return nil }

// seriesView is a series restricted to a range of time, both ends included.
type seriesView struct {
	*memSeries
	mint, maxt int64
}

// Labels implements storage.Series.
func (v *seriesView) Labels() labels.Labels { return v.lset }

// Iterator implements storage.Series.
func (v *seriesView) Iterator(it chunkenc.Iterator) chunkenc.Iterator {
	r, ok := it.(*iterator)
	if !ok {
		r = &iterator{}
	}
	*r = iterator{segments: v.segments, mint: v.mint, maxt: v.maxt, segment: -1, chunks: r.chunks}
	return r
}

// overlaps reports whether the series has a segment that reaches into a range.
func (m *memSeries) overlaps(mint, maxt int64) bool {
	i := sort.Search(len(m.segments), func(i int) bool { return m.segments[i].maxT >= mint })
	return i < len(m.segments) && m.segments[i].minT <= maxt
}

// iterator walks the samples of a series between mint and maxt.
type iterator struct {
	segments   []segment
	mint, maxt int64
	segment    int               // index of the current segment; -1 before the first
	index      int               // within a float segment
	count      int               // of the samples in a float segment
	chunk      chunkenc.Iterator // over a histogram segment, else nil
	chunks     chunkenc.Iterator // kept for reuse
	t          int64
	kind       chunkenc.ValueType
	err        error
}

var _ chunkenc.Iterator = (*iterator)(nil)

// Next implements chunkenc.Iterator.
func (it *iterator) Next() chunkenc.ValueType {
	if it.segment < 0 {
		return it.Seek(math.MinInt64)
	}
	if it.kind == chunkenc.ValNone {
		return chunkenc.ValNone
	}
	if it.chunk == nil {
		it.index++
		if it.index < it.count {
			return it.float()
		}
	} else if it.chunk.Next() != chunkenc.ValNone {
		return it.histogram()
	} else if it.err = it.chunk.Err(); it.err != nil {
		return it.end()
	}
	return it.enter(it.segment+1, math.MinInt64)
}

// Seek implements chunkenc.Iterator.
//
//nolint:govet // stdmethods takes it for io.Seeker's; the signature is upstream's.
func (it *iterator) Seek(t int64) chunkenc.ValueType {
	t = max(t, it.mint)
	if it.segment >= 0 && (it.kind == chunkenc.ValNone || it.t >= t) {
		return it.kind
	}
	from := max(it.segment, 0)
	next := from + sort.Search(len(it.segments)-from, func(i int) bool { return it.segments[from+i].maxT >= t })
	if next != it.segment {
		return it.enter(next, t)
	}
	if it.chunk != nil {
		return it.seekChunk(t)
	}
	it.index = it.segments[it.segment].search(it.index, t)
	return it.float()
}

// enter moves to the first sample of a segment that is not before t.
func (it *iterator) enter(segment int, t int64) chunkenc.ValueType {
	it.segment, it.chunk, it.index = segment, nil, 0
	if segment >= len(it.segments) {
		return it.end()
	}
	s := &it.segments[segment]
	if s.chunk == nil {
		it.count = s.len()
		it.index = s.search(0, t)
		return it.float()
	}
	it.chunks = s.chunk.Iterator(it.chunks)
	it.chunk = it.chunks
	if it.chunk.Next() == chunkenc.ValNone {
		it.err = it.chunk.Err()
		return it.end()
	}
	return it.seekChunk(t)
}

func (it *iterator) seekChunk(t int64) chunkenc.ValueType {
	for it.chunk.AtT() < t {
		if it.chunk.Next() == chunkenc.ValNone {
			it.err = it.chunk.Err()
			return it.end()
		}
	}
	return it.histogram()
}

func (it *iterator) float() chunkenc.ValueType {
	return it.settle(it.segments[it.segment].time(it.index), chunkenc.ValFloat)
}

func (it *iterator) histogram() chunkenc.ValueType {
	return it.settle(it.chunk.AtT(), chunkenc.ValFloatHistogram)
}

func (it *iterator) settle(t int64, kind chunkenc.ValueType) chunkenc.ValueType {
	if t > it.maxt {
		return it.end()
	}
	it.t, it.kind = t, kind
	return kind
}

func (it *iterator) end() chunkenc.ValueType {
	it.segment, it.kind = max(it.segment, 0), chunkenc.ValNone
	return chunkenc.ValNone
}

// At implements chunkenc.Iterator.
func (it *iterator) At() (int64, float64) { return it.t, it.segments[it.segment].float(it.index) }

// AtHistogram implements chunkenc.Iterator. A Store has float histograms only.
func (it *iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	panic("promeval: the store holds no integer histograms")
}

// AtFloatHistogram implements chunkenc.Iterator.
func (it *iterator) AtFloatHistogram(h *histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return it.chunk.AtFloatHistogram(h)
}

// AtT implements chunkenc.Iterator.
func (it *iterator) AtT() int64 { return it.t }

// AtST implements chunkenc.Iterator; start timestamps are not kept.
func (*iterator) AtST() int64 { return 0 }

// Err implements chunkenc.Iterator.
func (it *iterator) Err() error { return it.err }
