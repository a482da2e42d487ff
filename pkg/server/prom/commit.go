package prom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/config"
)

// part is a running part that takes over a configuration.
type part struct {
	name  string
	apply func(*config.Config) error
}

// parts are in the order in which a revision switches them. Scraping and
// notification come before their discovery, because they look up the
// configuration of the targets they are sent (cmd/prometheus says so too).
// Rules are last: by then all they rely on is there.
func (s *Server) parts() []part {
	return []part{
		{"alert delivery", func(cfg *config.Config) error {
			if err := s.dispatch.external.ApplyConfig(cfg); err != nil {
				return err
			}
			s.dispatch.current.Store(newDelivery(cfg))
			return nil
		}},
		{"remote storage", s.remote.ApplyConfig},
		{"storage", s.local.ApplyConfig},
		{"queries", s.queries.apply},
		{"scraping", s.scrape.ApplyConfig},
		{"target discovery", func(cfg *config.Config) error {
			sets, err := scrapeSets(cfg)
			if err != nil {
				return err
			}
			return s.targets.apply(sets)
		}},
		{"Alertmanager discovery", func(cfg *config.Config) error {
			return s.managers.apply(alertmanagerSets(cfg))
		}},
	}
}

// switchTo has every part take over cfg. If one refuses, those that have taken
// it over, and that one, get the active configuration back.
func (s *Server) switchTo(cfg *config.Config) error {
	parts := s.parts()
	for i, p := range parts {
		err := p.apply(cfg)
		if err == nil {
			continue
		}
		err = fmt.Errorf("switch %s: %w", p.name, err)
		previous := s.active.Load()
		if previous == nil {
			return err
		}
		for _, back := range parts[:i+1] {
			if backErr := back.apply(previous.cfg); backErr != nil {
				err = errors.Join(err, fmt.Errorf("switch %s back: %w", back.name, backErr))
			}
		}
		return err
	}
	return nil
}

// Commit switches the server to the revision. An error says which part
// refused; everything then runs as before, unless the error says otherwise.
// Rule groups that are being evaluated change when that is done; Commit does
// not wait for them. A revision can be committed once.
func (p *Prepared) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := p.server
	s.switching.Lock()
	defer s.switching.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case p.spent:
		return errors.New("the revision was committed or discarded before")
	}
	p.spent = true
	if err := s.switchTo(p.cfg); err != nil {
		s.configSuccess.Set(0)
		return fmt.Errorf("activate revision: %w", err)
	}
	s.active.Store(&activation{cfg: p.cfg, at: time.Now(), committed: true})
	begin := start{}
	if !s.evaluating && len(p.specs) > 0 {
		s.evaluating = true
		begin = start{gate: s.afterFirstScrape(), restore: !s.wasEmpty}
	}
	s.scheduler.apply(p.specs, begin)
	s.configSuccess.Set(1)
	s.configSuccessTime.SetToCurrentTime()
	return nil
}

// Discard lets go of a revision that is not committed. After Commit it does
// nothing.
func (p *Prepared) Discard() {
	p.server.switching.Lock()
	defer p.server.switching.Unlock()
	p.spent = true
}

// afterFirstScrape returns a channel that is closed when every target was
// scraped once.
func (s *Server) afterFirstScrape() <-chan struct{} {
	scraped := make(chan struct{})
	s.running.Go(func() {
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for {
			select {
			case <-s.stop:
				return
			case <-tick.C:
			}
			if s.unscraped() == "" {
				close(scraped)
				return
			}
		}
	})
	return scraped
}
