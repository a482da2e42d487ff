package prom

import (
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/notifier"
)

// LabelAlerts is how a server with the configuration labels alerts.
func LabelAlerts(cfg *config.Config, alerts []*notifier.Alert) []*notifier.Alert {
	return newDelivery(cfg).label(alerts)
}
