package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/routing/simulate"
)

// scenario is one generated case.
//
// What upstream leaves to chance is kept out of it: no two things happen at one
// instant whose order matters, because the deliveries of one instant, and all
// that follows from them, have a fraction of a second of their own. For the
// same reason alerts that are posted together are new and wait for group_wait,
// and routes with the same key and receiver flush at different seconds.
type scenario struct {
	yaml         string
	config       *config.Config
	deliveries   []simulate.Delivery
	silences     []simulate.Silence
	start, until time.Time
}

type generator struct {
	*rand.Rand
	batches   bool // several alerts are posted at once
	receivers int
	intervals int
	b         strings.Builder
}

// generate returns the case of a seed, which begins at an instant.
func generate(t *testing.T, seed uint64, start time.Time) scenario {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
	g.batches = g.chance(40)
	g.receivers = 1 + g.IntN(3)
	g.intervals = g.IntN(3)
	c := scenario{start: start}
	c.yaml = g.configuration()
	c.config = load(t, c.yaml)
	c.deliveries, c.until = g.timeline(start)
	for range g.IntN(3) {
		// Most begin and end when some group is flushed.
		from := pick(g, c.deliveries...).At.Add(pick(g, 0, 10*time.Second, 2*time.Minute))
		from = from.Add(time.Duration(g.IntN(60)) * 30 * time.Second)
		c.silences = append(c.silences, simulate.Silence{
			Matchers: parse(t, g.matcher()), From: from, Until: from.Add(time.Duration(g.IntN(100)) * 30 * time.Second),
		})
		if s := &c.silences[len(c.silences)-1]; s.Matchers.Matches(nil) {
			s.Matchers = append(s.Matchers, parse(t, `alertname=~".+"`)...)
		}
	}
	return c
}

func parse(t *testing.T, one string) labels.Matchers { return matchers(t, one) }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) seconds(below time.Duration) time.Duration {
	return time.Duration(g.IntN(int(below/time.Second))) * time.Second
}

func (g *generator) configuration() string {
	g.f("global: {resolve_timeout: %s}", pick(g, "5m", "1m30s", "20m"))
	g.f("receivers:")
	for i := range g.receivers {
		g.f("- name: r%d", i)
		hooks := g.IntN(3)
		if hooks > 0 {
			g.f("  webhook_configs:")
		}
		for range hooks {
			g.f("  - {url: 'http://localhost', send_resolved: %t}", g.chance(60))
		}
		if g.chance(30) {
			g.f("  webex_configs: [{room_id: r, api_url: 'http://localhost', http_config: {authorization: {credentials: x}}}]")
		}
	}
	if g.intervals > 0 {
		g.f(pick(g, "time_intervals:", "mute_time_intervals:"))
	}
	for i := range g.intervals {
		g.f("- name: i%d\n  time_intervals:", i)
		for range 1 + g.IntN(2) {
			g.f("  - %s", g.interval())
		}
	}
	if n := g.IntN(4); n > 0 {
		g.f("inhibit_rules:")
		for range n {
			g.f("- {%s, %s, equal: [%s]}", g.part("source"), g.part("target"), strings.Join(g.names(2), ", "))
		}
	}
	g.f("route:")
	g.route(0, "  ", "")
	return g.b.String()
}

// part is one side of an inhibition rule, in one of its three forms.
func (g *generator) part(side string) string {
	switch g.IntN(5) {
	case 0:
		return side + "_match: {" + pick(g, "alertname: A", "severity: page", "job: ''") + "}"
	case 1:
		return side + "_match_re: {" + pick(g, "alertname: 'A|B'", "severity: p.*", "instance: '[12]?'") + "}"
	}
	return side + "_matchers: [" + g.matcherList() + "]"
}

func (g *generator) f(format string, args ...any) { fmt.Fprintf(&g.b, format+"\n", args...) }

func (g *generator) interval() string {
	var parts []string
	if g.chance(80) {
		from := g.IntN(6 * 60)
		to := from + 1 + g.IntN(120)
		parts = append(parts, fmt.Sprintf("times: [{start_time: '%02d:%02d', end_time: '%02d:%02d'}]", from/60, from%60, to/60, to%60))
	}
	if g.chance(30) {
		parts = append(parts, "weekdays: ["+pick(g, "saturday", "friday", "monday:friday")+"]")
	}
	if g.chance(20) {
		parts = append(parts, "days_of_month: ["+pick(g, "'1:2'", "'-1'", "31")+"]")
	}
	if g.chance(40) || len(parts) == 0 {
		parts = append(parts, "location: "+pick(g, "Europe/Berlin", "America/New_York", "Asia/Kolkata"))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (g *generator) names(most int) []string {
	list := []string{"alertname", "instance", "job", "severity", "absent"}
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:g.IntN(most+1)]
}

func (g *generator) matcher() string {
	return pick(g,
		`alertname="A"`, `alertname="B"`, `alertname=~"A|B"`, `alertname!="C"`, `severity="page"`, `severity!="page"`,
		`severity=~"page|warn"`, `instance="1"`, `instance!~"1|2"`, `job=""`, `job="api"`, `absent=""`, `severity=~".*"`)
}

func (g *generator) matcherList() string {
	list := []string{"'" + g.matcher() + "'"}
	for g.chance(35) {
		list = append(list, "'"+g.matcher()+"'")
	}
	return strings.Join(list, ", ")
}

// route writes a route and its children. What is given is a line of its own.
func (g *generator) route(depth int, indent, matchers string) {
	line := func(format string, args ...any) { g.f(indent+format, args...) }
	receiver := g.IntN(g.receivers)
	if depth == 0 || g.chance(60) {
		line("receiver: r%d", receiver)
	}
	if matchers != "" {
		line("matchers: [%s]", matchers)
		line("continue: %t", g.chance(35))
	}
	g.timers(depth, line)
	if depth > 0 && g.intervals > 0 {
		if g.chance(30) {
			line("mute_time_intervals: [%s]", g.someIntervals())
		}
		if g.chance(30) {
			line("active_time_intervals: [%s]", g.someIntervals())
		}
	}
	if g.chance(25) {
		line("labels: {%s: %s}", pick(g, "team", "url"), pick(g, "x", "'{{ .GroupLabels.alertname }}'", "'{{ .Alerts.Firing | len }}{{ routeLabels \"team\" }}'", "'{{ .Nothing }}'"))
	}
	if n := g.IntN(4); depth < 3 && n > 0 {
		line("routes:")
		used := map[string]bool{}
		for range n {
			m := g.matcherList()
			if used[m] {
				continue
			}
			used[m] = true
			line("-")
			g.route(depth+1, indent+"  ", m)
			if g.batches && g.chance(30) {
				// The groups of both have the same key, and share what the
				// receiver was told.
				line("- {matchers: [%s], group_by: [alertname], group_wait: %s, group_interval: 3m}", m, pick(g, "13s", "41s"))
			}
		}
	}
}

func (g *generator) timers(depth int, line func(string, ...any)) {
	if depth == 0 || g.chance(50) {
		waits := []string{"10s", "30s", "2m"}
		if !g.batches {
			waits = append(waits, "0s")
		}
		line("group_wait: %s", pick(g, waits...))
	}
	if depth == 0 || g.chance(50) {
		line("group_interval: %s", pick(g, "30s", "1m", "5m", "17m"))
	}
	if depth == 0 || g.chance(50) {
		line("repeat_interval: %s", pick(g, "2m", "10m", "1h", "4h"))
	}
	switch {
	case g.chance(15):
		line("group_by: ['...']")
	case g.chance(60):
		line("group_by: [%s]", strings.Join(g.names(3), ", "))
	}
}

func (g *generator) someIntervals() string {
	list := []string{fmt.Sprintf("i%d", g.IntN(g.intervals))}
	if g.chance(30) {
		list = append(list, fmt.Sprintf("i%d", g.IntN(g.intervals)))
	}
	return strings.Join(list, ", ")
}

// timeline generates what is delivered, and until when the case is played.
func (g *generator) timeline(start time.Time) ([]simulate.Delivery, time.Time) {
	pool := make([]map[string]string, 2+g.IntN(6))
	for i := range pool {
		pool[i] = map[string]string{"alertname": pick(g, "A", "B", "C")}
		for _, l := range []struct {
			name   string
			values []string
		}{{"instance", []string{"1", "2", "3", ""}}, {"job", []string{"api", "db", ""}}, {"severity", []string{"page", "warn", ""}}} {
			if v := pick(g, l.values...); v != "" || g.chance(30) {
				pool[i][l.name] = v // a label without value is dropped
			}
		}
	}
	return g.deliveries(pool, start)
}

func (g *generator) deliveries(pool []map[string]string, start time.Time) ([]simulate.Delivery, time.Time) {
	// An alert is not posted twice in one request: which comes last is chance.
	seen := map[string]bool{}
	pool = slices.DeleteFunc(pool, func(set map[string]string) bool {
		key := labelSet(set).String()
		defer func() { seen[key] = true }()
		return seen[key]
	})
	var out []simulate.Delivery
	now := start
	pace := pick(g, 20*time.Second, 2*time.Minute, 10*time.Minute, 40*time.Minute)
	for i := range 3 + g.IntN(40) {
		now = now.Add(g.seconds(pace)).Truncate(time.Second).Add(time.Second + time.Duration(i+1)*time.Millisecond)
		if !g.batches {
			out = append(out, g.delivery(pick(g, pool...), now, true))
			continue
		}
		g.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		for _, set := range pool[:1+g.IntN(min(len(pool), 3))] {
			out = append(out, g.delivery(set, now, false))
		}
	}
	return out, now.Add(g.seconds(3*time.Hour) + time.Minute).Truncate(time.Second).Add(999 * time.Millisecond)
}

// delivery generates one alert; an old one may begin long ago.
func (g *generator) delivery(set map[string]string, now time.Time, old bool) simulate.Delivery {
	d := simulate.Delivery{At: now, Alert: simulate.Alert{Labels: set, GeneratorURL: "http://prometheus.example.org"}}
	if g.chance(50) {
		d.Alert.Annotations = map[string]string{"summary": pick(g, "one", "two", "")}
	}
	d.Alert.StartsAt = pick(g, time.Time{}, now)
	if old {
		d.Alert.StartsAt = pick(g, time.Time{}, now, now.Add(-g.seconds(time.Hour)), now.Truncate(time.Hour), now.Add(g.seconds(time.Minute)))
	}
	d.Alert.EndsAt = pick(g, time.Time{}, now, now.Add(-g.seconds(10*time.Minute)), now.Add(g.seconds(10*time.Minute)),
		now.Add(4*time.Minute), now.Add(g.seconds(5*time.Hour)))
	if !old && !d.Alert.EndsAt.IsZero() && d.Alert.EndsAt.Before(now) {
		d.Alert.EndsAt = now // else it would begin when it ends, long ago
	}
	return d
}

// labelSet is an alert's labels as upstream has them: without those that have
// no value.
func labelSet(m map[string]string) model.LabelSet {
	out := model.LabelSet{}
	for k, v := range m {
		if v != "" {
			out[model.LabelName(k)] = model.LabelValue(v)
		}
	}
	return out
}
