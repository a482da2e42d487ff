package promeval

import (
	"errors"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

// Appender is one transaction on a Store, with the rules of headAppender
// (tsdb/head_append.go).
//
// The head sorts a transaction into batches and commits each batch's floats
// before its histograms. That order shows where a staleness marker follows a
// histogram of an earlier transaction: it becomes a histogram, moves behind the
// floats of its batch, and is lost if one of those is newer.
type Appender struct {
	store    *Store
	minValid int64
	batches  []batch
	// histograms has the series that got a histogram in the current batch.
	histograms map[*memSeries]sampleType
}

type batch struct{ floats, histograms []pendingSample }

type pendingSample struct {
	series *memSeries
	t      int64
	f      float64
	h      *histogram.FloatHistogram
}

type sampleType int

const (
	floatSample sampleType = iota
	histogramSample
	customHistogramSample
)

// bound fixes how old a sample of this transaction may be.
func (a *Appender) bound() { a.minValid = a.store.maxTime - headChunkRange/2 }

// Append adds a sample, a histogram if h is not nil. The errors are those of
// the TSDB's head, in its order.
func (a *Appender) Append(lset labels.Labels, t int64, f float64, h *histogram.FloatHistogram) error {
	if h != nil {
		if err := h.Validate(); err != nil {
			return err
		}
	}
	if !a.store.started {
		// The head takes the first timestamp it is offered as its origin.
		a.store.started, a.store.maxTime = true, t
		a.bound()
	}
	if t < a.minValid {
		return storage.ErrOutOfBounds
	}
	m, err := a.store.getOrCreate(lset)
	if err != nil {
		return err
	}
	if h == nil && value.IsStaleNaN(f) && a.histograms[m] != floatSample {
		h = &histogram.FloatHistogram{Sum: f}
	}
	if err := m.appendable(t, f, h, a.minValid); err != nil {
		return err
	}
	sample := pendingSample{series: m, t: t, f: f, h: h}
	if b := a.batch(m, h); h == nil {
		b.floats = append(b.floats, sample)
	} else {
		b.histograms = append(b.histograms, sample)
	}
	return nil
}

// batch is getCurrentBatch: a float after a histogram of the same series, or a
// histogram after one of another kind, begins a new batch.
func (a *Appender) batch(m *memSeries, h *histogram.FloatHistogram) *batch {
	kind := floatSample
	if h != nil {
		kind = histogramSample
		if h.UsesCustomBuckets() {
			kind = customHistogramSample
		}
	}
	before := a.histograms[m]
	if len(a.batches) == 0 || (before != floatSample && before != kind) {
		a.batches = append(a.batches, batch{})
		a.histograms = nil
	}
	if kind != floatSample {
		if a.histograms == nil {
			a.histograms = map[*memSeries]sampleType{}
		}
		a.histograms[m] = kind
	}
	return &a.batches[len(a.batches)-1]
}

// Commit makes the samples visible. A sample that has become a duplicate of, or
// older than, another one in the same transaction is dropped without an error.
func (a *Appender) Commit() error {
	for _, b := range a.batches {
		for _, p := range b.floats {
			if value.IsStaleNaN(p.f) && p.series.lastHistogram != nil {
				p.h = &histogram.FloatHistogram{Sum: p.f}
				b.histograms = append(b.histograms, p)
				continue
			}
			if err := a.commit(p); err != nil {
				return err
			}
		}
		for _, p := range b.histograms {
			if err := a.commit(p); err != nil {
				return err
			}
		}
	}
	a.batches, a.histograms = nil, nil
	return nil
}

func (a *Appender) commit(p pendingSample) error {
	if p.series.appendable(p.t, p.f, p.h, a.minValid) != nil || p.series.has(p.t) {
		return nil
	}
	if len(p.series.segments) == 0 {
		a.store.filled++
	}
	if err := p.series.append(p.t, p.f, p.h); err != nil {
		return err
	}
	a.store.maxTime = max(a.store.maxTime, p.t)
	return nil
}

// IsDuplicate reports whether an append failed because the series has another
// value at that time already.
func IsDuplicate(err error) bool {
	return errors.Is(err, storage.ErrDuplicateSampleForTimestamp)
}
