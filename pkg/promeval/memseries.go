package promeval

import (
	"fmt"
	"math"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// memSeries is one series: runs of floats as plain columns, and chunks of
// native histograms as upstream encodes them.
type memSeries struct {
	lset     labels.Labels
	segments []segment

	last          int64 // time of the newest sample
	lastFloat     float64
	lastHistogram *histogram.FloatHistogram // nil if the newest sample is a float

	histograms histogramWriter
}

// segment is a run of samples of one type. Exactly one of times and chunk is
// set.
type segment struct {
	times      []int64
	floats     []float64
	chunk      chunkenc.Chunk
	minT, maxT int64
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
	if n := len(m.segments); n == 0 || m.segments[n-1].chunk != nil {
		m.segments = append(m.segments, segment{minT: t})
	}
	s := &m.segments[len(m.segments)-1]
	s.times, s.floats, s.maxT = append(s.times, t), append(s.floats, f), t
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
