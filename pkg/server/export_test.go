package server

import (
	"context"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server/am"
	"github.com/monctl/monctl/pkg/server/prom"
)

// Fakes stand for the engines, so that tests can have them fail and look at
// what they are given.
type Fakes struct {
	// PrepareMetrics and PrepareAlerts answer Prepare; nil accepts everything.
	PrepareMetrics func(prom.Input) (diag.List, error)
	PrepareAlerts  func(am.Input) (diag.List, error)
	// CommitMetrics and CommitAlerts answer Commit; nil accepts everything.
	CommitMetrics func(prom.Input) error
	CommitAlerts  func(am.Input) error
	// Handler answers what is asked below /api/v1 and /api/v2.
	Handler http.Handler

	mu sync.Mutex
	// Metrics and Alerts are what runs; Log what was done.
	metrics prom.Input
	alerts  am.Input
	log     []string
}

// Running returns the configurations that run.
func (f *Fakes) Running() (metrics, alerts string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.metrics.Config), string(f.alerts.Config)
}

// Input returns what the engines were given last.
func (f *Fakes) Input() (prom.Input, am.Input) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.metrics, f.alerts
}

// TakeLog returns what was done since it was last called.
func (f *Fakes) TakeLog() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	log := f.log
	f.log = nil
	return log
}

func (f *Fakes) did(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, what)
}

// serve serves Handler, which tests may set later.
func (f *Fakes) serve() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.Handler == nil {
			http.NotFound(w, r)
			return
		}
		f.Handler.ServeHTTP(w, r)
	})
}

// OpenWithFakes opens a server whose engines are fakes.
func OpenWithFakes(ctx context.Context, opts Options, f *Fakes) (*Server, error) {
	return open(ctx, opts, func(context.Context, Options, *prometheus.Registry, *metrics) (engines, error) {
		return engines{metrics: fakeMetrics{f}, alerts: fakeAlerts{f}}, nil
	})
}

// Handler returns what Serve serves, unguarded.
func (s *Server) Handler() http.Handler { return s.handler }

// HandOver is handOver.
var HandOver = handOver

type fakePrepared struct {
	commit  func() error
	discard func()
}

func (p fakePrepared) Commit(context.Context) error { return p.commit() }
func (p fakePrepared) Discard()                     { p.discard() }

type fakeMetrics struct{ *Fakes }

func (f fakeMetrics) Prepare(_ context.Context, in prom.Input) (prepared, diag.List, error) {
	f.did("prepare metrics")
	if f.PrepareMetrics != nil {
		if list, err := f.PrepareMetrics(in); err != nil || list.HasErrors() {
			return nil, list, err
		}
	}
	return fakePrepared{
		commit: func() error {
			f.did("commit metrics")
			if f.CommitMetrics != nil {
				if err := f.CommitMetrics(in); err != nil {
					return err
				}
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			f.metrics = in
			return nil
		},
		discard: func() {},
	}, nil, nil
}

func (f fakeMetrics) Status() ([]prom.Target, string) { return nil, "" }
func (f fakeMetrics) Handler() http.Handler           { return f.serve() }
func (f fakeMetrics) Close(context.Context) error     { f.did("close metrics"); return nil }

type fakeAlerts struct{ *Fakes }

func (f fakeAlerts) Prepare(_ context.Context, in am.Input) (prepared, diag.List, error) {
	f.did("prepare alerts")
	if f.PrepareAlerts != nil {
		if list, err := f.PrepareAlerts(in); err != nil || list.HasErrors() {
			return nil, list, err
		}
	}
	return fakePrepared{
		commit: func() error {
			f.did("commit alerts")
			if f.CommitAlerts != nil {
				if err := f.CommitAlerts(in); err != nil {
					return err
				}
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			f.alerts = in
			return nil
		},
		discard: func() {},
	}, nil, nil
}

func (f fakeAlerts) Notifications() []am.Notification { return nil }
func (f fakeAlerts) Handler() http.Handler            { return f.serve() }
func (f fakeAlerts) Close(context.Context) error      { f.did("close alerts"); return nil }
