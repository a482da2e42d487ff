package server

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
)

// metrics are the server's own. Those of the engines are in the same registry.
type metrics struct {
	revision           *prometheus.GaugeVec
	objects            *prometheus.GaugeVec
	activatedAt        prometheus.Gauge
	activations        *prometheus.CounterVec
	duration           prometheus.Histogram
	unresolved         prometheus.Gauge
	stateWriteFailures prometheus.Counter
	requests           *prometheus.CounterVec
	requestDuration    *prometheus.HistogramVec
}

// The results of an activation.
const (
	resultSuccess  = "success"
	resultRejected = "rejected"
	resultFailed   = "failed"
)

func newMetrics(reg *prometheus.Registry, opts Options) (*metrics, error) {
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "monctl_build_info", Help: "A constant 1, labelled by what the program was built of.",
	}, []string{"version", "revision", "goversion"})
	build.WithLabelValues(opts.Version, opts.Commit, runtime.Version()).Set(1)
	m := &metrics{
		revision: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "monctl_revision_info", Help: "A constant 1, labelled by the active revision.",
		}, []string{"revision"}),
		objects: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "monctl_revision_objects", Help: "Objects of the active revision by kind.",
		}, []string{"kind"}),
		activatedAt: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "monctl_revision_activation_timestamp_seconds", Help: "When the active revision was activated.",
		}),
		activations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "monctl_revision_activations_total", Help: "Attempts to activate a revision by result (success, rejected, failed).",
		}, []string{"result"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "monctl_revision_activation_duration_seconds", Help: "How long attempts to activate a revision took.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 13),
		}),
		unresolved: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "monctl_secrets_unresolved", Help: "Secrets of the active revision that have no value.",
		}),
		stateWriteFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "monctl_state_write_failures_total", Help: "Failed writes of silences or the notification log to disk.",
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "monctl_http_requests_total", Help: "HTTP requests by handler and status code.",
		}, []string{"handler", "code"}),
		requestDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "monctl_http_request_duration_seconds", Help: "How long HTTP requests took, by handler.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}, []string{"handler"}),
	}
	for _, r := range []string{resultSuccess, resultRejected, resultFailed} {
		m.activations.WithLabelValues(r) // so that rates start at zero
	}
	m.activated(&running{in: &input{}})
	for _, c := range []prometheus.Collector{
		build, m.revision, m.objects, m.activatedAt, m.activations, m.duration, m.unresolved,
		m.stateWriteFailures, m.requests, m.requestDuration,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}

// attempted counts an attempt that ended with an error or without.
func (m *metrics) attempted(err error, took time.Duration) {
	result := resultSuccess
	if reject := (*api.RejectedError)(nil); errors.As(err, &reject) {
		result = resultRejected
	} else if err != nil {
		result = resultFailed
	}
	m.activations.WithLabelValues(result).Inc()
	m.duration.Observe(took.Seconds())
}

// activated sets what is known about the active revision.
func (m *metrics) activated(r *running) {
	m.revision.Reset()
	count := map[bundle.Kind]int{}
	if r.bundle != nil {
		m.revision.WithLabelValues(r.activation.Revision.String()).Set(1)
		m.activatedAt.Set(float64(r.activation.Time.UnixMilli()) / 1000)
		count = r.bundle.Count()
	}
	for _, kind := range bundle.Kinds() {
		m.objects.WithLabelValues(string(kind)).Set(float64(count[kind]))
	}
	m.unresolved.Set(float64(len(r.in.missing())))
}
