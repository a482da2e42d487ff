package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/revision"
)

// Deploy stores a bundle and has it run. The error is an *api.ConflictError,
// an *api.RejectedError, or about what failed; what ran before runs then.
func (s *Server) Deploy(ctx context.Context, b *bundle.Bundle, c api.Change) (api.Result, error) {
	if err := api.NewManifest(b, c).Check(); err != nil {
		return api.Result{}, err
	}
	for _, o := range b.Objects() {
		if err := s.store.PutBlob(o.Body); err != nil {
			return api.Result{}, err
		}
	}
	return s.deploy(ctx, b, c)
}

// deploy has a bundle run whose bodies are stored.
func (s *Server) deploy(ctx context.Context, b *bundle.Bundle, c api.Change) (api.Result, error) {
	m := revision.Manifest{
		Environment: b.Env(), Author: c.Author, Message: c.Message, Commit: c.Commit,
		Created: s.opts.Now().UTC(), Validated: true,
	}
	return s.switchTo(ctx, b, c, revision.Deploy, func() error {
		_, err := s.store.Put(b, m)
		return err
	})
}

// Activate has a stored revision run again. Errors are as those of Deploy, and
// besides revision.ErrNotFound.
func (s *Server) Activate(ctx context.Context, id bundle.Hash, c api.Change) (api.Result, error) {
	b, _, err := s.store.Bundle(id)
	if err != nil {
		return api.Result{}, err
	}
	return s.switchTo(ctx, b, c, revision.Rollback, func() error { return nil })
}

// switchTo has a bundle run, one activation at a time.
func (s *Server) switchTo(ctx context.Context, b *bundle.Bundle, c api.Change, why revision.Reason, store func() error) (api.Result, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return api.Result{}, err
	}
	defer release()
	if err := s.checkBase(c.Base); err != nil {
		return api.Result{}, err
	}
	id := b.Revision()
	if active := s.running.Load(); active.bundle != nil && active.activation.Revision == id && active.activation.Environment == b.Env() {
		return api.Result{FormatVersion: api.FormatVersion, Activation: wireActivation(active.activation), Unchanged: true}, nil
	}
	a := &attempt{server: s, bundle: b, validate: true}
	a.record = func() (revision.Activation, error) {
		now := s.opts.Now().UTC()
		activation := revision.Activation{
			Time: now, Revision: id, Environment: b.Env(), By: c.Author, Message: c.Message, Reason: why,
		}
		if err := store(); err != nil {
			return activation, err
		}
		return activation, s.store.Activate(activation)
	}
	if err := s.observe(ctx, a); err != nil {
		return api.Result{}, err
	}
	s.collect(ctx)
	return api.Result{
		FormatVersion: api.FormatVersion, Activation: wireActivation(s.running.Load().activation), Diagnostics: a.diags.Sort(),
	}, nil
}

// Reload reads secrets again and has the active revision run with them.
func (s *Server) Reload(ctx context.Context) error {
	release, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer release()
	old := s.running.Load()
	if old.bundle == nil {
		return nil
	}
	return s.observe(ctx, &attempt{
		server: s, bundle: old.bundle,
		record: func() (revision.Activation, error) { return old.activation, nil },
	})
}

// begin waits for its turn to activate.
func (s *Server) begin(ctx context.Context) (release func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.closed {
		<-s.turn
		return nil, ErrClosed
	}
	return func() { <-s.turn }, nil
}

// checkBase returns an *api.ConflictError if something else runs than a change
// was based on.
func (s *Server) checkBase(base *bundle.Hash) error {
	var active bundle.Hash
	if r := s.running.Load(); r.bundle != nil {
		active = r.activation.Revision
	}
	if base != nil && *base != active {
		return &api.ConflictError{Active: active}
	}
	return nil
}

// observe runs an attempt and counts how it went.
func (s *Server) observe(ctx context.Context, a *attempt) error {
	start := s.opts.Now()
	err := a.run(ctx)
	if err == nil {
		err = rejected(a.diags.Sort())
	}
	s.metrics.attempted(err, s.opts.Now().Sub(start))
	id := a.bundle.Revision().Short()
	switch reject := (*api.RejectedError)(nil); {
	case errors.As(err, &reject):
		s.opts.Logger.WarnContext(ctx, "revision was rejected", "revision", id, "findings", len(reject.Diagnostics))
	case err != nil:
		s.opts.Logger.ErrorContext(ctx, "revision was not activated", "revision", id, "err", err)
		return fmt.Errorf("activate revision %s: %w", id, err)
	default:
		s.metrics.activated(s.running.Load())
		s.opts.Logger.InfoContext(ctx, "revision is active", "revision", id, "environment", a.bundle.Env())
	}
	return err
}

// collectEvery is after how many activations old revisions are removed.
const collectEvery = 20

func (s *Server) collect(ctx context.Context) {
	if s.activations++; s.activations%collectEvery != 0 {
		return
	}
	if _, err := s.store.Collect(); err != nil {
		s.opts.Logger.WarnContext(ctx, "old revisions could not be removed", "err", err)
	}
}
