package simulate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// epoch is a Monday, 00:00 UTC.
var epoch = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func load(t testing.TB, yaml string) *config.Config {
	t.Helper()
	cfg, err := routing.LoadConfig([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// at reads a duration after the epoch.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return epoch.Add(d)
}

// deliveries reads lines "<at> fire|resolve|post <label>=<value>…": fire holds
// the alert, resolve ends it, post leaves its end to resolve_timeout.
func deliveries(t *testing.T, lines string) []simulate.Delivery {
	t.Helper()
	var out []simulate.Delivery
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		d := simulate.Delivery{At: at(t, f[0]), Alert: simulate.Alert{Labels: map[string]string{}}}
		for _, pair := range f[2:] {
			name, value, _ := strings.Cut(pair, "=")
			switch name {
			case "starts":
				d.Alert.StartsAt = at(t, value)
			case "ends":
				d.Alert.EndsAt = at(t, value)
			default:
				d.Alert.Labels[name] = value
			}
		}
		switch f[1] {
		case "fire":
			d.Held = true
		case "resolve":
			d.Alert.EndsAt = d.At
		}
		out = append(out, d)
	}
	return out
}

// render writes one line for each notification.
func render(tl *simulate.Timeline) string {
	var b strings.Builder
	for _, n := range tl.Notifications {
		fmt.Fprintf(&b, "%s %s %s:", n.At.Sub(epoch), n.Receiver, n.Status)
		for _, a := range n.Alerts {
			fmt.Fprintf(&b, " %s%s", a.Labels["alertname"], a.Labels["instance"])
			if a.Status == simulate.Resolved {
				b.WriteString("!")
			}
		}
		for _, i := range n.Integrations {
			fmt.Fprintf(&b, " | %s %s", i.Integration, i.Reason)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// played is a case: what is configured and delivered, and who is notified.
type played struct {
	name, config, deliveries, until string
	silences                        []simulate.Silence
	want                            string
}

func TestRun(t *testing.T) {
	const base = `
route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: 'http://localhost'}]}]
`
	tests := []played{
		{
			name: "group, change, resolve", config: base, until: "2h",
			deliveries: `
				0s fire alertname=A instance=1
				10s fire alertname=A instance=2
				1m fire alertname=A instance=3
				7m resolve alertname=A instance=1
			`,
			want: `
30s hook firing: A1 A2 | webhook/0 first notification
5m30s hook firing: A1 A2 A3 | webhook/0 new alerts added
10m30s hook firing: A1! A2 A3 | webhook/0 some alerts resolved
1h15m30s hook firing: A2 A3 | webhook/0 repeat interval elapsed
`,
		},
		{
			name: "an alert that is not sent again ends after resolve_timeout", config: base, until: "20m",
			deliveries: "0s post alertname=A",
			want: `
30s hook firing: A | webhook/0 first notification
5m30s hook resolved: A! | webhook/0 all alerts resolved
`,
		},
		{
			name: "an old alert is notified at once", config: base, until: "1m",
			deliveries: "0s fire alertname=A starts=-31s",
			want:       "\n0s hook firing: A | webhook/0 first notification\n",
		},
		{
			name: "a silence holds to its last instant", config: base, until: "20m",
			deliveries: "0s fire alertname=A",
			silences:   []simulate.Silence{{Matchers: matchers(t, `alertname="A"`), From: epoch, Until: epoch.Add(5*time.Minute + 30*time.Second)}},
			want:       "\n10m30s hook firing: A | webhook/0 first notification\n",
		},
	}
	tests = append(tests, rest(t)...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tl, err := simulate.Run(t.Context(), simulate.Options{
				Config: load(t, tt.config), Deliveries: deliveries(t, tt.deliveries), Silences: tt.silences, Until: at(t, tt.until),
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), render(tl)); diff != "" {
				t.Errorf("notifications (-want +got):\n%s", diff)
			}
		})
	}
}

func matchers(t *testing.T, list ...string) labels.Matchers {
	t.Helper()
	var out labels.Matchers
	for _, one := range list {
		m, err := labels.ParseMatcher(one)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}
