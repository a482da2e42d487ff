package server

import (
	"context"
	"net/http"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server/am"
	"github.com/monctl/monctl/pkg/server/prom"
)

// prepared is a piece of a revision that is ready to run.
type prepared interface {
	// Commit has it run. With an error, what ran before still runs.
	Commit(context.Context) error
	// Discard lets go of it; after Commit it does nothing.
	Discard()
}

// metricsEngine scrapes, stores, evaluates and answers queries.
type metricsEngine interface {
	Prepare(context.Context, prom.Input) (prepared, diag.List, error)
	// Status returns the targets, and what is waited for, if anything.
	Status() (targets []prom.Target, waiting string)
	Handler() http.Handler
	Close(context.Context) error
}

// alertEngine groups, silences and notifies.
type alertEngine interface {
	Prepare(context.Context, am.Input) (prepared, diag.List, error)
	// Notifications returns the last attempts, the oldest first.
	Notifications() []am.Notification
	Handler() http.Handler
	Close(context.Context) error
}

// promEngine is a *prom.Server as a metricsEngine.
type promEngine struct{ *prom.Server }

func (e promEngine) Prepare(ctx context.Context, in prom.Input) (prepared, diag.List, error) {
	p, list, err := e.Server.Prepare(ctx, in)
	if p == nil { // not a prepared that holds a nil pointer
		return nil, list, err
	}
	return p, list, err
}

func (e promEngine) Status() ([]prom.Target, string) {
	_, waiting := e.Settled()
	return e.Targets(), waiting
}

// amEngine is an *am.Server as an alertEngine.
type amEngine struct{ *am.Server }

func (e amEngine) Prepare(ctx context.Context, in am.Input) (prepared, diag.List, error) {
	p, list, err := e.Server.Prepare(ctx, in)
	if p == nil {
		return nil, list, err
	}
	return p, list, err
}

// engines are the two parts that run a revision.
type engines struct {
	metrics metricsEngine
	alerts  alertEngine
}
