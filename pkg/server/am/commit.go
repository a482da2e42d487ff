package am

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/dispatch"
)

// Commit makes what was prepared the active generation; the package comment
// says what that promises. An error means that nothing has changed. The same
// configuration as the active one is no change and no error.
//
// The context can prevent the beginning. Once the gate is closed it is not
// looked at any more: half a switch would be worse than a late one.
func (p *Prepared) Commit(ctx context.Context) error {
	if p.used.Swap(true) {
		return ErrUsed
	}
	s := p.server
	s.activation.Lock()
	defer s.activation.Unlock()
	if s.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	old := s.active.Load()
	if old.id == p.next.id {
		return nil
	}
	p.next.load(s)
	s.replace(context.WithoutCancel(ctx), old, p.next)
	return nil
}

// replace hands over from one generation to the next. The order matters: when
// the groups are listed nothing may notify any more, and when the next
// dispatcher starts the notification log must be in line with its groups.
func (s *Server) replace(ctx context.Context, old, next *generation) {
	if !old.drain(s.opts.DrainTimeout) {
		s.opts.Logger.Warn("a notification outlasts the change of the configuration and may be sent twice", "waited", s.opts.DrainTimeout)
	}
	old.stopDispatcher()
	groups, err := old.allGroups(ctx)
	if err == nil {
		err = s.carryOver(groups, old, next)
	}
	if err != nil {
		// Going on costs repeated notifications, stopping here costs all.
		s.opts.Logger.Error("groups may be notified again after the change of the configuration", "err", fmt.Errorf("carry over the notification log: %w", err))
	}
	next.start(s, held(groups), s.startDelay())
	s.publish(next)
	old.retire()
}

// held returns the alerts that the groups have not told the end of.
func held(groups dispatch.AlertGroups) map[model.Fingerprint]struct{} {
	out := map[model.Fingerprint]struct{}{}
	for _, g := range groups {
		for _, a := range g.Alerts {
			out[a.Fingerprint()] = struct{}{}
		}
	}
	return out
}
