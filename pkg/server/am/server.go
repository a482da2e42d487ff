package am

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/route"

	"github.com/prometheus/alertmanager/api"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
)

// Server is Alertmanager in process. Its methods may be called concurrently.
type Server struct {
	opts    Options
	reg     *registry
	metrics *metrics
	history *history
	opened  time.Time

	alerts      *mem.Alerts
	silences    *silence.Silences
	silencer    *silence.Silencer
	log         *nflog.Log
	silenceFile *stateFile
	logFile     *stateFile

	api               *api.API
	received          *received
	handler           http.Handler
	pipeline          *notify.PipelineBuilder
	dispatcherMetrics *dispatch.DispatcherMetrics

	// activation is held while a generation takes over, and guards closed.
	activation sync.Mutex
	closed     bool
	active     atomic.Pointer[generation]

	stop    chan struct{} // Ends the writers and the maintenance.
	running sync.WaitGroup
}

// Open restores silences and the notification log and starts a server whose
// configuration is empty. A *CorruptStateError says that a snapshot cannot be
// read. The context is for opening only.
func Open(ctx context.Context, opts Options) (_ *Server, err error) {
	opts, err = opts.withDefaults()
	if err != nil {
		return nil, err
	}
	UseUTF8Matchers(opts.Logger)
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("open alertmanager: %w", err)
	}
	s := &Server{
		opts:   opts,
		reg:    &registry{Registerer: opts.Registerer},
		opened: time.Now(),
		stop:   make(chan struct{}),
	}
	defer func() {
		if err != nil {
			s.reg.unregisterAll()
		}
	}()
	if err := s.restore(); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(s.reg)
	s.history = newHistory(opts.History, s.metrics.notifications)
	s.silencer = silence.NewSilencer(s.silences, opts.Logger, eventrecorder.NopRecorder())
	flags := featurecontrol.NoopFlags{}
	s.pipeline = notify.NewPipelineBuilder(s.reg, flags, eventrecorder.NopRecorder())
	s.dispatcherMetrics = dispatch.NewDispatcherMetrics(false, s.reg, flags)
	// The provider outlives ctx; it is ended by Close.
	s.alerts, err = mem.NewAlerts(context.WithoutCancel(ctx), alertGCInterval, 0, s.silencer, opts.Logger, eventrecorder.NopRecorder(), s.reg, flags)
	if err != nil {
		return nil, fmt.Errorf("open alertmanager: %w", err)
	}
	if err := s.mount(); err != nil {
		s.alerts.Close()
		return nil, err
	}
	if err := s.begin(); err != nil {
		s.alerts.Close()
		return nil, err
	}
	return s, nil
}

// restore reads the snapshots and connects both states with their files.
func (s *Server) restore() error {
	silences := filepath.Join(s.opts.Dir, "silences")
	log := filepath.Join(s.opts.Dir, "nflog")
	for _, path := range []string{silences, log} {
		if err := removeTemporaries(path); err != nil {
			return fmt.Errorf("open alertmanager: %w", err)
		}
	}
	silenceData, err := readState(silences, "silences", s.opts.MoveCorruptAside, checkSilences)
	if err != nil {
		return err
	}
	logData, err := readState(log, "notification log", s.opts.MoveCorruptAside, checkLog)
	if err != nil {
		return err
	}
	s.silences, err = silence.New(silence.Options{
		SnapshotReader: bytes.NewReader(silenceData),
		Retention:      s.opts.Retention,
		Logger:         s.opts.Logger.With("component", "silences"),
		Metrics:        s.reg,
		EventRecorder:  eventrecorder.NopRecorder(),
	})
	if err != nil {
		return fmt.Errorf("restore silences: %w", err)
	}
	s.log, err = nflog.New(nflog.Options{
		SnapshotReader: bytes.NewReader(logData),
		Retention:      s.opts.Retention,
		Logger:         s.opts.Logger.With("component", "nflog"),
		Metrics:        s.reg,
	})
	if err != nil {
		return fmt.Errorf("restore notification log: %w", err)
	}
	s.silenceFile = newStateFile(silences, s.silences.Snapshot, s.opts)
	s.logFile = newStateFile(log, s.log.Snapshot, s.opts)
	// The broadcast is made for gossip; it tells of every change, under the
	// lock of the state.
	s.silences.SetBroadcast(func([]byte) { s.silenceFile.changed() })
	s.log.SetBroadcast(func([]byte) { s.logFile.changed() })
	return nil
}

// mount makes the API.
func (s *Server) mount() (err error) {
	capture := &capturing{registry: s.reg}
	s.api, err = api.New(api.Options{
		Alerts:         s.alerts,
		Silences:       s.silences,
		GroupMutedFunc: func(routeID, groupKey string) ([]string, bool) { return s.active.Load().muted.Muted(routeID, groupKey) },
		Logger:         s.opts.Logger.With("component", "api"),
		Registry:       capture,
		GroupFunc: func(ctx context.Context, routes routeFilter, alerts alertFilter) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
			return s.active.Load().groups(ctx, routes, alerts)
		},
		RequestDuration: s.metrics.requestDuration,
	})
	if err != nil {
		return fmt.Errorf("open alertmanager: %w", err)
	}
	s.received = capture.received()
	s.handler = &versioned{
		next:    &durable{next: s.api.Register(route.New(), "/"), file: s.silenceFile},
		version: s.opts.Version,
	}
	return nil
}

// begin starts the writers, the maintenance and the empty configuration.
func (s *Server) begin() error {
	first, list, err := s.build(Input{})
	if err != nil {
		return fmt.Errorf("open alertmanager: %w", err)
	}
	if list.HasErrors() {
		return fmt.Errorf("open alertmanager: the empty configuration: %s", list)
	}
	s.running.Go(func() { s.silenceFile.run(s.stop) })
	s.running.Go(func() { s.logFile.run(s.stop) })
	s.running.Go(func() {
		s.silences.Maintenance(maintenanceInterval, "", s.stop, collector(s.silences.GC, s.silenceFile))
	})
	s.running.Go(func() { s.log.Maintenance(maintenanceInterval, "", s.stop, collector(s.log.GC, s.logFile)) })
	first.load(s)
	first.start(s, nil, s.startDelay())
	s.publish(first)
	return nil
}

// collector returns what drops the expired; upstream's Maintenance calls it and counts.
func collector(gc func() (int, error), file *stateFile) func() (int64, error) {
	return func() (int64, error) {
		n, err := gc()
		if n > 0 {
			file.changed()
		}
		info, statErr := os.Stat(file.path)
		if statErr != nil {
			return 0, err // Nothing was ever written.
		}
		return info.Size(), err
	}
}

func (s *Server) startDelay() time.Duration { return time.Until(s.opened.Add(s.opts.StartDelay)) }

// publish makes a started generation the one that everybody sees.
func (s *Server) publish(g *generation) {
	s.active.Store(g)
	s.api.Update(g.conf, g.mute(s))
	s.metrics.activated(g)
}

// Handler serves Alertmanager's API below /api/v2/.
func (s *Server) Handler() http.Handler { return s.handler }

// Notifications returns the last attempts, oldest first.
func (s *Server) Notifications() []Notification { return s.history.list() }

// ErrClosed is returned by what needs a server that runs.
var ErrClosed = errors.New("alertmanager: the server is closed")

// Close ends everything: it waits for attempts under way as Commit does, until
// the context ends at most, and writes what is not on disk yet. Handlers must
// not be in use any more. Calling it again does nothing.
func (s *Server) Close(ctx context.Context) error {
	s.activation.Lock()
	defer s.activation.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	timeout := s.opts.DrainTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	g := s.active.Load()
	g.drain(timeout)
	g.stopDispatcher()
	g.retire()
	s.alerts.Close()
	close(s.stop)
	s.running.Wait()
	s.reg.unregisterAll()
	return errors.Join(s.silenceFile.unsaved(), s.logFile.unsaved())
}
