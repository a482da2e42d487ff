package server

import (
	"context"
	"errors"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/deploy"
)

// Target is one server.
type Target struct {
	client *api.Client
}

var (
	_ deploy.Target     = (*Target)(nil)
	_ deploy.Rollbacker = (*Target)(nil)
	_ deploy.Settler    = (*Target)(nil)
)

// New returns the server that a client talks to.
func New(client *api.Client) *Target { return &Target{client: client} }

// Capabilities implements deploy.Target: the server can do everything.
func (*Target) Capabilities() deploy.Capabilities {
	return deploy.Capabilities{Kinds: bundle.Kinds(), Atomic: true, Validates: true, Guarded: true, Rollback: true}
}

// Live implements deploy.Target.
func (t *Target) Live(ctx context.Context, known *bundle.Bundle) (*bundle.Bundle, error) {
	b, err := t.client.Live(ctx, known)
	if errors.Is(err, api.ErrNoRevision) {
		return nil, deploy.ErrNothingLive
	}
	return b, err
}

// Apply implements deploy.Target.
func (t *Target) Apply(ctx context.Context, live, b *bundle.Bundle, c deploy.Change) (deploy.Outcome, error) {
	var base bundle.Hash
	if live != nil {
		base = live.Revision()
	}
	result, err := t.client.Deploy(ctx, b, api.Change{Author: c.Author, Message: c.Message, Commit: c.Commit, Base: &base})
	return outcome(result, b, err)
}

// Activate implements deploy.Rollbacker.
func (t *Target) Activate(ctx context.Context, revision string, c deploy.Change) (deploy.Outcome, error) {
	status, err := t.client.Status(ctx)
	if err != nil {
		return deploy.Outcome{}, err
	}
	var base bundle.Hash
	if status.Activation != nil {
		base = status.Activation.Revision
	}
	result, err := t.client.Activate(ctx, revision, api.Change{Author: c.Author, Message: c.Message, Base: &base})
	return outcome(result, nil, err)
}

// outcome translates an answer; b is nil where the sources are not at hand.
func outcome(result api.Result, b *bundle.Bundle, err error) (deploy.Outcome, error) {
	var conflict *api.ConflictError
	var rejected *api.RejectedError
	switch {
	case errors.As(err, &conflict):
		return deploy.Outcome{}, &deploy.ConflictError{Live: conflict.Active}
	case errors.As(err, &rejected):
		list := rejected.Diagnostics
		if b != nil {
			list = deploy.Locate(list, b)
		}
		return deploy.Outcome{}, &deploy.RejectedError{Diagnostics: list}
	case err != nil:
		return deploy.Outcome{}, err
	}
	out := deploy.Outcome{Unchanged: result.Unchanged, Diagnostics: result.Diagnostics}
	if result.Activation != nil {
		out.Revision = result.Activation.Revision
	}
	if b != nil {
		out.Diagnostics = deploy.Locate(out.Diagnostics, b)
	}
	return out, nil
}

// Settled implements deploy.Settler.
func (t *Target) Settled(ctx context.Context) (done bool, waiting string, err error) {
	status, err := t.client.Status(ctx)
	return status.Settled, status.Waiting, err
}
