package am

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"
)

// generation is all that one configuration makes.
type generation struct {
	id        [sha256.Size]byte
	source    []byte
	conf      *config.Config
	tmpl      *template.Template
	routes    *dispatch.Route
	receivers map[string][]notify.Integration // Those that routes lead to.
	intervals *timeinterval.Intervener
	conns     *connections

	// What follows is made when the generation starts.
	muted      marker.GroupMarker
	inhibitor  *inhibit.Inhibitor
	gate       *gate
	dispatcher *dispatch.Dispatcher
	stopped    chan struct{} // Closed when it may not start any more.
	starting   sync.WaitGroup
}

// load starts the inhibitor and returns when it knows every alert.
func (g *generation) load(s *Server) {
	g.inhibitor = inhibit.NewInhibitor(s.alerts, g.conf.InhibitRules, s.opts.Logger, eventrecorder.NopRecorder())
	go g.inhibitor.Run()
	g.inhibitor.WaitForLoading()
	g.muted = marker.NewGroupMarker()
	g.gate = newGate(s.pipeline.New(
		g.receivers,
		func() time.Duration { return 0 },
		g.inhibitor,
		s.silencer,
		g.intervals,
		g.muted,
		s.log,
		nil,
	))
}

// start starts the dispatcher, after the delay. Of resolved alerts it takes up
// those that are held.
//
// The delay is not left to the dispatcher: its Stop blocks until a start delay
// has passed (the timer in dispatch.Dispatcher.run).
func (g *generation) start(s *Server, held map[model.Fingerprint]struct{}, delay time.Duration) {
	g.dispatcher = dispatch.NewDispatcher(
		&pendingView{Alerts: s.alerts, held: held},
		g.routes,
		g.gate,
		g.muted,
		func(d time.Duration) time.Duration { return max(d, notify.MinTimeout) },
		groupGCInterval,
		nil,
		s.opts.Logger,
		eventrecorder.NopRecorder(),
		s.dispatcherMetrics,
		g.tmpl,
	)
	if delay <= 0 {
		go g.dispatcher.Run(time.Now())
		g.dispatcher.WaitForLoading()
		return
	}
	g.starting.Go(func() {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			// Loaded, it is sure to be seen by Stop.
			go g.dispatcher.Run(time.Now())
			g.dispatcher.WaitForLoading()
		case <-g.stopped:
		}
	})
}

// drain closes the gate and waits for the attempts under way.
func (g *generation) drain(timeout time.Duration) bool {
	g.gate.close()
	return g.gate.drain(timeout)
}

// retire ends what is left when nothing notifies any more.
func (g *generation) retire() {
	g.inhibitor.Stop()
	g.conns.closeAll()
}

// stopDispatcher ends the dispatcher; its groups can still be listed.
func (g *generation) stopDispatcher() {
	close(g.stopped)
	g.starting.Wait()
	g.dispatcher.Stop()
}

type (
	routeFilter = func(*dispatch.Route) bool
	alertFilter = func(*alert.Alert, time.Time) bool
)

// groups lists the dispatcher's groups, none as long as it has not started.
func (g *generation) groups(ctx context.Context, routes routeFilter, alerts alertFilter) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
	select {
	case <-g.dispatcher.LoadingDone():
		return g.dispatcher.Groups(ctx, routes, alerts)
	default:
		return nil, nil, nil
	}
}

func (g *generation) allGroups(ctx context.Context) (dispatch.AlertGroups, error) {
	groups, _, err := g.groups(ctx, func(*dispatch.Route) bool { return true }, func(*alert.Alert, time.Time) bool { return true })
	return groups, err
}

// mute asks silencer and inhibitor about an alert, for the API; the answer goes
// to the marker in the context.
func (g *generation) mute(s *Server) func(context.Context, model.LabelSet) {
	return func(ctx context.Context, labels model.LabelSet) {
		g.inhibitor.Mutes(ctx, labels)
		s.silencer.Mutes(ctx, labels)
	}
}
