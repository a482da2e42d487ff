package simulate_test

import (
	"context"
	"fmt"
	"time"

	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

func ExampleRun() {
	cfg, err := routing.LoadConfig([]byte(`
route: {receiver: team, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}
receivers:
- name: team
  slack_configs: [{api_url: 'https://slack.example.org', channel: '#team', send_resolved: true}]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	full := map[string]string{"alertname": "DiskFull", "instance": "db1"}
	timeline, err := simulate.Run(context.Background(), simulate.Options{
		Config: cfg, Until: start.Add(time.Hour),
		Deliveries: []simulate.Delivery{
			{At: start, Held: true, Alert: simulate.Alert{Labels: full}},
			{At: start.Add(12 * time.Minute), Alert: simulate.Alert{Labels: full, EndsAt: start.Add(12 * time.Minute)}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	renderer, _ := simulate.NewRenderer(cfg, nil, "https://alertmanager.example.org")
	for _, n := range timeline.Notifications {
		message, err := renderer.Render(n, "slack/0")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %s: %s\n", n.At.Sub(start), n.Receiver, message.Fields["title"])
	}
	// Output:
	// 30s team: [FIRING:1] DiskFull (db1)
	// 15m30s team: [RESOLVED] DiskFull (db1)
}
