package prom

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/promslog"

	"github.com/prometheus/prometheus/notifier"

	"github.com/monctl/monctl/pkg/expr"
)

// AlertFunc receives alerts after external labels and alert relabelling. The
// alerts are shared and must not be modified. It is called by rule
// evaluations, several at a time, and should not block.
type AlertFunc func(ctx context.Context, alerts []*notifier.Alert)

// Options configure a Server for its whole life. Zero durations and counts
// stand for the defaults of the prometheus command.
type Options struct {
	// Dir is the data directory. It is created if it does not exist.
	Dir string
	// Registerer takes all metrics; Gatherer reads them back for
	// /api/v1/status/runtimeinfo. Both are required.
	Registerer prometheus.Registerer
	Gatherer   prometheus.Gatherer
	// Logger is for the operator of the server; nil discards.
	Logger *slog.Logger
	// ExternalURL is where the server is reached; required.
	ExternalURL *url.URL
	// Alerts receives every alert, if it is set.
	Alerts AlertFunc

	// Retention bounds the age (default 15 days), RetentionBytes the size of
	// what is stored (default unbounded). A configuration's storage.tsdb.retention
	// overrides both.
	Retention      time.Duration
	RetentionBytes int64
	// BlockDuration is the span of every block (default 2h). Blocks are never
	// merged into larger ones, as tools that upload them expect.
	BlockDuration time.Duration

	// Features are the parts of PromQL that are enabled beside those that always
	// are.
	Features expr.Features
	// Lookback is how old a sample may be to count as current (default 5m).
	Lookback time.Duration
	// QueryTimeout (2m), QueryConcurrency (20) and QueryMaxSamples (50 million)
	// bound PromQL.
	QueryTimeout     time.Duration
	QueryConcurrency int
	QueryMaxSamples  int

	// OutageTolerance (1h), ForGracePeriod (10m) and ResendDelay (1m) are the
	// rules.alert.* flags of the prometheus command.
	OutageTolerance time.Duration
	ForGracePeriod  time.Duration
	ResendDelay     time.Duration

	// DiscoveryInterval is how often discovered targets are taken over
	// (default 1s; the prometheus command takes 5s).
	DiscoveryInterval time.Duration
	// EagerScrape scrapes a target as soon as it is found, not at its offset
	// within the interval. It is for development: targets found together are
	// scraped together from then on.
	EagerScrape bool

	// RemoteWriteReceiver opens /api/v1/write.
	RemoteWriteReceiver bool
	// MaxRequestBytes bounds the body of a request (default 32 MiB).
	MaxRequestBytes int64
	// CORSOrigin is an anchored regular expression of the origins whose pages
	// may read the API. Empty admits none.
	CORSOrigin string
	// Flags are shown by /api/v1/status/flags, besides those that this package
	// knows itself.
	Flags map[string]string
}

// withDefaults returns a copy that is filled in, or what is missing.
func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Dir == "":
		return o, errors.New("no data directory")
	case o.Registerer == nil || o.Gatherer == nil:
		return o, errors.New("no metrics registry")
	case o.ExternalURL == nil:
		return o, errors.New("no external URL")
	}
	if o.Logger == nil {
		o.Logger = promslog.NewNopLogger()
	}
	orDefault(&o.Retention, 15*24*time.Hour)
	orDefault(&o.BlockDuration, 2*time.Hour)
	orDefault(&o.Lookback, 5*time.Minute)
	orDefault(&o.QueryTimeout, 2*time.Minute)
	orDefault(&o.QueryConcurrency, 20)
	orDefault(&o.QueryMaxSamples, 50_000_000)
	orDefault(&o.OutageTolerance, time.Hour)
	orDefault(&o.ForGracePeriod, 10*time.Minute)
	orDefault(&o.ResendDelay, time.Minute)
	orDefault(&o.DiscoveryInterval, time.Second)
	orDefault(&o.MaxRequestBytes, 32<<20)
	return o, nil
}

func orDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}
