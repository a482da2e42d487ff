package prom

import (
	"context"
	"sync/atomic"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/rules"
)

// delivery is how a revision wants alerts to be labelled.
type delivery struct {
	externalLabels labels.Labels
	relabelConfigs []*relabel.Config
}

func newDelivery(cfg *config.Config) *delivery {
	return &delivery{
		externalLabels: cfg.GlobalConfig.ExternalLabels,
		relabelConfigs: cfg.AlertingConfig.AlertRelabelConfigs,
	}
}

// label returns the alerts as they leave the server: external labels where the
// alert has no such label, then alert relabelling, which may drop an alert. It
// is notifier.relabelAlerts, which upstream does not export; a test compares
// it with what upstream's notifier posts.
func (d *delivery) label(alerts []*notifier.Alert) []*notifier.Alert {
	builder := labels.NewBuilder(labels.EmptyLabels())
	var out []*notifier.Alert
	for _, alert := range alerts {
		builder.Reset(alert.Labels)
		d.externalLabels.Range(func(l labels.Label) {
			if alert.Labels.Get(l.Name) == "" {
				builder.Set(l.Name, l.Value)
			}
		})
		if !relabel.ProcessBuilder(builder, d.relabelConfigs...) {
			continue
		}
		if labelled := builder.Labels(); !labels.Equal(labelled, alert.Labels) {
			// Rules keep their alerts: the original stays as it is.
			changed := *alert
			changed.Labels = labelled
			alert = &changed
		}
		out = append(out, alert)
	}
	return out
}

// dispatcher hands the alerts of rule evaluations to Options.Alerts and to
// Alertmanagers outside of the process.
type dispatcher struct {
	external *notifier.Manager
	alerts   AlertFunc
	current  atomic.Pointer[delivery]
}

// notifyFunc is what rule evaluations call.
func (d *dispatcher) notifyFunc(externalURL string) rules.NotifyFunc {
	return func(ctx context.Context, expr string, active ...*rules.Alert) {
		var batch collector
		rules.SendAlerts(&batch, externalURL)(ctx, expr, active...)
		if len(batch.alerts) == 0 {
			return
		}
		// The notifier labels for itself.
		d.external.Send(batch.alerts...)
		if d.alerts == nil {
			return
		}
		if labelled := d.current.Load().label(batch.alerts); len(labelled) > 0 {
			d.alerts(ctx, labelled)
		}
	}
}

// collector is a rules.Sender that keeps what it is sent.
type collector struct{ alerts []*notifier.Alert }

// Send implements rules.Sender.
func (c *collector) Send(alerts ...*notifier.Alert) { c.alerts = append(c.alerts, alerts...) }
