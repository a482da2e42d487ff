package promeval

import (
	"cmp"
	"fmt"
	"math"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// memSeries is one series: runs of floats as plain columns, and chunks of
// native histograms as upstream encodes them.
type memSeries struct {
	lset     labels.Labels
	place    place
	segments []segment

	last          int64 // time of the newest sample
	lastFloat     float64
	lastHistogram *histogram.FloatHistogram // nil if the newest sample is a float

	histograms histogramWriter
}

// place is where a series stands among the others: in the order in which they
// come into being when all rules are evaluated tick by tick. Within a tick, the
// input comes before the rules.
type place struct {
	tick int
	// writer is the position of the rule that writes the series, or inputWriter.
	writer int
	// index counts within one result.
	index int
}

// inputWriter stands for the input in place of a rule's position.
const inputWriter = -1

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.tick, q.tick), cmp.Compare(p.writer, q.writer), cmp.Compare(p.index, q.index))
}

// segment is a run of samples of one type. Histograms are in the chunk. Floats
// stand at times, or without them at minT, minT+step, …, maxT; where floats is
// nil too, all of them are value.
type segment struct {
	times      []int64
	floats     []float64
	chunk      chunkenc.Chunk
	minT, maxT int64
	step       int64
	value      float64
}

// time and float return the i-th sample of a segment without a chunk.
func (s *segment) time(i int) int64 {
	if s.times != nil {
		return s.times[i]
	}
	return s.minT + int64(i)*s.step
}

func (s *segment) float(i int) float64 {
	if s.floats != nil {
		return s.floats[i]
	}
	return s.value
}

// len returns the number of samples of a segment without a chunk.
func (s *segment) len() int {
	if s.times != nil {
		return len(s.times)
	}
	return int((s.maxT-s.minT)/s.step) + 1
}

// search returns the index of the first sample at t or later, counted from at.
func (s *segment) search(at int, t int64) int {
	if s.times != nil {
		times := s.times[at:]
		return at + sort.Search(len(times), func(i int) bool { return times[i] >= t })
	}
	if first := s.time(at); t <= first {
		return at
	}
	return int((t - s.minT + s.step - 1) / s.step)
}

// has reports whether the series has its newest sample at t or later.
func (m *memSeries) has(t int64) bool { return len(m.segments) > 0 && m.last >= t }

// appendable is memSeries.appendable and appendableFloatHistogram of
// tsdb/head_append.go with out-of-order ingestion disabled.
func (m *memSeries) appendable(t int64, f float64, h *histogram.FloatHistogram, minValid int64) error {
	switch {
	case t < minValid:
		return storage.ErrOutOfBounds
	case len(m.segments) == 0 || t > m.last:
		return nil
	case t < m.last:
		return storage.ErrOutOfOrderSample
	case h != nil:
		if !h.Equals(m.lastHistogram) {
			return storage.ErrDuplicateSampleForTimestamp
		}
	case m.lastHistogram != nil:
		return storage.NewDuplicateHistogramToFloatErr(t, f)
	case math.Float64bits(m.lastFloat) != math.Float64bits(f):
		return storage.NewDuplicateFloatErr(t, m.lastFloat, f)
	}
	return nil
}

// append adds a sample that appendable has accepted and that is newer than any.
func (m *memSeries) append(t int64, f float64, h *histogram.FloatHistogram) error {
	if h != nil {
		h = h.Copy() // The encoder may rewrite the spans.
		if err := m.appendHistogram(t, h); err != nil {
			return fmt.Errorf("encode histogram of %s: %w", m.lset, err)
		}
	} else {
		m.appendFloat(t, f)
	}
	m.last, m.lastFloat, m.lastHistogram = t, f, h
	return nil
}

func (m *memSeries) appendFloat(t int64, f float64) {
	if n := len(m.segments); n == 0 || m.segments[n-1].times == nil {
		m.segments = append(m.segments, segment{minT: t})
	}
	s := &m.segments[len(m.segments)-1]
	s.times, s.floats, s.maxT = append(s.times, t), append(s.floats, f), t
}

// longRun is the length from which on a run of one value stays a segment of its
// own instead of being written out when another value follows.
const longRun = 16

// appendRegular adds a float that is newer than any, as one of samples that
// stand a step apart.
func (m *memSeries) appendRegular(t, step int64, f float64) {
	defer func() { m.last, m.lastFloat, m.lastHistogram = t, f, nil }()
	var s *segment
	if n := len(m.segments); n > 0 {
		s = &m.segments[n-1]
	}
	if s == nil || s.step != step || s.maxT+step != t {
		m.segments = append(m.segments, segment{minT: t, maxT: t, step: step, value: f})
		return
	}
	switch {
	case s.floats != nil:
		s.floats = append(s.floats, f)
	case math.Float64bits(s.value) == math.Float64bits(f):
	case s.len() >= longRun:
		m.segments = append(m.segments, segment{minT: t, maxT: t, step: step, value: f})
		return
	default:
		for range s.len() {
			s.floats = append(s.floats, s.value)
		}
		s.floats = append(s.floats, f)
	}
	s.maxT = t
}

// histogramWriter is the part of the head's state that decides where a chunk of
// histograms ends. It matters because the first histogram of a chunk is read
// back without a counter-reset hint.
type histogramWriter struct {
	appender    chunkenc.Appender
	nextAt      int64
	endComputed bool
}

// appendHistogram is memSeries.appendFloatHistogram and
// histogramsAppendPreprocessor of tsdb/head_append.go.
func (m *memSeries) appendHistogram(t int64, h *histogram.FloatHistogram) error {
	w := &m.histograms
	previous, created := w.appender, false
	n := len(m.segments)
	if n == 0 || m.segments[n-1].chunk == nil {
		if n > 0 {
			previous = nil // The appender before was one of floats.
		}
		if err := m.cut(t); err != nil {
			return err
		}
		created = true
	}
	if full, err := m.full(t); err != nil {
		return err
	} else if full {
		if err := m.cut(t); err != nil {
			return err
		}
		created = true
	}
	if created {
		w.endComputed = false
	} else {
		previous = nil
	}
	newChunk, recoded, app, err := w.appender.AppendFloatHistogram(previous, 0, t, h, false)
	if err != nil {
		return err
	}
	w.appender = app
	current := &m.segments[len(m.segments)-1]
	switch {
	case newChunk == nil:
		current.maxT = t
	case recoded:
		current.chunk, current.maxT = newChunk, t
	default:
		m.segments = append(m.segments, segment{chunk: newChunk, minT: t, maxT: t})
		w.nextAt = chunkRangeEnd(t)
	}
	return nil
}

// full reports whether a new chunk has to be cut before a histogram at t.
func (m *memSeries) full(t int64) (bool, error) {
	w, current := &m.histograms, &m.segments[len(m.segments)-1]
	samples, size := current.chunk.NumSamples(), len(current.chunk.Bytes())
	if samples == 0 {
		current.minT = t
		w.nextAt = chunkRangeEnd(t)
	}
	rangeEnd := w.nextAt
	if w.endComputed {
		rangeEnd = chunkRangeEnd(current.minT)
	}
	const target = chunkenc.TargetBytesPerHistogramChunk
	if !w.endComputed && size >= target/4 {
		w.nextAt = chunkEnd(current.minT, current.maxT, w.nextAt, float64(target)/float64(size))
		w.endComputed = true
	}
	return (t >= w.nextAt || size >= target*2) && (samples >= chunkenc.MinSamplesPerHistogramChunk || t >= rangeEnd), nil
}

func (m *memSeries) cut(t int64) error {
	chunk := chunkenc.NewFloatHistogramChunk()
	app, err := chunk.Appender()
	if err != nil {
		return err
	}
	m.segments = append(m.segments, segment{chunk: chunk, minT: t, maxT: math.MinInt64})
	m.histograms.appender, m.histograms.nextAt = app, chunkRangeEnd(t)
	return nil
}

// chunkRangeEnd is rangeForTimestamp of tsdb/db.go.
func chunkRangeEnd(t int64) int64 { return (t/headChunkRange)*headChunkRange + headChunkRange }

// chunkEnd is computeChunkEndTime of tsdb/head_append.go.
func chunkEnd(start, cur, end int64, ratioToFull float64) int64 {
	n := float64(end-start) / (float64(cur-start+1) * ratioToFull)
	if n <= 1 {
		return end
	}
	return int64(float64(start) + float64(end-start)/math.Floor(n))
}
