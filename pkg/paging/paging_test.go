package paging_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/paging"
)

func object(t *testing.T, ref bundle.Ref, text string) bundle.Object {
	t.Helper()
	docs, diags := bundle.DecodeYAML("test.yaml", []byte(text))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatalf("test input: %d documents, %v in\n%s", len(docs), diags, text)
	}
	o, err := bundle.NewObject(ref, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func config(t *testing.T, text string) *paging.Config {
	t.Helper()
	c, err := paging.Read(object(t, bundle.Ref{Kind: bundle.Alertmanager}, text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return c
}

// alerts are those of a rule group.
func alerts(t *testing.T, group string) []paging.Alert {
	t.Helper()
	b, diags := bundle.New("default", []bundle.Object{
		object(t, bundle.Ref{Kind: bundle.Rules, Space: "a", Name: "g"}, group),
		object(t, bundle.Ref{Kind: bundle.Prometheus}, "global: {external_labels: {dc: tokyo}}"),
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	g, err := depgraph.Build(t.Context(), b, depgraph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return paging.Alerts(g)
}

// lines writes a difference a line a change.
func lines(d paging.Diff) []string {
	var out []string
	for _, c := range d.Changes {
		var list []string
		for _, a := range c.Alerts {
			text := a.Text
			if !a.Certain {
				var when []string
				for _, w := range a.When {
					when = append(when, strings.Join(w, "&"))
				}
				text += " if " + strings.Join(when, " | ")
			}
			list = append(list, text)
		}
		out = append(out, fmt.Sprintf("%s %s: %s -> %s: %s", c.Kind, c.Receivers, c.From, c.To, strings.Join(list, "; ")))
	}
	for _, r := range d.Receivers {
		out = append(out, fmt.Sprintf("%s receiver %s %v", r.Action, r.Name, r.Fields))
	}
	for _, i := range d.Intervals {
		out = append(out, fmt.Sprintf("%s interval %s", i.Action, i.Name))
	}
	return out
}

const rules = `
name: g
rules:
- {alert: HostDown, expr: up == 0, labels: {severity: critical}}
- {alert: Total, expr: sum(x) > 3, labels: {severity: critical, team: db}}
- {alert: Slow, expr: latency > 3, labels: {severity: warning}}
`

const before = `
route:
  receiver: chat
  routes:
  - receiver: pager
    matchers: [severity="critical"]
    routes:
    - {receiver: db, matchers: [team="db"]}
    - {receiver: web, matchers: [team="web"]}
receivers: [{name: chat}, {name: pager}, {name: db}, {name: web}]
time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}]
`

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		name, now, rules string
		want             []string
	}{
		{"nothing", before, rules, nil},
		{"routes change places", strings.NewReplacer("receiver: db", "receiver: web", "receiver: web", "receiver: db").Replace(before), rules, []string{
			`receiver : db -> web: HostDown{severity="critical"} if team="db"; Total{severity="critical", team="db"}`,
			`receiver : web -> db: HostDown{severity="critical"} if team="web"`,
		}},
		{"a route for what has no value", strings.Replace(before, `[team="web"]`, `[team=""]`, 1), rules, []string{
			`receiver : pager -> web: HostDown{severity="critical"} if no team`,
			`receiver : web -> pager: HostDown{severity="critical"} if team="web"`,
		}},
		{"an external label", strings.Replace(before, "  routes:\n", "  routes:\n  - {receiver: web, matchers: [dc=\"tokyo\", severity=\"warning\"]}\n", 1), rules, []string{
			`receiver : chat -> web: Slow{severity="warning"} if dc="tokyo"`, // series may have the label, too
		}},
		{"timers, grouping and intervals", strings.Replace(before, "receiver: db,", "receiver: db, group_wait: 5s, group_by: [job], mute_time_intervals: [night],", 1), rules, []string{
			`intervals db: at all times -> muted in night: HostDown{severity="critical"} if team="db"; Total{severity="critical", team="db"}`,
			`timers db: group_wait 30s -> group_wait 5s: HostDown{severity="critical"} if team="db"; Total{severity="critical", team="db"}`,
			`grouping db: all alerts together -> by job: HostDown{severity="critical"} if team="db"; Total{severity="critical", team="db"}`,
		}},
		{"inhibition", before + "inhibit_rules: [{source_matchers: [severity=\"critical\"], target_matchers: [severity=\"warning\"], equal: [job]}]\n", rules, []string{
			`inhibition chat: by nothing -> by {severity="critical"} of the same job: Slow{severity="warning"}`,
		}},
		{"an alert is new, one is gone", before, strings.Replace(rules, "alert: Total", "alert: Sum", 1), []string{
			`added :  -> db: Sum{severity="critical", team="db"}`,
			`removed : db -> : Total{severity="critical", team="db"}`,
		}},
		{"an alert gets another severity", before, strings.Replace(rules, "warning", "critical", 1), []string{
			`receiver : chat -> db: Slow{severity="critical"} if team="db"`,
			`receiver : chat -> pager: Slow{severity="critical"} if any other team`,
			`receiver : chat -> web: Slow{severity="critical"} if team="web"`,
		}},
		{"receivers and intervals", strings.NewReplacer("{name: web}", "{name: web, pagerduty_configs: [{routing_key: k}]}, {name: new}", "06:00", "07:00").Replace(before), rules, []string{
			"update receiver web [{/pagerduty_configs/0/routing_key  <secret> true}]", "add receiver new []", "update interval night",
		}},
	} {
		d, err := paging.Compare(t.Context(),
			paging.State{Config: config(t, before), Alerts: alerts(t, rules)}, paging.State{Config: config(t, tc.now), Alerts: alerts(t, tc.rules)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.want, lines(d)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		if d.Empty() != (len(tc.want) == 0) {
			t.Errorf("%s: Empty() = %v", tc.name, d.Empty())
		}
	}
}

func TestCompareFromNothing(t *testing.T) {
	d, err := paging.Compare(t.Context(), paging.State{}, paging.State{Config: config(t, before), Alerts: alerts(t, rules)})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(d)[0]; got != `added :  -> chat: Slow{severity="warning"}` {
		t.Errorf("got %s", got)
	}
}

func TestSeen(t *testing.T) {
	seen := paging.ReadTests("test.yaml", []byte(`
tests:
- alert_rule_test:
  - alertname: HostDown
    exp_alerts:
    - exp_labels: {severity: critical, team: web, instance: a}
    - exp_labels: {severity: critical, team: web, instance: a}
  - alertname: Nobody
    exp_alerts: [{exp_labels: {severity: critical}}]
  route_test:
  - labels: {alertname: Elsewhere, severity: critical, team: web}
`))
	if len(seen) != 3 {
		t.Fatalf("seen: %v", seen)
	}
	now := strings.Replace(before, "receiver: web,", "receiver: db,", 1)
	all := paging.AddSeen(alerts(t, rules), seen)
	d, err := paging.Compare(t.Context(), paging.State{Config: config(t, before), Alerts: all}, paging.State{Config: config(t, now), Alerts: all})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`receiver : web -> db: HostDown{severity="critical"} if team="web"; HostDown{instance="a", severity="critical", team="web"}; Elsewhere{severity="critical", team="web"}`,
	}
	if diff := cmp.Diff(want, lines(d)); diff != "" {
		t.Errorf("Compare (-want +got):\n%s", diff)
	}
	if d.Alerts != 3 || d.Seen != 2 {
		t.Errorf("%d alerts, %d seen", d.Alerts, d.Seen)
	}
}

func TestInhibitors(t *testing.T) {
	c := config(t, before+"inhibit_rules: [{source_matchers: [severity=\"critical\"], target_matchers: [severity=\"warning\"], equal: [team]}]\n")
	all := alerts(t, rules)
	slow := all[slices.IndexFunc(all, func(a paging.Alert) bool { return a.Name == "Slow" })]
	var got []string
	for _, i := range c.Inhibitors(slow.With(map[string]string{"team": "db"}), all) {
		for _, s := range i.By {
			got = append(got, fmt.Sprint(i.Certain, s.Alert.Name, s.Certain))
		}
	}
	if diff := cmp.Diff([]string{"trueHostDownfalse", "trueTotaltrue"}, got); diff != "" {
		t.Errorf("Inhibitors (-want +got):\n%s", diff)
	}
}

// TestCompareAgainstAll holds Compare against following all alerts there can
// be: an alert is told differently in some case exactly if it is for some
// values of its unknown labels, and for certain if it is for all.
func TestCompareAgainstAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // the same trees every time are wanted
	values := []string{"", "x", "y", "z", "other"}
	for range 200 {
		oldText, newText := randomConfig(rng), randomConfig(rng)
		old, now := config(t, oldText), config(t, newText)
		known := map[string]string{}
		for _, name := range []string{"a", "b", "c"} {
			if rng.IntN(3) == 0 {
				known[name] = values[rng.IntN(len(values))]
			}
		}
		alert := paging.Anything().With(known)
		d, err := paging.Compare(t.Context(), paging.State{Config: old, Alerts: []paging.Alert{alert}}, paging.State{Config: now, Alerts: []paging.Alert{alert}})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{} // whether it is certain
		for _, c := range d.Changes {
			if c.Kind == paging.Receiver {
				got[c.From+" -> "+c.To] = c.Alerts[0].Certain
			}
		}
		want, total := map[string]int{}, 0
		for _, a := range choices(known, "a", values) {
			for _, b := range choices(known, "b", values) {
				for _, c := range choices(known, "c", values) {
					set := map[string]string{"a": a, "b": b, "c": c}
					from, to := old.Tree.Receivers(set), now.Tree.Receivers(set)
					slices.Sort(from)
					slices.Sort(to)
					total++
					if !slices.Equal(from, to) {
						want[strings.Join(from, ", ")+" -> "+strings.Join(to, ", ")]++
					}
				}
			}
		}
		certain := map[string]bool{}
		for change, n := range want {
			certain[change] = n == total
		}
		if diff := cmp.Diff(certain, got); diff != "" {
			t.Fatalf("%v\n%s\n%s\n(-all +Compare):\n%s", known, oldText, newText, diff)
		}
	}
}

func choices(known map[string]string, name string, values []string) []string {
	if v, ok := known[name]; ok {
		return []string{v}
	}
	return values
}

func randomConfig(rng *rand.Rand) string {
	var routes func(depth int) string
	routes = func(depth int) string {
		var out []string
		for range 1 + rng.IntN(3) {
			var matchers []string
			for range rng.IntN(3) {
				op := []string{"=", "!=", "=~", "!~"}[rng.IntN(4)]
				value := []string{"", "x", "y", "z"}[rng.IntN(4)]
				if strings.HasSuffix(op, "~") {
					value = []string{"x|y", "y|z", ".+"}[rng.IntN(3)]
				}
				matchers = append(matchers, fmt.Sprintf("'%s%s%q'", []string{"a", "b", "c"}[rng.IntN(3)], op, value))
			}
			inner := ""
			if depth > 0 {
				inner = ", routes: [" + routes(depth-1) + "]"
			}
			out = append(out, fmt.Sprintf("{receiver: r%d, continue: %v, matchers: [%s]%s}", rng.IntN(3), rng.IntN(3) == 0, strings.Join(matchers, ", "), inner))
		}
		return strings.Join(out, ", ")
	}
	return "route: {receiver: r0, routes: [" + routes(1) + "]}\nreceivers: [{name: r0}, {name: r1}, {name: r2}]\n"
}

// A receiver with another name and the same integrations tells the same people.
func TestCompareRenamedReceiver(t *testing.T) {
	const old = `
route: {receiver: chat, routes: [{receiver: pager, matchers: [severity="critical"]}]}
receivers:
- {name: chat, webhook_configs: [{url: 'http://localhost/chat'}]}
- {name: pager, pagerduty_configs: [{routing_key: a}]}
`
	for name, tc := range map[string]struct {
		now  *strings.Replacer
		want []string
	}{
		"renamed": {
			strings.NewReplacer("chat,", "talk,", "receiver: pager", "receiver: oncall", "name: pager", "name: oncall"),
			[]string{"rename receiver talk []", "rename receiver oncall []"},
		},
		"renamed, and notified at another pace": {
			strings.NewReplacer("receiver: pager", "receiver: oncall, group_wait: 1s", "name: pager", "name: oncall"),
			[]string{
				`timers oncall: group_wait 30s -> group_wait 1s: HostDown{severity="critical"}; Total{severity="critical"}`,
				"rename receiver oncall []",
			},
		},
		"another one": {
			strings.NewReplacer("receiver: pager", "receiver: oncall", "name: pager", "name: oncall", "routing_key: a", "routing_key: b"),
			[]string{
				`receiver : pager -> oncall: HostDown{severity="critical"}; Total{severity="critical"}`,
				"add receiver oncall []", "remove receiver pager []",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := paging.Compare(t.Context(),
				paging.State{Config: config(t, old), Alerts: alerts(t, rules)}, paging.State{Config: config(t, tc.now.Replace(old)), Alerts: alerts(t, rules)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, lines(d)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
