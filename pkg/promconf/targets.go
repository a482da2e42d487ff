package promconf

import (
	"fmt"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// targets finds static targets that cannot be scraped as they are after
// relabelling, as promtool does (checkTargetGroupsForScrapeConfig). Prometheus
// itself loads the configuration and leaves such a target out.
func targets(diags *diag.List, o bundle.Object, cfg *config.Config) {
	lb := labels.NewBuilder(labels.EmptyLabels())
	for i, job := range cfg.ScrapeConfigs {
		for _, sd := range job.ServiceDiscoveryConfigs {
			static, ok := sd.(discovery.StaticConfig)
			if !ok {
				continue
			}
			for g, group := range static {
				for t, target := range group.Targets {
					if _, err := scrape.PopulateLabels(lb, job, target, group.Labels); err != nil {
						at := fmt.Sprintf("/scrape_configs/%d/static_configs/%d/targets/%d", i, g, t)
						verdict.Errorf(diags, o, "prometheus/invalid", at, "after relabelling, %s", err).Hint = "Prometheus would leave the target out"
					}
				}
			}
		}
	}
}
