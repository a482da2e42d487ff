package simulate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// BenchmarkYear plays a year of fifty alerts in one group, a flush every five
// minutes.
func BenchmarkYear(b *testing.B) {
	cfg := load(b, `
route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 12h}
receivers: [{name: hook, webhook_configs: [{url: 'http://localhost', send_resolved: true}]}]
inhibit_rules:
- {source_matchers: ['severity="page"'], target_matchers: ['severity="warn"'], equal: [instance]}
`)
	o := simulate.Options{Config: cfg, Until: epoch.AddDate(1, 0, 0)}
	for i := range 50 {
		o.Deliveries = append(o.Deliveries, simulate.Delivery{At: epoch, Held: true, Alert: simulate.Alert{
			Labels: map[string]string{"alertname": "A", "severity": "warn", "instance": fmt.Sprint(i)}, StartsAt: epoch,
		}})
	}
	for day := range 365 {
		at := epoch.AddDate(0, 0, day)
		page := simulate.Alert{Labels: map[string]string{"alertname": "P", "severity": "page", "instance": "7"}, StartsAt: at, EndsAt: at.Add(time.Hour)}
		o.Deliveries = append(o.Deliveries, simulate.Delivery{At: at, Alert: page})
	}
	for b.Loop() {
		tl, err := simulate.Run(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(tl.Notifications)), "notifications")
	}
}

// BenchmarkRender renders what Slack gets with the default templates.
func BenchmarkRender(b *testing.B) {
	cfg := load(b, `
route: {receiver: all, group_by: [alertname]}
receivers: [{name: all, slack_configs: [{api_url: 'http://localhost', channel: '#c'}]}]
`)
	r, _ := simulate.NewRenderer(cfg, nil, externalURL)
	n := simulate.NewNotification(cfg, routing.NewTree(cfg).Root(), []simulate.NotifiedAlert{{
		Alert: simulate.Alert{Labels: map[string]string{"alertname": "A", "instance": "1"}}, Status: simulate.Firing,
	}}, epoch)
	for b.Loop() {
		if _, err := r.Render(n, "slack/0"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRepeated plays a year of one alert that its sender repeats every
// minute.
func BenchmarkRepeated(b *testing.B) {
	cfg := load(b, `
route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 12h}
receivers: [{name: hook, webhook_configs: [{url: 'http://localhost', send_resolved: true}]}]
`)
	o := simulate.Options{Config: cfg, Until: epoch.AddDate(1, 0, 0)}
	for at := epoch; at.Before(o.Until); at = at.Add(time.Minute) {
		o.Deliveries = append(o.Deliveries, simulate.Delivery{At: at, Held: true, Alert: simulate.Alert{
			Labels:      map[string]string{"alertname": "A", "severity": "warn", "instance": "i", "job": "node"},
			Annotations: map[string]string{"summary": "something is wrong", "runbook_url": "https://runbooks.example.org"},
			StartsAt:    epoch,
		}})
	}
	for b.Loop() {
		if _, err := simulate.Run(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}
