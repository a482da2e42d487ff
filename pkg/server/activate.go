package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/revision"
)

// running is what runs. It is not changed once it is made.
type running struct {
	// bundle is nil before the first revision, and activation zero.
	bundle     *bundle.Bundle
	activation revision.Activation
	in         *input
}

// returnTimeout bounds how long it may take to go back to what ran before.
const returnTimeout = 30 * time.Second

// attempt is one activation under way.
type attempt struct {
	server *Server
	bundle *bundle.Bundle
	in     *input
	files  *change
	diags  diag.List
	// validate says that the bundle has not run here before.
	validate bool
	// record makes the activation last; nil if it does already.
	record func() (revision.Activation, error)
}

// run has the bundle run. If it returns errors, in the list or otherwise, what
// ran before still runs.
func (a *attempt) run(ctx context.Context) error {
	s := a.server
	if err := a.check(ctx); err != nil || a.diags.HasErrors() {
		return err
	}
	var err error
	if a.files, err = s.files.plan(filesOf(a.bundle)); err != nil {
		return err
	}
	if !a.files.empty() {
		if err := a.rehearse(ctx); err != nil || a.diags.HasErrors() {
			return err
		}
		if err := a.files.apply(); err != nil {
			return errors.Join(err, a.files.undo())
		}
	}
	parts, list, err := s.prepare(ctx, a.in)
	if err != nil || list.HasErrors() {
		parts.discard()
		a.found(list)
		return errors.Join(a.in.cleanError(err), a.files.undo())
	}
	a.found(list)
	// From here on a client that goes away does not leave half a switch.
	ctx = context.WithoutCancel(ctx)
	activation, err := a.commit(ctx, parts)
	if err != nil {
		return errors.Join(a.in.cleanError(err), a.goBack(ctx))
	}
	s.running.Store(&running{bundle: a.bundle, activation: activation, in: a.in})
	if err := a.files.finish(); err != nil {
		s.opts.Logger.WarnContext(ctx, "obsolete files could not be removed; the next activation tries again", "err", err)
	}
	return nil
}

// check resolves secrets and validates.
func (a *attempt) check(ctx context.Context) error {
	for _, o := range a.bundle.Objects() {
		if o.Ref.Kind.IsRaw() || a.server.plain.has(o) {
			continue
		}
		if _, err := o.Value(); err != nil {
			d := a.diags.Errorf("bundle/body", o.Origin.At(""), "the body of %s is neither JSON nor YAML", o.Ref)
			d.Object, d.Detail = o.Ref.String(), err.Error()
		}
	}
	if a.diags.HasErrors() {
		return nil
	}
	in, list, err := a.server.resolve(ctx, a.bundle)
	a.diags = append(a.diags, list...)
	if err != nil {
		return fmt.Errorf("resolve secrets: %w", err)
	}
	a.in = in
	if a.validate && a.server.opts.Validate != nil {
		// It sees the bundle with its placeholders, so it knows no secret.
		a.diags = append(a.diags, a.server.opts.Validate(ctx, a.bundle)...)
	}
	return ctx.Err()
}

// found takes over findings of the engines.
func (a *attempt) found(list diag.List) {
	a.diags = append(a.diags, a.in.clean(list, a.bundle)...)
}

// rehearse prepares everything on a copy of the files, since preparing reads
// some of them (certificates, further scrape configurations), and files that
// are laid out are seen by what runs.
func (a *attempt) rehearse(ctx context.Context) error {
	defer a.files.unstage()
	if err := a.files.stage(); err != nil {
		return err
	}
	in := *a.in
	in.locate(a.server.files, stagedDir)
	parts, list, err := a.server.prepare(ctx, &in)
	parts.discard()
	if err != nil || list.HasErrors() {
		a.found(list)
	}
	return a.in.cleanError(err)
}

// commit switches the engines and makes it last.
func (a *attempt) commit(ctx context.Context, parts pair) (revision.Activation, error) {
	defer parts.discard()
	if err := parts.alerts.Commit(ctx); err != nil {
		return revision.Activation{}, fmt.Errorf("switch alerting: %w", err)
	}
	if err := parts.metrics.Commit(ctx); err != nil {
		return revision.Activation{}, fmt.Errorf("switch metrics: %w", err)
	}
	return a.record()
}

// goBack has run again what ran before.
func (a *attempt) goBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, returnTimeout)
	defer cancel()
	err := a.files.undo()
	old := a.server.running.Load()
	parts, list, prepareErr := a.server.prepare(ctx, old.in)
	defer parts.discard()
	switch {
	case prepareErr != nil:
		err = errors.Join(err, prepareErr)
	case list.HasErrors():
		err = errors.Join(err, errors.New(list.String()))
	default:
		err = errors.Join(err, parts.alerts.Commit(ctx), parts.metrics.Commit(ctx))
	}
	if err = old.in.cleanError(err); err != nil {
		return fmt.Errorf("and going back to the revision before failed as well: %w", err)
	}
	return nil
}

// pair is a revision that both engines have prepared.
type pair struct{ alerts, metrics prepared }

func (p pair) discard() {
	for _, part := range []prepared{p.alerts, p.metrics} {
		if part != nil {
			part.Discard()
		}
	}
}

// prepare prepares both engines, the second also if the first finds errors.
func (s *Server) prepare(ctx context.Context, in *input) (p pair, list diag.List, err error) {
	var more diag.List
	var amErr, promErr error
	p.alerts, list, amErr = s.engines.alerts.Prepare(ctx, in.alerts)
	p.metrics, more, promErr = s.engines.metrics.Prepare(ctx, in.metrics)
	for i := range list {
		if list[i].Object == "" {
			list[i].Object = string(bundle.Alertmanager)
		}
	}
	return p, append(list, more...), errors.Join(amErr, promErr)
}

// rejected returns the findings as an error if they are one.
func rejected(list diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	return &api.RejectedError{Diagnostics: list}
}
