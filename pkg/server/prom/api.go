package prom

import (
	"context"
	"maps"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/regexp"
	remoteapi "github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/notifications"
	apiv1 "github.com/prometheus/prometheus/web/api/v1"
)

// PrometheusVersion is the release that is built in. Clients look at it to
// know what the API can do.
const PrometheusVersion = "3.15.0"

// newAPI adapts apiv1.NewAPI, whose arguments stand here in its order.
func (s *Server) newAPI(origin *regexp.Regexp) *apiv1.API {
	var (
		appendable   storage.Appendable
		appendableV2 storage.AppendableV2
	)
	if s.opts.RemoteWriteReceiver {
		appendable, appendableV2 = s.fanout, s.fanout
	}
	return apiv1.NewAPI(
		s.queries.Engine,
		s.fanout,
		appendable, appendableV2,
		s.local,
		func(context.Context) apiv1.ScrapePoolsRetriever { return s.scrape },
		func(context.Context) apiv1.TargetRetriever { return s.scrape },
		func(context.Context) apiv1.AlertmanagerRetriever { return s.dispatch.external },
		func() config.Config { return *s.active.Load().cfg },
		s.flags(),
		apiv1.GlobalURLOptions{
			ListenAddress: s.opts.ExternalURL.Host,
			Host:          s.opts.ExternalURL.Host,
			Scheme:        s.opts.ExternalURL.Scheme,
		},
		func(f http.HandlerFunc) http.HandlerFunc { return f }, // a Server is always ready
		s.local,
		tsdbDir(s.opts.Dir),
		false, // admin API
		false, // search API
		0,     // search limit
		s.opts.Logger.With("component", "api"),
		func(context.Context) apiv1.RulesRetriever { return s.scheduler },
		50_000_000, // remote read samples, as cmd/prometheus
		10,         // remote read concurrency, as cmd/prometheus
		1<<20,      // remote read bytes a frame, as cmd/prometheus
		false,      // agent
		origin,
		s.runtimeInfo,
		&apiv1.PrometheusVersion{Version: PrometheusVersion, GoVersion: runtime.Version()},
		func() []notifications.Notification { return nil },
		func() (<-chan notifications.Notification, func(), bool) { return nil, nil, false },
		s.opts.Gatherer,
		s.opts.Registerer,
		nil, // statistics renderer
		s.opts.RemoteWriteReceiver,
		remoteapi.MessageTypes{remoteapi.WriteV1MessageType, remoteapi.WriteV2MessageType},
		false, false, false, // OTLP
		false, // start timestamps as zero samples
		s.opts.Lookback,
		false, // type and unit labels
		false, // metadata in the write-ahead log
		nil,   // error codes
		s.features,
		apiv1.OpenAPIOptions{ExternalURL: s.opts.ExternalURL.String(), Version: PrometheusVersion},
		s.opts.Features.Parser(),
	)
}

// flags are those of cmd/prometheus that say something about this server.
// Thanos' sidecar reads the block durations and the admin API from them.
func (s *Server) flags() map[string]string {
	duration := func(d time.Duration) string { return model.Duration(d).String() }
	flags := map[string]string{
		"enable-feature":                         strings.Join(s.opts.Features.Names(), ","),
		"query.lookback-delta":                   duration(s.opts.Lookback),
		"query.max-concurrency":                  strconv.Itoa(s.opts.QueryConcurrency),
		"query.max-samples":                      strconv.Itoa(s.opts.QueryMaxSamples),
		"query.timeout":                          duration(s.opts.QueryTimeout),
		"rules.alert.for-grace-period":           duration(s.opts.ForGracePeriod),
		"rules.alert.for-outage-tolerance":       duration(s.opts.OutageTolerance),
		"rules.alert.resend-delay":               duration(s.opts.ResendDelay),
		"scrape.discovery-reload-interval":       duration(s.opts.DiscoveryInterval),
		"storage.tsdb.max-block-duration":        duration(s.opts.BlockDuration),
		"storage.tsdb.min-block-duration":        duration(s.opts.BlockDuration),
		"storage.tsdb.path":                      tsdbDir(s.opts.Dir),
		"storage.tsdb.retention.size":            strconv.FormatInt(s.opts.RetentionBytes, 10) + "B",
		"storage.tsdb.retention.time":            duration(s.opts.Retention),
		"web.cors.origin":                        s.opts.CORSOrigin,
		"web.enable-admin-api":                   "false",
		"web.enable-otlp-receiver":               "false",
		"web.enable-remote-write-receiver":       strconv.FormatBool(s.opts.RemoteWriteReceiver),
		"web.external-url":                       s.opts.ExternalURL.Redacted(),
		"storage.remote.flush-deadline":          duration(remoteFlushDeadline),
		"storage.remote.read-concurrent-limit":   "10",
		"storage.remote.read-sample-limit":       "50000000",
		"storage.remote.read-max-bytes-in-frame": "1048576",
	}
	maps.Copy(flags, s.opts.Flags)
	return flags
}

// runtimeInfo is web.Handler's, which is part of what web.Handler hides.
func (s *Server) runtimeInfo() (apiv1.RuntimeInfo, error) {
	info := apiv1.RuntimeInfo{
		StartTime:           s.born,
		CWD:                 s.opts.Dir,
		ServerTime:          time.Now().UTC(),
		ReloadConfigSuccess: true,
		LastConfigTime:      s.active.Load().at.UTC(),
		GoroutineCount:      runtime.NumGoroutine(),
		GOMAXPROCS:          runtime.GOMAXPROCS(0),
		GOMEMLIMIT:          debug.SetMemoryLimit(-1),
		StorageRetention:    s.retention(),
	}
	var err error
	if info.Hostname, err = os.Hostname(); err != nil {
		return info, err
	}
	families, err := s.opts.Gatherer.Gather()
	if err != nil {
		return info, err
	}
	for _, f := range families {
		if len(f.GetMetric()) == 0 {
			continue
		}
		switch f.GetName() {
		case "prometheus_tsdb_wal_corruptions_total":
			info.CorruptionCount = int64(f.GetMetric()[0].GetCounter().GetValue())
		case "prometheus_config_last_reload_successful":
			info.ReloadConfigSuccess = f.GetMetric()[0].GetGauge().GetValue() == 1
		}
	}
	return info, nil
}

// retention says what bounds storage, as Prometheus words it: "15d or 1GiB".
func (s *Server) retention() string {
	r := s.active.Load().cfg.StorageConfig.TSDBConfig.Retention
	var bounds []string
	if r.Time != 0 {
		bounds = append(bounds, r.Time.String())
	}
	if r.Size != 0 {
		bounds = append(bounds, r.Size.String())
	}
	if r.Percentage != 0 {
		bounds = append(bounds, strconv.FormatFloat(r.Percentage, 'g', -1, 64)+"%")
	}
	return strings.Join(bounds, " or ")
}

// newBuildInfo is prometheus_build_info with the labels that dashboards and
// upstream's mixin know.
func newBuildInfo() prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "prometheus_build_info",
		Help: "A metric with a constant '1' value labeled by the version of the Prometheus that is built in.",
		ConstLabels: prometheus.Labels{
			"version": PrometheusVersion, "revision": "", "branch": "", "goversion": runtime.Version(),
			"goos": runtime.GOOS, "goarch": runtime.GOARCH, "tags": "",
		},
	})
	info.Set(1)
	return info
}
