package prom

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
)

// Target is something that is scraped.
type Target struct {
	// Pool is the job_name of the scrape configuration.
	Pool string
	// URL is what is fetched, with its parameters.
	URL string
	// Labels are those of its series.
	Labels map[string]string
	// Health is "up", "down" or, before the first scrape, "unknown".
	Health string
	// LastScrape is zero before the first scrape.
	LastScrape   time.Time
	LastDuration time.Duration
	// LastError is empty if the last scrape succeeded.
	LastError string
}

// Targets returns the active targets, sorted by pool and URL.
func (s *Server) Targets() []Target {
	var out []Target
	for pool, targets := range s.scrape.TargetsActive() {
		for _, t := range targets {
			out = append(out, describe(pool, t))
		}
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.URL, b.URL))
	})
	return out
}

func describe(pool string, t *scrape.Target) Target {
	out := Target{
		Pool:         pool,
		URL:          t.URL().String(),
		Labels:       t.Labels(labels.NewBuilder(labels.EmptyLabels())).Map(),
		Health:       string(t.Health()),
		LastScrape:   t.LastScrape(),
		LastDuration: t.LastScrapeDuration(),
	}
	if err := t.LastError(); err != nil {
		out.LastError = err.Error()
	}
	return out
}

// Settled reports whether every target was scraped, and every rule group of
// the active revision evaluated, at least once since the revision added or
// changed it; if not, what is missing.
//
// How many targets a service discovery will find cannot be known: one that has
// found nothing yet is waited for as long as two DiscoveryIntervals.
func (s *Server) Settled() (done bool, waiting string) {
	if !s.active.Load().committed {
		return false, "a first revision"
	}
	if waiting = s.unscraped(); waiting != "" {
		return false, waiting
	}
	if id, found := s.scheduler.unevaluated(); found {
		return false, fmt.Sprintf("rule group %s/%s to be evaluated", id.namespace, id.name)
	}
	return true, ""
}

// unscraped says what target was not scraped yet.
func (s *Server) unscraped() string {
	active := s.active.Load()
	configs, err := active.cfg.GetScrapeConfigs()
	if err != nil {
		return err.Error()
	}
	slices.SortFunc(configs, func(a, b *config.ScrapeConfig) int { return cmp.Compare(a.JobName, b.JobName) })
	targets := s.scrape.TargetsActive()
	dropped := s.scrape.TargetsDroppedCounts()
	late := time.Since(active.at) > 2*s.opts.DiscoveryInterval
	for _, c := range configs {
		pool, known := targets[c.JobName]
		if !known || (!late && len(pool)+dropped[c.JobName] < expected(c)) {
			return fmt.Sprintf("targets of job %q to be discovered", c.JobName)
		}
		for _, t := range pool {
			if t.LastScrape().IsZero() {
				return fmt.Sprintf("target %s of job %q to be scraped", t.URL(), c.JobName)
			}
		}
	}
	return ""
}

// expected returns how many targets the configuration names, or more than can
// be if a discovery has yet to find them.
func expected(c *config.ScrapeConfig) int {
	n := 0
	for _, d := range c.ServiceDiscoveryConfigs {
		static, ok := d.(discovery.StaticConfig)
		if !ok {
			return math.MaxInt
		}
		for _, group := range static {
			n += len(group.Targets)
		}
	}
	return n
}
