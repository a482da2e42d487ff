package routing_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/routing"
)

func load(t *testing.T, text string) *routing.Tree {
	t.Helper()
	cfg, err := routing.LoadConfig([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return routing.NewTree(cfg)
}

func TestReach(t *testing.T) {
	tree := load(t, `
route:
  receiver: default
  routes:
  - {receiver: a, matchers: [team="a"]}
  - receiver: pager
    matchers: [severity="critical"]
    routes:
    - {receiver: a-pager, matchers: [team="a"], continue: true}
    - {receiver: night, matchers: ['shift!=""']}
  - {receiver: rest, matchers: ['team=~"b|c"']}
receivers: [{name: default}, {name: a}, {name: pager}, {name: a-pager}, {name: night}, {name: rest}]
`)
	for _, tc := range []struct {
		name  string
		known map[string]string // missing means unknown
		want  string
	}{
		{"nothing is known", nil, "a? a-pager? night? pager? rest? default?"},
		{"all is known", map[string]string{"team": "a", "severity": "critical", "shift": ""}, "a"},
		{"an earlier route takes it for certain", map[string]string{"team": "a"}, "a"},
		{"no team", map[string]string{"team": "", "severity": "critical"}, "night? pager?"},
		{"no team, no shift", map[string]string{"team": "", "severity": "critical", "shift": ""}, "pager"},
		{"the root takes what no other does", map[string]string{"team": "z", "severity": "info"}, "default"},
		{"the severity is unknown", map[string]string{"team": "b", "shift": ""}, "pager? rest?"},
	} {
		var got []string
		for _, r := range tree.Reach(func(name string) (string, bool) { v, ok := tc.known[name]; return v, ok }) {
			text := r.Route.Receiver
			if r.Certainty == routing.Possible {
				text += "?"
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// TestReachAgreesWithMatch holds Reach against upstream's Match: for all
// values that unknown labels can have, what is certain is always among the
// routes, and all routes are among what is possible.
func TestReachAgreesWithMatch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same trees every time are wanted
	names, values := []string{"a", "b", "c"}, []string{"", "x", "y", "z"}
	var routes func(depth int) string
	routes = func(depth int) string {
		var out []string
		for range rng.IntN(4) {
			matchers := []string{}
			for range 1 + rng.IntN(2) {
				op := []string{"=", "!=", "=~", "!~"}[rng.IntN(4)]
				value := values[1+rng.IntN(3)]
				if strings.HasSuffix(op, "~") {
					value += "|x"
				}
				matchers = append(matchers, fmt.Sprintf(`'%s%s"%s"'`, names[rng.IntN(3)], op, value))
			}
			r := fmt.Sprintf("{receiver: r, matchers: [%s], continue: %v", strings.Join(matchers, ", "), rng.IntN(3) == 0)
			if depth > 0 {
				r += ", routes: " + routes(depth-1)
			}
			out = append(out, r+"}")
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	for range 200 {
		text := "route: {receiver: r, routes: " + routes(2) + "}\nreceivers: [{name: r}]\n"
		tree := load(t, text)
		for _, known := range []map[string]string{{}, {"a": "x"}, {"a": "", "b": "y"}, {"a": "z", "b": "", "c": "x"}} {
			certain, possible := map[string]bool{}, map[string]bool{}
			for _, r := range tree.Reach(func(name string) (string, bool) { v, ok := known[name]; return v, ok }) {
				possible[r.Route.Pointer] = true
				certain[r.Route.Pointer] = r.Certainty == routing.Certain
			}
			everyAlert(names, values, known, func(alert map[string]string) {
				matched := map[string]bool{}
				for _, r := range tree.Match(alert) {
					matched[r.Pointer] = true
					if !possible[r.Pointer] {
						t.Fatalf("%v ends in %s, which is not possible with %v known in\n%s", alert, r.Pointer, known, text)
					}
				}
				for p, sure := range certain {
					if sure && !matched[p] {
						t.Fatalf("%v does not end in %s, which is certain with %v known in\n%s", alert, p, known, text)
					}
				}
				if len(known) == len(names) && len(matched) != len(possible) {
					t.Fatalf("all is known of %v, and yet %v are possible, not %v", alert, possible, matched)
				}
			})
		}
	}
}

// everyAlert visits the alerts that agree with what is known.
func everyAlert(names, values []string, known map[string]string, visit func(map[string]string)) {
	var fill func(rest []string, alert map[string]string)
	fill = func(rest []string, alert map[string]string) {
		if len(rest) == 0 {
			visit(alert)
			return
		}
		choices := values
		if v, ok := known[rest[0]]; ok {
			choices = []string{v}
		}
		for _, v := range choices {
			alert[rest[0]] = v
			if v == "" {
				delete(alert, rest[0])
			}
			fill(rest[1:], alert)
		}
		delete(alert, rest[0])
	}
	fill(names, map[string]string{})
}

func TestInhibitions(t *testing.T) {
	cfg, err := routing.LoadConfig([]byte(`
route: {receiver: r}
receivers: [{name: r}]
inhibit_rules:
- {source_matchers: [severity="critical"], target_match: {severity: warning}, target_match_re: {team: 'a|b'}, equal: [job, alertname]}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := routing.Inhibitions(cfg)
	if len(got) != 1 || got[0].Pointer != "/inhibit_rules/0" || strings.Join(got[0].Equal, " ") != "alertname job" {
		t.Fatalf("inhibitions: %+v", got)
	}
	critical := func(name string) (string, bool) { return "critical", name == "severity" }
	warning := func(name string) (string, bool) { return "warning", name == "severity" }
	if got[0].Inhibits(critical) != routing.Certain || got[0].Concerns(critical) != routing.Never || got[0].Concerns(warning) != routing.Possible {
		t.Errorf("source %v, target %v %v", got[0].Inhibits(critical), got[0].Concerns(critical), got[0].Concerns(warning))
	}
}
