package server

import (
	"context"
	"log/slog"

	"github.com/prometheus/prometheus/notifier"

	"github.com/monctl/monctl/pkg/server/am"
	"github.com/monctl/monctl/pkg/server/prom"
)

// handOver passes alerts from the metrics engine to the alerting engine, where
// prometheus would post them to an Alertmanager. A rule states its alerts
// again every minute, so one that is lost here is only late.
func handOver(to *am.Server, logger *slog.Logger) prom.AlertFunc {
	return func(ctx context.Context, alerts []*notifier.Alert) {
		out := make([]*am.Alert, 0, len(alerts))
		for _, a := range alerts {
			out = append(out, &am.Alert{
				Labels:       a.Labels.Map(),
				Annotations:  a.Annotations.Map(),
				StartsAt:     a.StartsAt,
				EndsAt:       a.EndsAt,
				GeneratorURL: a.GeneratorURL,
			})
		}
		if err := to.Put(ctx, out); err != nil {
			logger.WarnContext(ctx, "alerts were not taken", "err", err)
		}
	}
}
