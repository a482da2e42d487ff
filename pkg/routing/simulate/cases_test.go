package simulate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// rest are cases that were found, or are known, to be easy to get wrong.
func rest(t *testing.T) []played {
	const hook = "receivers: [{name: hook, webhook_configs: [{url: 'http://localhost'}]}, {name: none}]\n"
	const timers = "group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h"
	return []played{
		{
			name:       "a group that is empty is gone, and waits again",
			config:     hook + "route: {receiver: hook, " + timers + "}",
			deliveries: "0s fire alertname=A\n6m resolve alertname=A\n20m fire alertname=A", until: "25m",
			want: `
30s hook firing: A | webhook/0 first notification
10m30s hook resolved: A! | webhook/0 all alerts resolved
20m30s hook firing: A | webhook/0 first notification
`,
		},
		{
			name:       "what fires and resolves between two flushes is not told",
			config:     hook + "route: {receiver: hook, " + timers + "}",
			deliveries: "0s fire alertname=A\n10s resolve alertname=A", until: "20m",
		},
		{
			name:       "an alert that resolves and fires again between two flushes has not changed",
			config:     hook + "route: {receiver: hook, " + timers + "}",
			deliveries: "0s fire alertname=A\n1m resolve alertname=A\n2m fire alertname=A", until: "20m",
			want: "\n30s hook firing: A | webhook/0 first notification\n",
		},
		{
			// The second was not told that the first alert had ended, so it is no
			// news to it that it fires.
			name: "each integration has its own log",
			config: `
receivers: [{name: hook, webhook_configs: [{url: 'http://localhost'}, {url: 'http://localhost', send_resolved: false}]}]
route: {receiver: hook, ` + timers + `}`,
			deliveries: "0s fire alertname=A instance=1\n0s fire alertname=A instance=2\n1m resolve alertname=A instance=1\n6m resolve alertname=A instance=2\n7m fire alertname=A instance=1", until: "15m",
			want: `
30s hook firing: A1 A2 | webhook/0 first notification | webhook/1 first notification
5m30s hook firing: A1! A2 | webhook/0 some alerts resolved
10m30s hook firing: A1 A2! | webhook/0 new alerts added
`,
		},
		{
			name:       "continue goes on to siblings, and every route groups for itself",
			config:     hook + "route: {receiver: none, " + timers + ", routes: [{matchers: [alertname=A], receiver: hook, continue: true, group_by: ['...']}, {receiver: hook, group_wait: 1m, matchers: ['job=~\".*\"']}]}",
			deliveries: "0s fire alertname=A instance=1\n0s fire alertname=A instance=2", until: "2m",
			want: `
30s hook firing: A1 | webhook/0 first notification
30s hook firing: A2 | webhook/0 first notification
1m0s hook firing: A1 A2 | webhook/0 first notification
`,
		},
		{
			// The key of a group is made of matchers: these two share what the
			// receiver has been told.
			name:       "routes with equal matchers and receiver are one to the notification log",
			config:     hook + "route: {receiver: none, " + timers + ", routes: [{matchers: [alertname=A], receiver: hook, continue: true}, {matchers: [alertname=A], receiver: hook, group_wait: 1m}]}",
			deliveries: "0s fire alertname=A", until: "4m",
			want: "\n30s hook firing: A | webhook/0 first notification\n",
		},
		{
			name:       "the log forgets after twice the repeat interval, at the next quarter of an hour",
			config:     hook + "route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 5m}",
			deliveries: "0s fire alertname=A\n1m resolve alertname=A\n20m fire alertname=A", until: "22m",
			silences: []simulate.Silence{{Matchers: matchers(t, "alertname=A"), From: epoch.Add(time.Minute), Until: epoch.Add(10 * time.Minute)}},
			want: `
30s hook firing: A | webhook/0 first notification
20m30s hook firing: A | webhook/0 first notification
`,
		},
		{
			name:       "and until then an alert that fires again, its end not told, is a repetition",
			config:     hook + "route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 5m}",
			deliveries: "0s fire alertname=A\n1m resolve alertname=A\n9m fire alertname=A", until: "10m",
			silences: []simulate.Silence{{Matchers: matchers(t, "alertname=A"), From: epoch.Add(time.Minute), Until: epoch.Add(6 * time.Minute)}},
			want: `
30s hook firing: A | webhook/0 first notification
9m30s hook firing: A | webhook/0 repeat interval elapsed
`,
		},
		{
			name:       "an alert that is posted after its end begins at its end, unless what it replaces is still known",
			config:     hook + "route: {receiver: hook, " + timers + "}",
			deliveries: "0s post alertname=A starts=-10m ends=1m\n40s post alertname=A starts=-5m ends=2m", until: "6m",
			want: `
0s hook firing: A | webhook/0 first notification
5m0s hook resolved: A! | webhook/0 all alerts resolved
`,
		},
		{
			name: "inhibition is judged at the flush",
			config: hook + "route: {receiver: hook, " + timers + `}
inhibit_rules: [{source_matchers: [alertname=S], target_matchers: [alertname=T], equal: [job]}]`,
			deliveries: "0s fire alertname=T\n29s fire alertname=S\n5m fire alertname=S\n6m resolve alertname=S", until: "12m",
			want: `
59s hook firing: S | webhook/0 first notification
10m30s hook firing: T | webhook/0 first notification
10m59s hook resolved: S! | webhook/0 all alerts resolved
`,
		},
		{
			name: "an alert on both sides of a rule is not inhibited by another such, nor by itself",
			config: hook + "route: {receiver: hook, group_by: ['...'], group_wait: 30s, group_interval: 5m, repeat_interval: 1h" + `}
inhibit_rules: [{source_matchers: [severity=page], target_matchers: [job=x]}]`,
			deliveries: "0s fire alertname=A severity=page job=x\n0s fire alertname=B severity=page job=x\n0s fire alertname=C job=x", until: "1m",
			want: `
30s hook firing: A | webhook/0 first notification
30s hook firing: B | webhook/0 first notification
`,
		},
		{
			name: "intervals are in their time zone, mute at the flush, and do not inherit",
			config: hook + `
route: {receiver: none, ` + timers + `, routes: [{receiver: hook, matchers: ['alertname=~"A|B"'], active_time_intervals: [work], routes: [{matchers: [alertname=B]}]}]}
time_intervals: [{name: work, time_intervals: [{times: [{start_time: '01:10', end_time: '01:20'}], location: Europe/Berlin}]}]`,
			deliveries: "0s fire alertname=A\n0s fire alertname=B", until: "30m",
			want: `
30s hook firing: B | webhook/0 first notification
10m30s hook firing: A | webhook/0 first notification
`,
		},
	}
}

// TestHeld says that a held alert is one that its sender repeats, as
// Prometheus does: every minute, with an end four minutes ahead.
func TestHeld(t *testing.T) {
	for seed := range uint64(10) {
		c := generate(t, seed, epoch)
		begun := map[string]time.Time{}
		for i := range c.deliveries {
			// Prometheus tells when an alert has begun, and has ended.
			a, key := &c.deliveries[i].Alert, fmt.Sprint(c.deliveries[i].Alert.Labels)
			if begun[key].IsZero() {
				begun[key] = c.deliveries[i].At
			}
			a.StartsAt, a.EndsAt = begun[key], time.Time{}
			if i%3 == 2 {
				a.EndsAt, begun[key] = c.deliveries[i].At, time.Time{}
			}
		}
		held, repeated := c, c
		held.deliveries, repeated.deliveries = nil, nil
		for i, d := range c.deliveries {
			h := d
			h.Held = d.Alert.EndsAt.IsZero()
			held.deliveries = append(held.deliveries, h)
			if !h.Held {
				repeated.deliveries = append(repeated.deliveries, d)
				continue
			}
			until := c.until
			for _, later := range c.deliveries[i+1:] {
				if cmp.Equal(later.Alert.Labels, d.Alert.Labels) {
					until = later.At
					break
				}
			}
			for at := d.At; !at.After(until); at = at.Add(time.Minute) {
				d.At, d.Alert.EndsAt = at, at.Add(4*time.Minute)
				repeated.deliveries = append(repeated.deliveries, d)
			}
		}
		want, _ := simulated(t, repeated)
		got, _ := simulated(t, held)
		if diff := cmp.Diff(shorten(want), shorten(got)); diff != "" {
			t.Fatalf("seed %d (-repeated +held)\n%s", seed, diff)
		}
	}
}

func TestSuppressed(t *testing.T) {
	cfg := load(t, `
route:
  receiver: hook
  group_by: [alertname]
  routes:
  - {matchers: [job=night], mute_time_intervals: [night, weekend], active_time_intervals: [work]}
receivers: [{name: hook, webhook_configs: [{url: 'http://localhost'}]}, {name: other}]
inhibit_rules:
- {name: down, source_matchers: [alertname=Down], target_matchers: [alertname!=Down], equal: [instance]}
time_intervals:
- {name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}
- {name: weekend, time_intervals: [{weekdays: ['saturday', 'sunday']}]}
- {name: work, time_intervals: [{times: [{start_time: '08:00', end_time: '17:00'}]}]}
`)
	tl, err := simulate.Run(t.Context(), simulate.Options{
		Config: cfg, Until: at(t, "10h"),
		Deliveries: deliveries(t, "1h fire alertname=Down instance=1\n2h resolve alertname=Down instance=1\n3h fire alertname=Down instance=1"),
		Silences:   []simulate.Silence{{ID: "s1", Comment: "moving", Matchers: matchers(t, "instance=1"), Until: at(t, "1h30m")}},
	})
	check(t, err)
	tests := []struct {
		at, labels, receiver string
		want                 string
	}{
		{"0s", "alertname=A instance=1", "hook", "silence s1"},
		{"1h", "alertname=A instance=1", "hook", "inhibition down by Down, silence s1"},
		{"1h30m", "alertname=A instance=1", "", "inhibition down by Down, silence s1"},
		{"1h31m", "alertname=A instance=1", "hook", "inhibition down by Down"},
		{"2h", "alertname=A instance=1", "hook", ""},
		{"4h", "alertname=A instance=2", "hook", ""},
		{"4h", "alertname=Down instance=1", "hook", ""},
		{"4h", "alertname=A job=night", "hook", "outside time_interval work, time_interval night"},
		{"7h", "alertname=A job=night", "hook", "outside time_interval work"},
		{"7h", "alertname=A job=night", "other", ""},
		{"9h", "alertname=A job=night instance=1", "hook", "inhibition down by Down"},
	}
	for _, tt := range tests {
		d := deliveries(t, tt.at+" fire "+tt.labels)[0]
		var got []string
		for _, by := range tl.Suppressed(d.Alert.Labels, tt.receiver, d.At) {
			text := fmt.Sprintf("%s %s", by.Kind, by.Name)
			if by.Active {
				text = "outside " + text
			}
			if by.Source != nil {
				text += " by " + by.Source["alertname"]
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("at %s, %s to %q: %q, want %q", tt.at, tt.labels, tt.receiver, text, tt.want)
		}
	}
}

// TestTimes looks at what versions of one alert are merged to.
func TestTimes(t *testing.T) {
	tests := []struct{ name, deliveries, want string }{
		{"an update keeps the earlier start", "0s fire alertname=A starts=0s\n10s fire alertname=A starts=10s", "firing 0s"},
		{"a resolved alert that fires again later starts anew", "0s post alertname=A starts=0s ends=5s\n10s fire alertname=A starts=10s", "firing 10s"},
		{"an end that was given outlives an earlier one", "0s post alertname=A starts=0s ends=20m\n10s post alertname=A starts=5s ends=12m", "resolved 0s 20m0s"},
		{"an end that was assumed does not", "0s post alertname=A starts=0s\n10s post alertname=A starts=5s ends=1m", "resolved 0s 1m0s"},
		{"of two ends that are past the later one counts", "0s post alertname=A starts=-2m ends=-10s\n10s post alertname=A starts=-1m ends=-30s", "resolved -2m0s -10s"},
		{"nothing is left to merge after a collection", "0s post alertname=A starts=-1m ends=1m\n31m post alertname=A starts=30s ends=32m", "resolved 30s 32m0s"},
		{"but before it there is", "0s post alertname=A starts=-1m ends=1m\n29m post alertname=A starts=30s ends=32m", "resolved -1m0s 32m0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var last simulate.FlushedAlert
			_, err := simulate.Run(t.Context(), simulate.Options{
				Config:     load(t, "route: {receiver: none, group_wait: 30s, group_interval: 5m}\nreceivers: [{name: none}]"),
				Deliveries: deliveries(t, tt.deliveries), Start: epoch, Until: at(t, "40m"),
				OnFlush: func(f simulate.Flush) { last = f.Alerts[0] },
			})
			check(t, err)
			got := fmt.Sprintf("%s %s", last.Status, last.StartsAt.Sub(epoch))
			if !last.EndsAt.IsZero() {
				got += " " + last.EndsAt.Sub(epoch).String()
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestFlushes looks at the account of every flush.
func TestFlushes(t *testing.T) {
	var got strings.Builder
	_, err := simulate.Run(t.Context(), simulate.Options{
		Config: load(t, `
route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: 'http://localhost'}]}]
inhibit_rules: [{name: down, source_matchers: [alertname=Down], target_matchers: [alertname=A]}]
`),
		Deliveries: deliveries(t, "0s fire alertname=A\n10s fire alertname=Down"), Until: at(t, "6m"),
		OnFlush: func(f simulate.Flush) {
			fmt.Fprintf(&got, "%s %s notified %t:", f.At.Sub(epoch), f.GroupKey, f.Notification != nil)
			for _, a := range f.Alerts {
				fmt.Fprintf(&got, " %s %d", a.Labels["alertname"], len(a.By))
			}
			got.WriteString("\n")
		},
	})
	check(t, err)
	want := `30s {}:{alertname="A"} notified false: A 1
40s {}:{alertname="Down"} notified true: Down 0
5m30s {}:{alertname="A"} notified false: A 1
5m40s {}:{alertname="Down"} notified false: Down 0
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("flushes (-want +got):\n%s", diff)
	}
}

// TestNewNotification previews a notification to a receiver that sends resolved
// alerts with one of its integrations only.
func TestNewNotification(t *testing.T) {
	cfg := load(t, `
route: {receiver: other, routes: [{receiver: hook, matchers: [job=x], group_by: [alertname, absent]}]}
receivers:
- {name: other}
- {name: hook, webhook_configs: [{url: 'http://localhost'}, {url: 'http://localhost', send_resolved: false}]}
`)
	alerts := []simulate.NotifiedAlert{
		{Status: simulate.Firing, Alert: simulate.Alert{Labels: map[string]string{"alertname": "A", "job": "x"}}},
		{Status: simulate.Resolved, Alert: simulate.Alert{Labels: map[string]string{"alertname": "A", "job": "x", "instance": "1"}, EndsAt: epoch}},
	}
	route := routing.NewTree(cfg).Match(alerts[0].Labels)[0]
	n := simulate.NewNotification(cfg, route, alerts, epoch)
	if n.GroupKey != `{}/{job="x"}:{alertname="A"}` || n.Status != simulate.Firing || len(n.Integrations) != 2 || len(n.Integrations[1].Alerts) != 1 {
		t.Errorf("firing: %+v", n)
	}
	n = simulate.NewNotification(cfg, route, alerts[1:], epoch)
	if n.Status != simulate.Resolved || len(n.Integrations) != 1 || n.Integrations[0].String() != "webhook/0" {
		t.Errorf("resolved: %+v", n)
	}
	r, _ := simulate.NewRenderer(cfg, nil, externalURL)
	if got, err := r.Render(n, "webhook/0"); err != nil || !strings.Contains(got.Fields["payload"], `"annotations":{}`) {
		t.Errorf("payload %v, %v", got, err)
	}
	if got := simulate.Integrations(cfg, "hook"); len(got) != 2 || got[1].String() != "webhook/1" || simulate.Integrations(cfg, "none") != nil {
		t.Errorf("integrations %v", got)
	}
}

// TestCancelled says that a long simulation can be interrupted.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := simulate.Options{
		Config: load(t, "route: {receiver: none, group_interval: 1s}\nreceivers: [{name: none}]"), Deliveries: deliveries(t, "0s fire alertname=A"),
		Until: epoch.AddDate(100, 0, 0), OnFlush: func(simulate.Flush) { cancel() },
	}
	if _, err := simulate.Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := simulate.Run(t.Context(), simulate.Options{}); err == nil {
		t.Error("no error without a configuration")
	}
}

func TestRejected(t *testing.T) {
	tl, err := simulate.Run(t.Context(), simulate.Options{
		Config:     load(t, "route: {receiver: none}\nreceivers: [{name: none}]"),
		Deliveries: deliveries(t, "0s fire\n1m post alertname=A starts=2m ends=1m"), Until: at(t, "1h"),
	})
	check(t, err)
	var got []string
	for _, r := range tl.Rejected {
		got = append(got, r.Reason)
	}
	if diff := cmp.Diff([]string{"at least one label pair required", "start time must be before end time"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestDeterministic runs everything twice.
func TestDeterministic(t *testing.T) {
	for seed := range uint64(10) {
		c := generate(t, seed, epoch)
		var got [2]string
		for i := range got {
			_, tl := simulated(t, c)
			var b strings.Builder
			for _, n := range tl.Notifications {
				fmt.Fprintln(&b, n.At, n.GroupKey, n.Route.Pointer, n.Receiver, n.Reason, n.Alerts, n.Integrations)
			}
			for _, d := range c.deliveries {
				for _, by := range tl.Suppressed(d.Alert.Labels, "", d.At) {
					fmt.Fprintln(&b, by.Kind, by.Name, by.Pointer, by.Source)
				}
			}
			fmt.Fprintln(&b, len(tl.Used.Routes), len(tl.Used.Inhibitions), tl.Used.Intervals, tl.Used.Silences)
			got[i] = b.String()
		}
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Fatalf("seed %d, two runs differ:\n%s", seed, diff)
		}
	}
}
