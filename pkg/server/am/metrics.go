package am

import (
	"crypto/md5" //nolint:gosec // The metric's value is defined by MD5; nothing is protected by it.
	"encoding/binary"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// registry passes registrations on and remembers them, so that Close can take
// them back and another server can be opened on the same registerer.
type registry struct {
	prometheus.Registerer

	mu   sync.Mutex
	mine []prometheus.Collector
}

// Register implements prometheus.Registerer.
func (r *registry) Register(c prometheus.Collector) error {
	if err := r.Registerer.Register(c); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mine = append(r.mine, c)
	return nil
}

// MustRegister implements prometheus.Registerer; promauto calls it.
func (r *registry) MustRegister(cs ...prometheus.Collector) {
	for _, c := range cs {
		if err := r.Register(c); err != nil {
			panic(err)
		}
	}
}

func (r *registry) unregisterAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.mine {
		r.Unregister(c)
	}
	r.mine = nil
}

// metrics are those that upstream registers outside of the packages that are
// used here (app/metrics.go, config/coordinator.go): dashboards expect them.
type metrics struct {
	requestDuration *prometheus.HistogramVec
	receivers       prometheus.Gauge
	integrations    prometheus.Gauge
	inhibitionRules prometheus.Gauge
	configHash      prometheus.Gauge
	configSuccess   prometheus.Gauge
	configTime      prometheus.Gauge

	// notifications is ours.
	notifications *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	gauge := func(name, help string) prometheus.Gauge {
		return f.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	gauge("alertmanager_cluster_enabled", "Indicates whether the clustering is enabled or not.").Set(0)
	return &metrics{
		requestDuration: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:                            "alertmanager_http_request_duration_seconds",
			Help:                            "Histogram of latencies for HTTP requests.",
			Buckets:                         prometheus.DefBuckets,
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{"handler", "method", "code"}),
		receivers:       gauge("alertmanager_receivers", "Number of configured receivers."),
		integrations:    gauge("alertmanager_integrations", "Number of configured integrations."),
		inhibitionRules: gauge("alertmanager_inhibition_rules", "Number of configured inhibition rules."),
		configHash:      gauge("alertmanager_config_hash", "Hash of the currently loaded alertmanager configuration. Note that this is not a cryptographically strong hash."),
		configSuccess:   gauge("alertmanager_config_last_reload_successful", "Whether the last configuration reload attempt was successful."),
		configTime:      gauge("alertmanager_config_last_reload_success_timestamp_seconds", "Timestamp of the last successful configuration reload."),
		notifications: f.NewCounterVec(prometheus.CounterOpts{
			Name: "monctl_notifications_total",
			Help: "Attempts to notify by receiver, type of integration and outcome (sent, failed, held_back).",
		}, []string{"receiver", "integration", "outcome"}),
	}
}

// activated sets what is known about the active generation.
func (m *metrics) activated(g *generation) {
	n := 0
	for name, integrations := range g.receivers {
		n += len(integrations)
		for _, i := range integrations {
			for _, o := range []Outcome{Sent, Failed, HeldBack} {
				m.notifications.WithLabelValues(name, i.Name(), string(o)) // So that rates start at zero.
			}
		}
	}
	m.receivers.Set(float64(len(g.receivers)))
	m.integrations.Set(float64(n))
	m.inhibitionRules.Set(float64(len(g.conf.InhibitRules)))
	m.configHash.Set(configHash(g.source))
	m.configSuccess.Set(1)
	m.configTime.SetToCurrentTime()
}

// configHash is upstream's md5HashAsMetricValue (config/coordinator.go): 48
// bits of the sum, so that a float64 holds them exactly.
func configHash(data []byte) float64 {
	sum := md5.Sum(data) //nolint:gosec // See the import.
	var b [8]byte
	copy(b[:], sum[:6])
	return float64(binary.LittleEndian.Uint64(b[:]))
}
