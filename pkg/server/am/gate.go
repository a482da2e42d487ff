package am

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/notify"
)

// gate is a notify.Stage before all others. Once it is closed nothing enters;
// what is inside and not just calling an integration is told to leave, and
// what is calling one is left alone to finish and to be logged. When the gate
// has drained, the notification log says all there is to know.
type gate struct {
	next notify.Stage

	mu     sync.Mutex
	closed bool
	inside map[*pass]struct{}
	empty  chan struct{} // Closed when the gate is closed and nobody is inside.
}

// pass is one run of the pipeline.
type pass struct{ cancel context.CancelFunc }

func newGate(next notify.Stage) *gate {
	return &gate{next: next, inside: map[*pass]struct{}{}, empty: make(chan struct{})}
}

// Exec implements notify.Stage.
func (g *gate) Exec(ctx context.Context, l *slog.Logger, alerts ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	run, p := g.enter(ctx)
	if p == nil {
		// The dispatcher is about to be stopped, which ends the context. An
		// error before that would be logged as a failed notification.
		<-ctx.Done()
		return ctx, nil, ctx.Err()
	}
	_, rest, err := g.next.Exec(run, l, alerts...)
	if told := g.leave(p); told && err != nil {
		<-ctx.Done() // For the same reason.
	}
	return ctx, rest, err
}

type lifeKey struct{}

func (g *gate) enter(ctx context.Context) (context.Context, *pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, nil
	}
	run, cancel := context.WithCancel(context.WithValue(ctx, lifeKey{}, ctx))
	p := &pass{cancel: cancel}
	g.inside[p] = struct{}{}
	return run, p
}

// leave reports whether the pass was told to leave.
func (g *gate) leave(p *pass) bool {
	p.cancel()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, p)
	if g.closed && len(g.inside) == 0 {
		close(g.empty)
	}
	return g.closed
}

// attemptContext returns a context for an attempt inside the gate: it has the
// values of ctx, but ends with what was outside of the gate.
func attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	outside, ok := ctx.Value(lifeKey{}).(context.Context)
	if !ok {
		return context.WithCancel(ctx)
	}
	attempt, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if deadline, ok := outside.Deadline(); ok {
		attempt, cancel = withDeadline(attempt, cancel, deadline)
	}
	stop := context.AfterFunc(outside, cancel)
	return attempt, func() {
		stop()
		cancel()
	}
}

func withDeadline(ctx context.Context, cancel context.CancelFunc, deadline time.Time) (context.Context, context.CancelFunc) {
	timed, stop := context.WithDeadline(ctx, deadline)
	return timed, func() {
		stop()
		cancel()
	}
}

// close lets nobody in any more and tells those inside to leave.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return
	}
	g.closed = true
	for p := range g.inside {
		p.cancel()
	}
	if len(g.inside) == 0 {
		close(g.empty)
	}
}

// drain waits until nobody is inside, and reports whether that was so within
// the time given.
func (g *gate) drain(timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-g.empty:
		return true
	case <-timer.C:
		return false
	}
}
