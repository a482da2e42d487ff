package prom

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/monctl/monctl/pkg/expr"
)

// federation serves /federate: the latest sample of every series that a
// match[] selects, with external labels. Upstream's (web/federate.go) hangs on
// web.Handler. Native histograms go out in the protobuf formats only, as
// upstream; those with custom buckets do not go out.
type federation struct {
	local    storage.Queryable
	lookback time.Duration
	labels   func() labels.Labels
	logger   *slog.Logger
	errors   prometheus.Counter
	warnings prometheus.Counter
}

func newFederation(s *Server) (*federation, error) {
	f := &federation{
		local:    s.local,
		lookback: s.opts.Lookback,
		labels:   func() labels.Labels { return s.active.Load().cfg.GlobalConfig.ExternalLabels },
		logger:   s.opts.Logger.With("component", "federation"),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "prometheus_web_federation_errors_total",
			Help: "Total number of errors that occurred while sending federation responses.",
		}),
		warnings: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "prometheus_web_federation_warnings_total",
			Help: "Total number of warnings that occurred while sending federation responses.",
		}),
	}
	return f, registerAll(s.opts.Registerer, f.errors, f.warnings)
}

// latest is the newest sample of a series; h is nil for a float.
type latest struct {
	name   string
	labels labels.Labels
	t      int64
	f      float64
	h      *histogram.FloatHistogram
}

// kind orders the families of one name.
func (s latest) kind() dto.MetricType {
	switch {
	case s.h == nil:
		return dto.MetricType_UNTYPED
	case s.h.CounterResetHint == histogram.GaugeType:
		return dto.MetricType_GAUGE_HISTOGRAM
	default:
		return dto.MetricType_HISTOGRAM
	}
}

// ServeHTTP implements http.Handler.
func (f *federation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, fmt.Sprintf("parse form values: %v", err), http.StatusBadRequest)
		return
	}
	matchers, err := (expr.Features{}).Parser().ParseMetricSelectors(r.Form["match[]"])
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	format := expfmt.NegotiateAccept(r.Header,
		expfmt.NewFormat(expfmt.TypeProtoDelim), expfmt.NewFormat(expfmt.TypeProtoText),
		expfmt.NewFormat(expfmt.TypeProtoCompact), expfmt.NewFormat(expfmt.TypeTextPlain))
	samples, err := f.read(r.Context(), matchers)
	if err != nil {
		f.errors.Inc()
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if format.FormatType() == expfmt.TypeTextPlain {
		samples = slices.DeleteFunc(samples, func(s latest) bool { return s.h != nil })
	}
	w.Header().Set("Content-Type", string(format))
	encoder := expfmt.NewEncoder(w, format)
	for _, family := range families(samples, f.labels()) {
		if err := encoder.Encode(family); err != nil {
			f.errors.Inc()
			f.logger.Error("Federation failed", "err", err)
			return
		}
	}
}

// read returns the samples sorted by name and kind.
func (f *federation) read(ctx context.Context, matchers [][]*labels.Matcher) ([]latest, error) {
	now := time.Now()
	mint, maxt := now.Add(-f.lookback).UnixMilli(), now.UnixMilli()
	q, err := f.local.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	hints := &storage.SelectHints{Start: mint, End: maxt}
	sets := make([]storage.SeriesSet, 0, len(matchers))
	for _, m := range matchers {
		sets = append(sets, q.Select(ctx, true, hints, m...))
	}
	set := storage.NewMergeSeriesSet(sets, 0, storage.ChainedSeriesMerge)
	var out []latest
	var it chunkenc.Iterator
	for set.Next() {
		series := set.At()
		it = series.Iterator(it)
		s, ok := lastSample(it, maxt)
		if err := it.Err(); err != nil {
			return nil, err
		}
		s.labels = series.Labels()
		s.name = s.labels.Get(model.MetricNameLabel)
		if ok && s.name != "" {
			out = append(out, s)
		}
	}
	f.warnings.Add(float64(len(set.Warnings())))
	slices.SortStableFunc(out, func(a, b latest) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind(), b.kind()))
	})
	return out, set.Err()
}

// lastSample returns the last sample up to maxt, unless it is a staleness
// marker, which the formats cannot express.
func lastSample(it chunkenc.Iterator, maxt int64) (s latest, ok bool) {
	for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
		if it.AtT() > maxt {
			break
		}
		ok = true
		switch kind {
		case chunkenc.ValFloat:
			s.t, s.f = it.At()
			s.h = nil
		case chunkenc.ValHistogram, chunkenc.ValFloatHistogram:
			s.t, s.h = it.AtFloatHistogram(nil)
		case chunkenc.ValNone:
		}
	}
	switch {
	case s.h == nil:
		return s, ok && !value.IsStaleNaN(s.f)
	default:
		return s, ok && !value.IsStaleNaN(s.h.Sum) && !s.h.UsesCustomBuckets()
	}
}

// families groups sorted samples and gives them external labels.
func families(samples []latest, external labels.Labels) []*dto.MetricFamily {
	var out []*dto.MetricFamily
	for _, s := range samples {
		last := len(out) - 1
		if last < 0 || out[last].GetName() != s.name || out[last].GetType() != s.kind() {
			out = append(out, &dto.MetricFamily{Name: new(s.name), Type: s.kind().Enum()})
			last++
		}
		out[last].Metric = append(out[last].Metric, metric(s, external))
	}
	return out
}

func metric(s latest, external labels.Labels) *dto.Metric {
	m := &dto.Metric{TimestampMs: new(s.t)}
	pair := func(name, value string) {
		m.Label = append(m.Label, &dto.LabelPair{Name: new(name), Value: new(value)})
	}
	s.labels.Range(func(l labels.Label) {
		if l.Name != model.MetricNameLabel {
			pair(l.Name, l.Value)
		}
	})
	external.Range(func(l labels.Label) {
		if !s.labels.Has(l.Name) {
			pair(l.Name, l.Value)
		}
	})
	// An empty instance label tells the scraper, if it honours labels, not to
	// put its own there.
	if !s.labels.Has(model.InstanceLabel) && !external.Has(model.InstanceLabel) {
		pair(model.InstanceLabel, "")
	}
	if s.h == nil {
		m.Untyped = &dto.Untyped{Value: new(s.f)}
	} else {
		m.Histogram = nativeHistogram(s.h)
	}
	return m
}

func nativeHistogram(h *histogram.FloatHistogram) *dto.Histogram {
	return &dto.Histogram{
		SampleCountFloat: new(h.Count),
		SampleSum:        new(h.Sum),
		Schema:           new(h.Schema),
		ZeroThreshold:    new(h.ZeroThreshold),
		ZeroCountFloat:   new(h.ZeroCount),
		PositiveSpan:     bucketSpans(h.PositiveSpans),
		PositiveCount:    h.PositiveBuckets,
		NegativeSpan:     bucketSpans(h.NegativeSpans),
		NegativeCount:    h.NegativeBuckets,
	}
}

func bucketSpans(spans []histogram.Span) []*dto.BucketSpan {
	var out []*dto.BucketSpan
	for _, s := range spans {
		out = append(out, &dto.BucketSpan{Offset: new(s.Offset), Length: new(s.Length)})
	}
	return out
}
