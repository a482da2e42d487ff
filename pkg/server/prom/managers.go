package prom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"time"

	"github.com/alecthomas/units"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/features"
	"github.com/prometheus/prometheus/util/logging"

	// All service discovery types, so that any prometheus.yml loads.
	_ "github.com/prometheus/prometheus/plugins"
)

// scraperRef hands the scrape manager to remote storage, which is made first.
type scraperRef struct{ manager *scrape.Manager }

// Get implements remote.ReadyScrapeManager.
func (r *scraperRef) Get() (*scrape.Manager, error) {
	if r.manager == nil {
		return nil, errors.New("scrape manager not ready")
	}
	return r.manager, nil
}

// newScrapeManager adapts scrape.NewManager.
func newScrapeManager(o Options, appendable storage.AppendableV2, registry features.Collector) (*scrape.Manager, error) {
	opts := &scrape.Options{
		DiscoveryReloadInterval:  model.Duration(o.DiscoveryInterval),
		DiscoveryReloadOnStartup: true,
		FeatureRegistry:          registry,
	}
	if o.EagerScrape {
		// The wait before the first scrape is this plus an offset below the
		// interval (scrape/scrape.go, getScrapeOffset); below zero is
		// at once.
		opts.InitialScrapeOffset = math.MinInt64 / 2
	}
	return scrape.NewManager(
		opts,
		o.Logger.With("component", "scrape manager"),
		logging.NewJSONFileLogger,
		nil, appendable,
		o.Registerer,
	)
}

// finder is a discovery manager and its life.
type finder struct {
	*discovery.Manager
	cancel context.CancelFunc
}

func newFinder(name string, o Options, metrics *discovery.SDMetrics, registry features.Collector) (*finder, error) {
	ctx, cancel := context.WithCancel(context.Background())
	m := discovery.NewManager(ctx,
		o.Logger.With("component", "discovery manager "+name), o.Registerer, metrics,
		discovery.Name(name), discovery.FeatureRegistry(registry), discovery.Updatert(o.DiscoveryInterval))
	if m == nil { // it has logged why
		cancel()
		return nil, fmt.Errorf("create the discovery manager %q", name)
	}
	return &finder{Manager: m, cancel: cancel}, nil
}

// apply is ApplyConfig, which returns no error if a discoverer cannot be made
// (discovery/manager.go, registerProviders).
func (f *finder) apply(sets map[string]discovery.Configs) error {
	if err := f.ApplyConfig(sets); err != nil {
		return err
	}
	providers := f.Providers()
	for set, configs := range sets {
		for _, c := range configs {
			if !runs(providers, c) {
				return fmt.Errorf("start %s discovery of %q", c.Name(), set)
			}
		}
	}
	return nil
}

func runs(providers []*discovery.Provider, c discovery.Config) bool {
	for _, p := range providers {
		if reflect.DeepEqual(p.Config(), c) {
			return true
		}
	}
	return false
}

func scrapeSets(cfg *config.Config) (map[string]discovery.Configs, error) {
	configs, err := cfg.GetScrapeConfigs()
	if err != nil {
		return nil, err
	}
	sets := make(map[string]discovery.Configs, len(configs))
	for _, c := range configs {
		sets[c.JobName] = c.ServiceDiscoveryConfigs
	}
	return sets, nil
}

func alertmanagerSets(cfg *config.Config) map[string]discovery.Configs {
	sets := make(map[string]discovery.Configs)
	for name, c := range cfg.AlertingConfig.AlertmanagerConfigs.ToMap() {
		sets[name] = c.ServiceDiscoveryConfigs
	}
	return sets
}

// newNotifier adapts notifier.NewManager; the registerer may be nil. The queue
// is that of cmd/prometheus.
func newNotifier(registerer prometheus.Registerer, logger *slog.Logger) *notifier.Manager {
	opts := &notifier.Options{
		QueueCapacity:   10_000,
		DrainOnShutdown: true,
		MaxBatchSize:    notifier.DefaultMaxBatchSize,
		Registerer:      registerer,
	}
	return notifier.NewManager(opts, model.UTF8Validation, logger.With("component", "notifier"))
}

// ruleOptions adapts rules.ManagerOptions. Alerts of rules are queried from
// local storage, everything else from local and remote.
func ruleOptions(o Options, local *localStorage, fanout storage.Storage, q *queries, d *dispatcher) *rules.ManagerOptions {
	return &rules.ManagerOptions{
		NameValidationScheme: model.UTF8Validation,
		ExternalURL:          o.ExternalURL,
		QueryFunc:            rules.EngineQueryFunc(q, fanout),
		NotifyFunc:           d.notifyFunc(o.ExternalURL.String()),
		Appendable:           fanout,
		Queryable:            local,
		Logger:               o.Logger.With("component", "rules"),
		Registerer:           o.Registerer,
		Metrics:              rules.NewGroupMetrics(o.Registerer),
		OutageTolerance:      o.OutageTolerance,
		ForGracePeriod:       o.ForGracePeriod,
		ResendDelay:          o.ResendDelay,
		Parser:               o.Features.Parser(),
	}
}

// discoveryMetrics registers the metrics of service discovery.
func discoveryMetrics(registerer prometheus.Registerer) (*discovery.SDMetrics, error) {
	if err := discovery.RegisterK8sClientMetricsWithPrometheus(registerer); err != nil {
		return nil, err
	}
	return discovery.CreateAndRegisterSDMetrics(registerer)
}

// probe makes a discoverer and lets it go. Metrics are thrown away.
func probe(ctx context.Context, c discovery.Config, set string, metrics *discovery.SDMetrics) error {
	d, err := c.NewDiscoverer(discovery.DiscovererOptions{
		Logger:  slog.New(slog.DiscardHandler),
		Metrics: metrics.MechanismMetrics[c.Name()],
		SetName: set,
	})
	if err != nil {
		return err
	}
	switch c.Name() {
	case "serverset", "nerve":
		// These connect when they are made and let go when Run ends
		// (discovery/zookeeper).
		ended, cancel := context.WithCancel(ctx)
		cancel()
		go d.Run(ended, nil)
	}
	return nil
}

// retentionOf is the retention that the options say.
func retentionOf(o Options) *config.TSDBRetentionConfig {
	return &config.TSDBRetentionConfig{Time: model.Duration(o.Retention), Size: units.Base2Bytes(o.RetentionBytes)}
}

// pollInterval is how often waiting parts look again.
const pollInterval = 50 * time.Millisecond
