package prom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/compression"
	"github.com/prometheus/prometheus/util/features"
)

// remoteFlushDeadline is how long Close waits for remote write, as the
// storage.remote.flush-deadline flag of the prometheus command says.
const remoteFlushDeadline = time.Minute

// tsdbDir is where the samples lie within the data directory.
func tsdbDir(dir string) string { return filepath.Join(dir, "tsdb") }

// localStorage is the TSDB with what the API asks of it.
type localStorage struct {
	*tsdb.DB
	stats *tsdb.DBStats
	block time.Duration
}

// openStorage opens the TSDB, after a look at its write-ahead log: upstream
// repairs a damaged log by deleting what follows the damage (tsdb/wlog,
// WL.Repair), which must not happen behind the user's back.
func openStorage(o Options, registry features.Collector) (*localStorage, error) {
	dir := tsdbDir(o.Dir)
	logger := o.Logger.With("component", "tsdb")
	if err := checkWAL(dir, logger); err != nil {
		return nil, err
	}
	opts := tsdb.DefaultOptions()
	opts.RetentionDuration = o.Retention.Milliseconds()
	opts.MaxBytes = o.RetentionBytes
	opts.MinBlockDuration = o.BlockDuration.Milliseconds()
	opts.MaxBlockDuration = o.BlockDuration.Milliseconds()
	opts.WALCompression = compression.Snappy
	opts.FeatureRegistry = registry

	stats := tsdb.NewDBStats()
	db, err := tsdb.Open(dir, logger, o.Registerer, opts, stats)
	if err != nil {
		return nil, newStateError(dir, err)
	}
	local := &localStorage{DB: db, stats: stats, block: o.BlockDuration}
	if err := registerAll(o.Registerer, local.collectors()...); err != nil {
		_ = db.Close()
		return nil, err
	}
	return local, nil
}

// empty reports whether nothing was ever stored.
func (l *localStorage) empty() bool {
	return len(l.Blocks()) == 0 && l.Head().NumSeries() == 0
}

// StartTime is the oldest time from which storage is complete, with the margin
// of cmd/prometheus (two blocks). Remote read uses it.
func (l *localStorage) StartTime() (int64, error) {
	start := time.Now().UnixMilli()
	if blocks := l.Blocks(); len(blocks) > 0 {
		start = blocks[0].Meta().MinTime
	}
	return start + 2*l.block.Milliseconds(), nil
}

// BlockMetas implements the API's TSDBAdminStats.
func (l *localStorage) BlockMetas() ([]tsdb.BlockMeta, error) { return l.DB.BlockMetas(), nil }

// Stats implements the API's TSDBAdminStats.
func (l *localStorage) Stats(statsByLabelName string, limit int) (*tsdb.Stats, error) {
	return l.Head().Stats(statsByLabelName, limit), nil
}

// WALReplayStatus implements the API's TSDBAdminStats.
func (l *localStorage) WALReplayStatus() (tsdb.WALReplayStatus, error) {
	return l.stats.Head.WALReplayStatus.GetWALReplayStatus(), nil
}

// Delete implements the API's TSDBAdminStats; the admin API is off.
func (l *localStorage) Delete(ctx context.Context, mint, maxt int64, ms ...*labels.Matcher) error {
	return l.DB.Delete(ctx, mint, maxt, ms...)
}

// collectors are the TSDB metrics that upstream defines in cmd/prometheus
// (openDBWithMetrics) instead of tsdb.
func (l *localStorage) collectors() []prometheus.Collector {
	gauge := func(name, help string, millis func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			return float64(millis() / 1000)
		})
	}
	return []prometheus.Collector{
		gauge("prometheus_tsdb_lowest_timestamp_seconds", "Lowest timestamp value stored in the database.", func() int64 {
			if blocks := l.Blocks(); len(blocks) > 0 {
				return blocks[0].Meta().MinTime
			}
			return l.Head().MinTime()
		}),
		gauge("prometheus_tsdb_head_min_time_seconds", "Minimum time bound of the head block.", l.Head().MinTime),
		gauge("prometheus_tsdb_head_max_time_seconds", "Maximum timestamp of the head block.", l.Head().MaxTime),
	}
}

// newRemoteStorage adapts remote.NewStorage.
func newRemoteStorage(o Options, local *localStorage, scraper remote.ReadyScrapeManager) *remote.Storage {
	return remote.NewStorage(
		o.Logger.With("component", "remote"),
		o.Registerer,
		local.StartTime,
		tsdbDir(o.Dir),
		remoteFlushDeadline,
		scraper,
		false, // type and unit labels
	)
}

// newFanout writes to local and remote storage, and reads from both.
func newFanout(logger *slog.Logger, local *localStorage, remoteStorage *remote.Storage) storage.Storage {
	return storage.NewFanout(logger, local, remoteStorage)
}

// withRetention returns the configuration with the server's own retention
// where it says none. Load leaves an all-zero retention there, which
// tsdb.DB.ApplyConfig would take for "keep everything".
func withRetention(cfg *config.Config, o Options) error {
	tsdbConfig := cfg.StorageConfig.TSDBConfig
	if tsdbConfig == nil || tsdbConfig.Retention == nil {
		return errors.New("configuration without storage.tsdb.retention")
	}
	if *tsdbConfig.Retention != (config.TSDBRetentionConfig{}) {
		return nil
	}
	tsdbConfig.Retention = retentionOf(o)
	return nil
}

func registerAll(r prometheus.Registerer, collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("register metric: %w", err)
		}
	}
	return nil
}
