package routing_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

func TestTrace(t *testing.T) {
	tree := load(t, `
route:
  receiver: default
  routes:
  - {receiver: a, matchers: [team="a", 'severity=~"critical|page"']}
  - receiver: b
    matchers: [severity="critical"]
    routes:
    - {receiver: c, matchers: [team="c"], continue: true}
    - {receiver: d, matchers: ['shift!=""']}
    - {receiver: e}
    - {receiver: f}
  - {receiver: rest}
receivers: [{name: default}, {name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: rest}]
`)
	known := map[string]string{"team": "c", "severity": "critical"}
	var got []string
	for _, s := range tree.Trace(func(name string) (string, bool) { v, ok := known[name]; return v, ok }) {
		line := fmt.Sprintf("%s offered %d taken %d ends %d", s.Route.Receiver, s.Offered, s.Taken, s.Ends)
		if s.Before != nil {
			line += " before " + s.Before.Receiver
		}
		for _, m := range s.Tests {
			line += fmt.Sprintf(" [%s %q %v %d]", m.Matcher, m.Value, m.Known, m.Passes)
		}
		got = append(got, line)
	}
	want := []string{
		"default offered 2 taken 2 ends 0",
		`a offered 2 taken 0 ends 0 [severity=~"critical|page" "critical" true 2] [team="a" "c" true 0]`,
		`b offered 2 taken 2 ends 0 [severity="critical" "critical" true 2]`,
		`c offered 2 taken 2 ends 2 [team="c" "c" true 2]`,
		`d offered 2 taken 1 ends 1 [shift!="" "" false 1]`,
		"e offered 1 taken 2 ends 1",
		"f offered 0 taken 0 ends 0 before e",
		"rest offered 0 taken 0 ends 0 before b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Trace (-want +got):\n%s", diff)
	}
}

// randomTree is a configuration with three labels and values that matchers of
// all kinds ask for.
func randomTree(rng *rand.Rand) string {
	var routes func(depth int) string
	next := 0
	routes = func(depth int) string {
		var out []string
		for range rng.IntN(4) {
			var matchers []string
			for range rng.IntN(3) {
				op := []string{"=", "!=", "=~", "!~"}[rng.IntN(4)]
				value := []string{"", "x", "y", "xy"}[rng.IntN(4)]
				if strings.HasSuffix(op, "~") {
					value = []string{"x|y", "x.*", ".+", ".*y", "|x", "[xy]+"}[rng.IntN(6)]
				}
				matchers = append(matchers, fmt.Sprintf("'%s%s%q'", []string{"a", "b", "c"}[rng.IntN(3)], op, value))
			}
			next++
			inner := ""
			if depth > 0 {
				inner = ", routes: [" + routes(depth-1) + "]"
			}
			out = append(out, fmt.Sprintf("{receiver: r%d, continue: %v, matchers: [%s]%s}", next%5, rng.IntN(3) == 0, strings.Join(matchers, ", "), inner))
		}
		return strings.Join(out, ", ")
	}
	return "route: {receiver: r0, routes: [" + routes(2) + "]}\nreceivers: [{name: r0}, {name: r1}, {name: r2}, {name: r3}, {name: r4}]\n"
}

// TestTraceIsReach: what a trace says of the ends is what Reach says, and with
// all labels known it is what upstream's own Match says.
func TestTraceIsReach(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same trees every time are wanted
	values := []string{"", "x", "y", "xy", "z"}
	for range 300 {
		text := randomTree(rng)
		cfg, err := routing.LoadConfig([]byte(text))
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		tree, upstream := routing.NewTree(cfg), dispatch.NewRoute(cfg.Route, nil)
		for range 10 {
			known := map[string]string{}
			set := model.LabelSet{}
			for _, name := range []string{"a", "b", "c"} {
				value := values[rng.IntN(len(values))]
				set[model.LabelName(name)] = model.LabelValue(value)
				if rng.IntN(3) > 0 {
					known[name] = value
				}
			}
			label := func(name string) (string, bool) { v, ok := known[name]; return v, ok }
			var ends, reached []string
			for _, s := range tree.Trace(label) {
				if s.Ends != routing.Never {
					ends = append(ends, fmt.Sprint(s.Route.Pointer, s.Ends))
				}
			}
			for _, r := range tree.Reach(label) {
				reached = append(reached, fmt.Sprint(r.Route.Pointer, r.Certainty))
			}
			slices.Sort(ends)
			slices.Sort(reached)
			if diff := cmp.Diff(reached, ends); diff != "" {
				t.Fatalf("%v in\n%s\n(-Reach +Trace):\n%s", known, text, diff)
			}
			var want, got []string
			for _, r := range upstream.Match(set) {
				want = append(want, r.RouteOpts.Receiver)
			}
			whole := map[string]string{}
			for name, value := range set {
				whole[string(name)] = string(value)
			}
			for _, r := range tree.Reach(routing.Labels(whole)) {
				got = append(got, r.Route.Receiver)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%v in\n%s\n(-upstream +Reach):\n%s", whole, text, diff)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	matcher := func(text string) *labels.Matcher {
		m, err := routing.ParseMatchers(text)
		if err != nil || len(m) != 1 {
			t.Fatal(text, err)
		}
		return m[0]
	}
	for _, tc := range []struct {
		matchers []string
		want     string
	}{
		{[]string{`a="x"`}, `a="x", any other a`},
		{[]string{`a!="x"`, `a="y"`}, `a="x", a="y", any other a`},
		{[]string{`a=~"x|y"`}, `a=~"x|y", any other a`},
		{[]string{`a=~"x|y"`, `a="y"`}, `a="x", a="y", any other a`},
		{[]string{`a=""`}, `another a, no a`},
		{[]string{`a=~".+"`}, `a=~".+", no a`},
		{[]string{`a=~"db-.*"`, `a="db-1"`}, `a="db-1", a=~"db-.*", any other a`},
		{[]string{`a!~"db-.*"`}, `a=~"db-.*", any other a`},
		{[]string{`a=~".*"`}, `a=~".*"`},
	} {
		var matchers labels.Matchers
		for _, m := range tc.matchers {
			matchers = append(matchers, matcher(m))
		}
		var got []string
		for _, c := range routing.Classes(matchers) {
			got = append(got, c.Text)
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("Classes(%v) (-want +got):\n%s", tc.matchers, diff)
		}
	}
}

// TestClassesCover: for matchers of usual shapes, every value behaves as the
// value of some class does.
func TestClassesCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // the same matchers every time are wanted
	shapes := []string{`a="x"`, `a!="y"`, `a=~"x|y|z"`, `a!~"z|w"`, `a=~"x.*"`, `a!~"y.+"`, `a=~".+"`, `a!=""`, `a=~"team-(a|b)"`, `a=~"team-.*"`}
	values := []string{"", "x", "y", "z", "w", "xa", "ya", "q", "team-a", "team-b", "team-c", "team-"}
	for range 500 {
		var matchers labels.Matchers
		for range 1 + rng.IntN(4) {
			m, err := routing.ParseMatchers(shapes[rng.IntN(len(shapes))])
			if err != nil {
				t.Fatal(err)
			}
			matchers = append(matchers, m...)
		}
		sign := func(value string) string {
			var out string
			for _, m := range matchers {
				out += fmt.Sprint(m.Matches(value), " ")
			}
			return out
		}
		known := map[string]bool{}
		for _, c := range routing.Classes(matchers) {
			if known[sign(c.Value)] {
				t.Fatalf("%v: two classes behave the same", matchers)
			}
			known[sign(c.Value)] = true
		}
		for _, v := range values {
			if !known[sign(v)] {
				t.Errorf("%v: no class is like %q", matchers, v)
			}
		}
	}
}

func TestCalendar(t *testing.T) {
	cfg, err := routing.LoadConfig([]byte(`
route:
  receiver: a
  routes:
  - {receiver: a, mute_time_intervals: [night, weekend]}
  - {receiver: a, active_time_intervals: [night, weekend]}
  - {receiver: a, mute_time_intervals: [night], active_time_intervals: [weekend]}
receivers: [{name: a}]
time_intervals:
- {name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}], location: Asia/Tokyo}]}
mute_time_intervals:
- {name: weekend, time_intervals: [{weekdays: [saturday, sunday]}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	calendar, routes := routing.NewCalendar(cfg), routing.NewTree(cfg).Root().Children
	for _, tc := range []struct {
		at   string
		want string // muted, by route
	}{
		{"2026-01-07T12:00:00Z", "false true true"},      // a Wednesday, 21:00 in Tokyo
		{"2026-01-07T20:59:59Z", "true false true"},      // 05:59 in Tokyo
		{"2026-01-07T21:00:00Z", "false true true"},      // 06:00 in Tokyo
		{"2026-01-10T12:00:00Z", "true false false"},     // a Saturday
		{"2026-01-11T00:30:00+09:00", "true false true"}, // Sunday night in Tokyo, still Saturday in UTC
	} {
		at, err := time.Parse(time.RFC3339, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range routes {
			_, muted := calendar.At(r, at)
			got = append(got, fmt.Sprint(muted))
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.at, diff)
		}
	}
	all, _ := calendar.At(routes[2], time.Unix(0, 0))
	var got []string
	for _, o := range all {
		got = append(got, fmt.Sprint(o.Name, o.Active, o.Now, o.Locations))
	}
	if diff := cmp.Diff([]string{"nightfalse false [Asia/Tokyo]", "weekendtrue false [UTC]"}, got); diff != "" {
		t.Errorf("At (-want +got):\n%s", diff)
	}
}

func TestParseLabel(t *testing.T) {
	for _, tc := range []struct{ text, name, value, err string }{
		{"a=b", "a", "b", ""},
		{`a="b c"`, "a", "b c", ""},
		{"a=", "a", "", ""},
		{"a=b=c", "a", "b=c", ""},
		{"a", "", "", `"a" is no label: .*`},
		{"a=~b", "", "", `"a=~b" is a matcher and no label: write name=value`},
		{"a!=b", "", "", `"a!=b" is a matcher and no label: write name=value`},
	} {
		name, value, err := routing.ParseLabel(tc.text)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if name != tc.name || value != tc.value || !regexp.MustCompile("^"+tc.err+"$").MatchString(message) {
			t.Errorf("ParseLabel(%q) = %q, %q, %q", tc.text, name, value, message)
		}
	}
}

func TestInhibitionBetween(t *testing.T) {
	cfg, err := routing.LoadConfig([]byte(`
route: {receiver: a}
receivers: [{name: a}]
inhibit_rules:
- {source_matchers: [severity="critical"], target_matchers: ['severity=~"warning|critical"'], equal: [job, dc]}
`))
	if err != nil {
		t.Fatal(err)
	}
	rule := routing.Inhibitions(cfg)[0]
	some := func(known map[string]string) routing.LabelFunc {
		return func(name string) (string, bool) { v, ok := known[name]; return v, ok }
	}
	for _, tc := range []struct {
		name           string
		source, target map[string]string
		want           routing.Certainty
	}{
		{"all known", map[string]string{"severity": "critical", "job": "a", "dc": ""}, map[string]string{"severity": "warning", "job": "a", "dc": ""}, routing.Certain},
		{"a label is not known", map[string]string{"severity": "critical", "job": "a"}, map[string]string{"severity": "warning", "job": "a", "dc": ""}, routing.Possible},
		{"another job", map[string]string{"severity": "critical", "job": "a"}, map[string]string{"severity": "warning", "job": "b"}, routing.Never},
		{"both match both sides", map[string]string{"severity": "critical", "job": "a", "dc": ""}, map[string]string{"severity": "critical", "job": "a", "dc": ""}, routing.Never},
		{"the target may match both sides", map[string]string{"severity": "critical", "job": "a", "dc": ""}, map[string]string{"job": "a", "dc": ""}, routing.Possible},
		{"no source", map[string]string{"severity": "warning"}, map[string]string{"severity": "warning"}, routing.Never},
	} {
		if got := rule.Between(some(tc.source), some(tc.target)); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestRedactReceiver(t *testing.T) {
	docs, diags := bundle.DecodeYAML("r.yaml", []byte(`
name: a
slack_configs:
- api_url: https://hooks.example.org/token
  channel: '#a'
  http_config: {basic_auth: {username: u, password: 12345}, http_headers: {X-Token: {values: [v], secrets: [s]}}}
webhook_configs: [{url: 'https://example.org/token'}, {url: 'https://secret.invalid/webhook/url'}]
pagerduty_configs: [{routing_key: key, details: {a: b}}]
email_configs: [{to: a@example.org, auth_password: p, auth_username: u}]
`))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	got, err := bundle.Canonical(routing.RedactReceiver(docs[0].Value))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"email_configs":[{"auth_password":"<secret>","auth_username":"u","to":"a@example.org"}],"name":"a",` +
		`"pagerduty_configs":[{"details":{"a":"b"},"routing_key":"<secret>"}],` +
		`"slack_configs":[{"api_url":"<secret>","channel":"#a","http_config":{"basic_auth":{"password":"<secret>","username":"u"},` +
		`"http_headers":{"X-Token":{"secrets":["<secret>"],"values":["<secret>"]}}}}],` +
		`"webhook_configs":[{"url":"<secret>"},{"url":"https://secret.invalid/webhook/url"}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("RedactReceiver (-want +got):\n%s", diff)
	}
}
