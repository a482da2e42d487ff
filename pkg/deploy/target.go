package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Capabilities say what a target can do.
type Capabilities struct {
	// Kinds are the kinds of objects that it runs.
	Kinds []bundle.Kind
	// Atomic: it switches as a whole or not at all.
	Atomic bool
	// Validates: it judges a bundle before it runs it.
	Validates bool
	// Guarded: it refuses a change that is based on something else than what
	// is live.
	Guarded bool
	// Rollback: it can run an earlier revision without its sources; the target
	// is a Rollbacker.
	Rollback bool
}

// Change says who changes something and why.
type Change struct {
	Author, Message string
	// Commit is the commit of the sources.
	Commit string
}

// Outcome is what applying a bundle came to.
type Outcome struct {
	// Revision is the one that is live now.
	Revision bundle.Hash
	// Unchanged: it was live before.
	Unchanged bool
	// Diagnostics are the target's findings about what it runs, led back to
	// the sources.
	Diagnostics diag.List
}

// ErrNothingLive is returned by Live for a target that runs nothing of ours.
var ErrNothingLive = errors.New("nothing is deployed yet")

// Target is a place that bundles are deployed to. It is safe for concurrent
// use.
type Target interface {
	// Capabilities says what the target can do, without asking it.
	Capabilities() Capabilities
	// Live reads what the target runs. Bodies that stand in known, which may be
	// nil, need not be fetched. The error is ErrNothingLive if there is
	// nothing, wrapped or not.
	Live(ctx context.Context, known *bundle.Bundle) (*bundle.Bundle, error)
	// Apply has the target run a bundle in the place of live, which is what
	// Live returned, or nil for nothing. Applying what is live changes
	// nothing. The error is a *ConflictError or a *RejectedError if the target
	// refuses, and what it ran before still runs.
	Apply(ctx context.Context, live, b *bundle.Bundle, c Change) (Outcome, error)
}

// Rollbacker is a Target that can run an earlier revision again.
type Rollbacker interface {
	// Activate has the target run a revision that it knows, named by as many
	// digits as tell it from the others. The errors are those of Apply.
	Activate(ctx context.Context, revision string, c Change) (Outcome, error)
}

// Settler is a Target that can tell whether what it was given has run.
type Settler interface {
	// Settled reports whether everything ran at least once; if not, what is
	// waited for.
	Settled(ctx context.Context) (done bool, waiting string, err error)
}

// ConflictError means that the target runs something else by now than the
// change was based on.
type ConflictError struct {
	// Live is what it runs, zero if nothing.
	Live bundle.Hash
}

// Error names what the target runs.
func (e *ConflictError) Error() string {
	if e.Live.IsZero() {
		return "the target runs nothing by now, which the change was not based on"
	}
	return fmt.Sprintf("the target runs revision %s by now, which the change was not based on", e.Live.Short())
}

// RejectedError means that the target found errors in the bundle.
type RejectedError struct {
	// Diagnostics are its findings, led back to the sources.
	Diagnostics diag.List
}

// Error counts the errors.
func (e *RejectedError) Error() string {
	return fmt.Sprintf("the target found %d errors in the bundle", e.Diagnostics.Count(diag.Error))
}

// TimeoutError means that a target did not settle in time.
type TimeoutError struct {
	// Waiting is what it was waited for last.
	Waiting string
}

// Error says what was waited for.
func (e *TimeoutError) Error() string {
	if e.Waiting == "" {
		return "the target has not settled in time"
	}
	return "the target has not settled in time: waiting for " + e.Waiting
}

// Wait asks a target again and again, at an interval, until it has settled or
// ctx ends. A deadline that passes is a *TimeoutError.
func Wait(ctx context.Context, s Settler, interval time.Duration) error {
	var last TimeoutError
	for {
		done, waiting, err := s.Settled(ctx)
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return &last
		case err != nil:
			return err
		case done:
			return nil
		}
		last.Waiting = waiting
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
	}
}
