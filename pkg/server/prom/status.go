package prom

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
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
// How many targets a service discovery will find cannot be known: it is given
// two DiscoveryIntervals from the activation of the revision. An evaluation
// that came before the first scrape does not count.
func (s *Server) Settled() (done bool, waiting string) {
	if !s.requests.enter() {
		return false, ErrClosed.Error()
	}
	defer s.requests.serving.Done()
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
	age := time.Since(active.at)
	for _, c := range configs {
		pool, known := targets[c.JobName]
		found, patience := len(pool)+dropped[c.JobName], 2*s.opts.DiscoveryInterval
		want, static := expected(c)
		if static {
			// Fewer are found if relabelling makes two targets one.
			patience += staticPatience
		}
		if !known || (found < want && age < patience) {
			return fmt.Sprintf("targets of job %q to be discovered", c.JobName)
		}
		for _, t := range pool {
			if t.LastScrape().IsZero() {
				return waitingFor(c.JobName, t)
			}
		}
	}
	// A target reports its scrape shortly before the samples are committed
	// (scrape/scrape.go, scrapeAndReport), so a look at them decides.
	stored := s.storedTargets()
	for _, c := range configs {
		for _, t := range targets[c.JobName] {
			if !stored[upSeries(t).Hash()] {
				return waitingFor(c.JobName, t)
			}
		}
	}
	return ""
}

func waitingFor(job string, t *scrape.Target) string {
	return fmt.Sprintf("target %s of job %q to be scraped", t.URL(), job)
}

// upSeries is the series that a scrape of the target ends with.
func upSeries(t *scrape.Target) labels.Labels {
	b := labels.NewBuilder(labels.EmptyLabels())
	b.Reset(t.Labels(b))
	return b.Set(model.MetricNameLabel, "up").Labels()
}

// storedTargets returns the hashes of the up series that have a sample since
// the server was opened.
func (s *Server) storedTargets() map[uint64]bool {
	stored := map[uint64]bool{}
	q, err := s.local.Querier(s.born.UnixMilli(), math.MaxInt64)
	if err != nil {
		return stored
	}
	defer q.Close()
	set := q.Select(context.Background(), false, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, "up"))
	var it chunkenc.Iterator
	for set.Next() {
		it = set.At().Iterator(it)
		if it.Next() != chunkenc.ValNone {
			stored[set.At().Labels().Hash()] = true
		}
	}
	return stored
}

// staticPatience is how long static targets may take to be taken over by a
// scrape pool that has much to do.
const staticPatience = 5 * time.Second

// expected returns how many targets the configuration names, and whether it
// names all of them; if not, it is more than can be.
func expected(c *config.ScrapeConfig) (n int, static bool) {
	for _, d := range c.ServiceDiscoveryConfigs {
		groups, ok := d.(discovery.StaticConfig)
		if !ok {
			return math.MaxInt, false
		}
		for _, group := range groups {
			n += len(group.Targets)
		}
	}
	return n, true
}
