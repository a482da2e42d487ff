package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/monctl/monctl/pkg/revision"
	"github.com/monctl/monctl/pkg/server/am"
	"github.com/monctl/monctl/pkg/server/prom"
)

// ErrClosed is returned by a server that was closed.
var ErrClosed = errors.New("the server is closed")

// Server is a running server. It is safe for concurrent use.
type Server struct {
	opts     Options
	started  time.Time
	registry *prometheus.Registry
	metrics  *metrics
	store    *revision.Store
	files    *layout
	engines  engines
	handler  http.Handler

	// turn is held, by what is in it, while a revision is activated, and by
	// Close; it guards closed and activations.
	turn        chan struct{}
	closed      bool
	activations int
	running     atomic.Pointer[running]
	plain       plainBodies
}

// Open opens the data directory and has the active revision run, if there is
// one. It does not listen. The error is a *revision.LockedError,
// *revision.CorruptError, *prom.StateError or *StateError, each with a method
// Diagnostic, if the directory cannot be used, and an *api.RejectedError if the
// active revision cannot run any more, wrapped or not; nothing was changed then.
func Open(ctx context.Context, opts Options) (*Server, error) {
	return open(ctx, opts, openEngines)
}

// openFunc opens the engines of a server; tests have their own.
type openFunc func(ctx context.Context, opts Options, reg *prometheus.Registry, m *metrics) (engines, error)

func open(ctx context.Context, opts Options, openEngines openFunc) (_ *Server, err error) {
	opts, err = opts.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, started: opts.Now(), registry: prometheus.NewRegistry(), turn: make(chan struct{}, 1)}
	if s.metrics, err = newMetrics(s.registry, opts); err != nil {
		return nil, err
	}
	if s.store, err = revision.Open(opts.DataDir, revision.Options{Keep: opts.KeepRevisions}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), opts.ShutdownTimeout)
			defer cancel()
			err = errors.Join(err, s.closeParts(ctx))
		}
	}()
	if s.files, err = openLayout(opts.DataDir); err != nil {
		return nil, err
	}
	if s.engines, err = openEngines(ctx, opts, s.registry, s.metrics); err != nil {
		return nil, err
	}
	s.running.Store(&running{in: s.emptyInput()})
	if err := s.resume(ctx); err != nil {
		return nil, err
	}
	s.handler, err = s.newHandler()
	return s, err
}

// openEngines opens the real engines.
func openEngines(ctx context.Context, opts Options, reg *prometheus.Registry, m *metrics) (engines, error) {
	alerts, err := am.Open(ctx, am.Options{
		Dir:         filepath.Join(opts.DataDir, "alertmanager"),
		Registerer:  reg,
		Logger:      opts.Logger.With("part", "alertmanager"),
		ExternalURL: opts.ExternalURL,
		WriteFailed: func(string, error) { m.stateWriteFailures.Inc() },
	})
	if corrupt, ok := errors.AsType[*am.CorruptStateError](err); ok {
		return engines{}, &StateError{Err: corrupt}
	}
	if err != nil {
		return engines{}, err
	}
	store, err := prom.Open(ctx, prom.Options{
		Dir:                 filepath.Join(opts.DataDir, "prometheus"),
		Registerer:          reg,
		Gatherer:            reg,
		Logger:              opts.Logger.With("part", "prometheus"),
		ExternalURL:         opts.ExternalURL,
		Alerts:              handOver(alerts, opts.Logger.With("part", "alerts")),
		Features:            opts.Features,
		Retention:           opts.Retention,
		EagerScrape:         opts.EagerScrape,
		RemoteWriteReceiver: true,
	})
	if err != nil {
		return engines{}, errors.Join(err, alerts.Close(ctx))
	}
	return engines{metrics: promEngine{store}, alerts: amEngine{alerts}}, nil
}

// resume has run again what ran when the data directory was last used. What
// was valid then is not validated anew: a later version of the program may be
// stricter, and must start nevertheless.
func (s *Server) resume(ctx context.Context) error {
	activation, ok := s.store.Active()
	if !ok {
		return nil
	}
	b, m, err := s.store.Bundle(activation.Revision)
	if errors.Is(err, revision.ErrNotFound) {
		return &revision.CorruptError{
			File:    filepath.Join(s.opts.DataDir, "revisions", activation.Revision.String()+".json"),
			Problem: "it is missing, but the revision is the active one",
			Hint:    "restore it from a backup, or move the file \"active\" beside it away and deploy again",
		}
	}
	if err != nil {
		return err
	}
	if activation.Environment != m.Environment {
		if b, err = s.store.Assemble(activation.Environment, m.Objects); err != nil {
			return err
		}
	}
	err = s.observe(ctx, &attempt{
		server: s, bundle: b,
		record: func() (revision.Activation, error) { return activation, nil },
	})
	if err != nil {
		return fmt.Errorf("start with revision %s, which was active: %w", activation.Revision.Short(), err)
	}
	return nil
}

// Gatherer reads the metrics that /metrics shows.
func (s *Server) Gatherer() prometheus.Gatherer { return s.registry }

// Close ends everything in order: activations, rules and scraping, so that no
// alert comes any more, notifications, storage, the lock. It waits for what is
// under way until ctx ends. Requests must have ended, which Serve sees to.
// Calling it again does nothing.
func (s *Server) Close(ctx context.Context) error {
	s.turn <- struct{}{} // an activation ends by itself
	defer func() { <-s.turn }()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.closeParts(ctx)
}

func (s *Server) closeParts(ctx context.Context) error {
	var errs []error
	if s.engines.metrics != nil {
		errs = append(errs, s.engines.metrics.Close(ctx))
	}
	if s.engines.alerts != nil {
		errs = append(errs, s.engines.alerts.Close(ctx))
	}
	if s.files != nil {
		errs = append(errs, s.files.close())
	}
	errs = append(errs, s.store.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close server: %w", err)
	}
	return nil
}
