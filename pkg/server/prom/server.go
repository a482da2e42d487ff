package prom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/util/features"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = errors.New("server closed")

// Server is a running Prometheus. Its methods may be called concurrently.
type Server struct {
	opts     Options
	features features.Collector
	born     time.Time
	// wasEmpty says that there is no "for" state to restore.
	wasEmpty bool

	local     *localStorage
	remote    *remote.Storage
	fanout    storage.Storage
	queries   *queries
	scrape    *scrape.Manager
	targets   *finder
	managers  *finder
	dispatch  *dispatcher
	scheduler *scheduler
	requests  *requests
	handler   http.Handler

	// running are the goroutines that do not belong to a part above.
	running sync.WaitGroup
	stop    chan struct{}

	// switching is held while a revision is committed, and by Close.
	switching sync.Mutex
	closed    bool
	// evaluating says that there were rule groups since the server was opened.
	evaluating bool
	active     atomic.Pointer[activation]

	configSuccess     prometheus.Gauge
	configSuccessTime prometheus.Gauge
}

// activation is the configuration that is in force.
type activation struct {
	cfg *config.Config
	at  time.Time
	// committed is false for the empty configuration of a server that no
	// revision was committed to yet.
	committed bool
}

// Open opens the data directory and starts with an empty revision: nothing is
// scraped or evaluated, queries are answered. A *StateError says that the
// directory cannot be used.
func Open(ctx context.Context, o Options) (*Server, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("open prometheus: %w", err)
	}
	s := &Server{
		opts:     o,
		features: features.NewRegistry(),
		born:     time.Now().UTC(),
		stop:     make(chan struct{}),
		requests: newRequests(),
		configSuccess: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "prometheus_config_last_reload_successful",
			Help: "Whether the last configuration reload attempt was successful.",
		}),
		configSuccessTime: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "prometheus_config_last_reload_success_timestamp_seconds",
			Help: "Timestamp of the last successful configuration reload.",
		}),
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

// open makes the parts, storage first; what was made is closed again if a
// later one fails.
func (s *Server) open() (err error) {
	s.local, err = openStorage(s.opts, s.features)
	if err != nil {
		return err
	}
	s.wasEmpty = s.local.empty()
	scraper := &scraperRef{}
	s.remote = newRemoteStorage(s.opts, s.local, scraper)
	s.local.SetWriteNotified(s.remote)
	s.fanout = newFanout(s.opts.Logger, s.local, s.remote)
	defer func() {
		if err != nil {
			err = errors.Join(err, s.closeStorage())
		}
	}()
	if s.queries, err = newQueries(s.opts, s.features); err != nil {
		return err
	}
	if s.scrape, err = newScrapeManager(s.opts, s.fanout, s.features); err != nil {
		return fmt.Errorf("create the scrape manager: %w", err)
	}
	scraper.manager = s.scrape
	sdMetrics, err := discoveryMetrics(s.opts.Registerer)
	if err != nil {
		return fmt.Errorf("register discovery metrics: %w", err)
	}
	if s.targets, err = newFinder("scrape", s.opts, sdMetrics, s.features); err != nil {
		return err
	}
	if s.managers, err = newFinder("notify", s.opts, sdMetrics, s.features); err != nil {
		return err
	}
	s.dispatch = &dispatcher{alerts: s.opts.Alerts, external: newNotifier(s.opts.Registerer, s.opts.Logger)}
	if err := registerAll(s.opts.Registerer, s.configSuccess, s.configSuccessTime, newBuildInfo()); err != nil {
		return err
	}
	if s.handler, err = s.newHandler(); err != nil {
		return err
	}
	return s.start()
}

// start puts the empty configuration in force and lets the parts run.
func (s *Server) start() error {
	cfg, err := config.Load("", s.opts.Logger)
	if err == nil {
		err = withRetention(cfg, s.opts)
	}
	if err == nil {
		err = s.switchTo(cfg)
	}
	if err != nil {
		return fmt.Errorf("apply the empty configuration: %w", err)
	}
	s.active.Store(&activation{cfg: cfg, at: time.Now()})
	s.scheduler = newScheduler(ruleOptions(s.opts, s.local, s.fanout, s.queries, s.dispatch))
	for _, f := range []*finder{s.targets, s.managers} {
		s.running.Go(func() { _ = f.Run() }) // ends with the error of its context
	}
	s.running.Go(func() { _ = s.scrape.Run(s.targets.SyncCh()) }) // always nil
	s.running.Go(func() { s.dispatch.external.Run(s.managers.SyncCh()) })
	return nil
}

// Handler serves /api/v1/* and /federate.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends everything in order: requests, discovery, rules (so that no
// absent() fires for what is no longer scraped), scraping, notifications,
// storage. It waits for requests and evaluations until ctx ends, then cancels
// them. Only the first call does something.
func (s *Server) Close(ctx context.Context) error {
	s.switching.Lock()
	defer s.switching.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.stop)
	drained := s.requests.close(ctx)
	s.targets.cancel()
	s.managers.cancel()
	s.scheduler.close(ctx)
	s.scrape.Stop()
	s.dispatch.external.Stop()
	s.running.Wait()
	if !drained {
		// A query that ignores its cancellation still uses the engine's
		// memory-mapped query log and storage.
		return errors.New("close prometheus: requests are still running, storage stays open")
	}
	return s.closeStorage()
}

func (s *Server) closeStorage() error {
	var err error
	if s.queries != nil {
		err = s.queries.close()
	}
	if err = errors.Join(err, s.fanout.Close()); err != nil {
		return fmt.Errorf("close prometheus: %w", err)
	}
	return nil
}
