package convert_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/convert"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/render"
)

func options() convert.Options {
	return convert.Options{
		Engine: jsonnet.Own(), Library: lib.FS, Natives: render.Natives(),
		SecretVariable: func(name string) string { return "VARIABLE(" + name + ")" },
	}
}

func run(t testing.TB, file string, data []byte, opts convert.Options) (convert.Result, diag.List) {
	t.Helper()
	r, diags, err := convert.Convert(t.Context(), convert.Source{File: file, Data: data}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r, diags
}

// TestKinds: what a document is, its content says, and every program means what
// its source does and is laid out as the formatter has it.
func TestKinds(t *testing.T) {
	for name, tc := range map[string]struct {
		file, source string
		kind         bundle.Kind
		plain        bool
	}{
		"rule file":          {"a.yaml", "groups: [{name: g, rules: [{record: 'a:b:c', expr: up}]}]", bundle.Rules, false},
		"no groups":          {"a.yaml", "groups: []", bundle.Rules, false},
		"null groups":        {"a.yaml", "groups:", bundle.Rules, true},
		"groups":             {"a.yaml", "[{name: g, rules: [{record: 'a:b:c', expr: up}]}]", bundle.Rules, false},
		"no rules":           {"a.yaml", "groups: [{name: g, rules: []}]", bundle.Rules, false},
		"object":             {"a.yaml", "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: x}, spec: {groups: [{name: g, rules: [{alert: A, expr: up}]}]}}", bundle.Rules, false},
		"list":               {"a.yaml", "{kind: List, items: [{kind: PrometheusRule, spec: {groups: [{name: g, rules: [{alert: A, expr: up}]}]}}]}", bundle.Rules, false},
		"unknown fields":     {"a.yaml", "{groups: [{name: g, partial_response_strategy: warn, rules: [{alert: A, expr: up, odd: 1}], more: [1]}], x: 1}", bundle.Rules, false},
		"odd names":          {"a.yaml", "groups: [{name: 'a/b \"c\"', rules: [{alert: 'x y', expr: 1, labels: {'a.b': 'c', '': ''}}, {record: a, expr: '{\"a.b\"}'}]}]", bundle.Rules, false},
		"odd types":          {"a.yaml", "groups: [{name: 1, limit: x, rules: [{alert: 1, expr: [], for: 0, labels: null}, null, 3]}]", bundle.Rules, false},
		"empty label":        {"a.yaml", "groups: [{name: g, rules: [{alert: A, expr: up, labels: {}, annotations: {}}]}]", bundle.Rules, false},
		"template":           {"a.yaml", "groups: [{name: g, rules: [{alert: A, expr: up, labels: {severity: '{{ $labels.s }}'}}]}]", bundle.Rules, false},
		"JSON":               {"a.json", `{"groups": [{"name": "g", "limit": 1.0, "rules": [{"record": "a:b:c", "expr": "\ud83d\ude00 \/"}]}]}`, bundle.Rules, false},
		"alertmanager":       {"a.yaml", "{route: {receiver: a}, receivers: [{name: a}]}", bundle.Alertmanager, false},
		"old interval names": {"a.yaml", "{route: {receiver: a, routes: [{match: {a: b}, mute_time_intervals: [nights]}]}, receivers: [{name: a}], mute_time_intervals: [{name: nights, time_intervals: []}]}", bundle.Alertmanager, false},
		"odd matchers":       {"a.yaml", `{route: {receiver: a, routes: [{matchers: ['a = "b"', 'c="d\n"', "e=~\"f\""]}, {matchers: [b="1", a="2"]}]}, receivers: [{name: a, labels: {x: z}, slack_configs: [], webhook_configs: [{url: 'http://x', nope: 1}]}], inhibit_rules: []}`, bundle.Alertmanager, false},
		"intervals":          {"a.yaml", "{route: {receiver: a}, receivers: [{name: a}], time_intervals: [{name: nights, time_intervals: [{times: [{start_time: '09:00', end_time: '17:00'}], weekdays: ['monday:friday'], location: UTC}, {times: [{start_time: '09:00'}]}]}]}", bundle.Alertmanager, false},
		"prometheus":         {"a.yaml", "{global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 5s}, rule_files: [a], scrape_configs: [{job_name: a, static_configs: [{targets: [b, c]}, {targets: [d], labels: {e: f}}], sample_limit: 3, tls_config: {}}]}", bundle.Prometheus, false},
		"sections only":      {"a.yaml", "{global: {external_labels: {a: b}}}", bundle.Prometheus, true},
		"dashboard":          {"a.json", `{"title": "T", "uid": "t", "panels": [{"type": "stat", "gridPos": {"h": 1, "w": 2, "x": 0, "y": 0}, "fieldConfig": {"defaults": {"thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": null}, {"color": "red", "value": 80}]}}}}]}`, bundle.Dashboard, false},
		"exported dashboard": {"a.json", `{"meta": {}, "dashboard": {"title": "T", "panels": []}}`, bundle.Dashboard, true},
		"several documents":  {"a.yaml", "groups: [{name: g, rules: [{record: 'a:b:c', expr: up}]}]\n---\n# nothing\n---\ngroups: [{name: h, rules: [{record: 'a:b:c', expr: up}]}]\n", bundle.Rules, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, diags := run(t, tc.file, []byte(tc.source), options())
			if diags.HasErrors() || len(r.Programs) == 0 {
				t.Fatalf("%d programs: %v", len(r.Programs), diags)
			}
			for _, p := range r.Programs {
				if p.Kind != tc.kind || p.Plain != tc.plain {
					t.Errorf("kind %s, plain %v, want %s, %v:\n%s", p.Kind, p.Plain, tc.kind, tc.plain, p.Text)
				}
				if len(r.Programs) == 1 && !strings.Contains(tc.source, "meta") {
					same(t, tc.file, []byte(tc.source), p)
				}
			}
		})
	}
}

// TestTexts: every text survives, whatever is in it.
func TestTexts(t *testing.T) {
	for _, text := range []string{
		"", " ", "\n", "\n\n", "a\n", "a\nb", "a\nb\n", "a\n\n\nb\n\n", " a\nb\n", "\ta\nb", "a\n b \n", "a \n\t\nb", "a\r\nb", "|||", "a\n|||\nb", "a\n|||",
		"'", `"`, `'"`, `\`, `a\nb`, "a\\\nb", "\x00\x1f\x7f\u0085\u2028\ufeff", "😀\n😀", "%(a)s", "{{ $labels.x }}\n  {{ end }}\n", "yes", "0777", "1e3", "null", "~",
	} {
		v := bundle.MapValue(map[string]bundle.Value{
			"groups": bundle.ArrayValue(bundle.MapValue(map[string]bundle.Value{
				"name": bundle.StringValue(text),
				"rules": bundle.ArrayValue(
					bundle.MapValue(map[string]bundle.Value{
						"alert": bundle.StringValue("A"), "expr": bundle.StringValue("x" + text),
						"annotations": bundle.MapValue(map[string]bundle.Value{"description": bundle.StringValue(text), text: bundle.StringValue(text)}),
					}),
					bundle.MapValue(map[string]bundle.Value{"record": bundle.StringValue("a:b:c"), "expr": bundle.StringValue(text)}),
				),
			})),
		})
		data, err := bundle.Canonical(v)
		if err != nil {
			t.Fatal(err)
		}
		r, diags := run(t, "a.json", data, options())
		if diags.HasErrors() || len(r.Programs) != 1 {
			t.Errorf("%q: %v", text, diags)
			continue
		}
		same(t, "a.json", data, r.Programs[0])
	}
}

// TestNotes: a comment is nowhere lost and stands where it did.
func TestNotes(t *testing.T) {
	source := `# File.

# Groups.
groups:
  # Group.
  - name: g # Name.
    rules:
      # Rule.
      - alert: A
        # Expression.
        expr: up == 0 # Down.
        labels: # Labels.
          # Severity.
          severity: critical # Now.
        annotations:
          # Summary.
          summary: s
      # Second.
      - record: a:b:c
        expr: up
      # - record: gone
      #   expr: gone
# End.
`
	r, diags := run(t, "a.yaml", []byte(source), options())
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := `// File.

local rules = (import 'monctl/rules.libsonnet') { required: ['severity', 'summary'] };

// Groups.
rules.file([
  // Group.
  // Name.
  rules.group('g', [
    // Rule.
    // Labels.
    rules.alert('A', {
      // Expression.
      expr: 'up == 0',  // Down.
      // Severity.
      severity: 'critical',  // Now.
      // Summary.
      summary: 's',
    }),
    // Second.
    rules.record('a:b:c', { expr: 'up' }),
    // - record: gone
    //   expr: gone
  ]),
])
// End.
`
	if diff := cmp.Diff(want, string(r.Programs[0].Text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestScalars(t *testing.T) {
	source := "route: {receiver: a}\nreceivers:\n- name: a\n  pagerduty_configs:\n  - details: {channel: 0777, send_resolved: yes, x: 1.0, y: 2026-01-01, z: 9007199254740993}\n"
	for treatment, want := range map[convert.Scalars]string{
		"":                     "",
		convert.RefuseScalars:  "",
		convert.ScalarsAsText:  `{"channel":"0777","send_resolved":"yes","x":"1.0","y":"2026-01-01","z":"9007199254740993"}`,
		convert.ScalarsAsValue: `{"channel":511,"send_resolved":true,"x":1,"y":"2026-01-01","z":9007199254740992}`,
	} {
		opts := options()
		opts.Scalars = treatment
		r, diags := run(t, "a.yaml", []byte(source), opts)
		if len(diags) != 5 || diags.HasErrors() != (want == "") {
			t.Errorf("%q: %v", treatment, diags)
		}
		for _, d := range diags {
			if d.Code != "convert/scalar" || d.Span.Start.Line != 5 {
				t.Errorf("%q: %v", treatment, d)
			}
		}
		if want == "" {
			if len(r.Programs) != 0 {
				t.Errorf("%q: there is a program", treatment)
			}
			continue
		}
		v, err := evaluate(t, r.Programs[0])
		if err != nil {
			t.Fatal(err)
		}
		config, _ := v.Lookup("/receivers/0/pagerduty_configs/0/details")
		got, err := bundle.Canonical(config)
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, want %s (%v)", treatment, got, want, err)
		}
	}
}

const secretSource = `# The old one was hunter22.
global:
  smtp_auth_password: hunter22 # hunter22
route: {receiver: a}
receivers:
  - name: Team A/B
    slack_configs:
      - channel: '#x'
        api_url: 'https://hooks.slack.com/services/T/B/C'
      - channel: '#y'
        api_url: https://hooks.slack.com/services/T/B/D
    email_configs:
      - to: a@example.org
        auth_password: hunter22
    webhook_configs:
      - url: https://user:pass@example.org/
      - url: https://example.org/
    pagerduty_configs:
      - routing_key: |-
          folded
          key
      - routing_key: https://secret.invalid/pagerduty/known
      - routing_key: <secret>
      - routing_key: $KEY
`

func TestSecretsAreExtracted(t *testing.T) {
	opts := options()
	opts.ExtractSecrets = true
	r, diags := run(t, "a.yaml", []byte(secretSource), opts)
	if diags.HasErrors() || len(r.Programs) != 1 {
		t.Fatal(diags)
	}
	p := r.Programs[0]
	want := []bundle.SecretRef{"global/smtp_auth_password", "team-a-b/slack-api_url", "team-a-b/slack-api_url-2", "team-a-b/webhook-url", "team-a-b/pagerduty-routing_key"}
	if diff := cmp.Diff(want, p.Secrets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for where, text := range map[string]string{"program": string(p.Text), "findings": diags.String(), "excerpts": string(r.Masked)} {
		for _, s := range []string{"hunter22", "services/T", "user:pass", "folded"} {
			if strings.Contains(text, s) && (where != "excerpts" || s != "hunter22") {
				t.Errorf("the %s say %q:\n%s", where, s, text)
			}
		}
	}
	for _, s := range []string{"am.secret('pagerduty/known')", "'<secret>'", "'$KEY'", "'https://example.org/'"} {
		if !strings.Contains(string(p.Text), s) {
			t.Errorf("the program lacks %s:\n%s", s, p.Text)
		}
	}
	if !strings.Contains(diags[0].Hint, "VARIABLE(global/smtp_auth_password)") {
		t.Errorf("the finding does not say where the value is taken from: %v", diags[0].Hint)
	}
}

func TestSecretsOfScraping(t *testing.T) {
	opts := options()
	opts.ExtractSecrets = true
	source := "scrape_configs:\n- job_name: api\n  basic_auth: {username: u, password: hunter22}\n  static_configs: [{targets: [a]}]\nremote_write: [{url: 'https://u:hunter22@x/', bearer_token: hunter22}]\n"
	r, diags := run(t, "a.yaml", []byte(source), opts)
	if diags.HasErrors() || len(r.Programs) != 1 {
		t.Fatal(diags)
	}
	v, err := evaluate(t, r.Programs[0])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"remote_write":[{"bearer_token":"https://secret.invalid/api/password","url":"https://secret.invalid/remote_write/url"}],` +
		`"scrape_configs":[{"basic_auth":{"password":"https://secret.invalid/api/password","username":"u"},"job_name":"api","static_configs":[{"targets":["a"]}]}]}`
	got, err := bundle.Canonical(v)
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s (%v)", got, want, err)
	}
}

func TestSecretsAreReported(t *testing.T) {
	r, diags := run(t, "a.yaml", []byte(secretSource), options())
	if len(r.Programs) != 1 || len(diags) != 6 {
		t.Fatalf("%d programs: %v", len(r.Programs), diags)
	}
	same(t, "a.yaml", []byte(secretSource), r.Programs[0])
	if strings.Contains(diags.String(), "hunter22") {
		t.Errorf("a finding shows the secret: %v", diags)
	}
}

// TestMistakes: each is one finding, at its place, and there is no program.
func TestMistakes(t *testing.T) {
	for name, tc := range map[string]struct{ file, source, want string }{
		"syntax":       {"a.yaml", "groups:\n\t- a\n", "a.yaml:2: error[source/yaml]: found character that cannot start any token"},
		"JSON":         {"a.json", "{\n  \"a\" 1\n}", "a.json:2:7: error[source/json]: invalid character '1' after object key"},
		"nothing":      {"a.yaml", "# nothing\n", "a.yaml: error[convert/kind]: the file holds nothing"},
		"empty object": {"a.yaml", "{}", "a.yaml:1:1: error[convert/kind]: the document holds nothing"},
		"other":        {"a.yaml", "image: x\n", "a.yaml:1:1: error[convert/kind]: this is neither rules nor routing nor a scrape configuration nor a dashboard"},
		"tests":        {"a.yaml", "rule_files: [x]\ntests: []\n", "a.yaml:1:1: error[convert/tests]: unit tests stay YAML"},
		"no dashboard": {"a.json", `{"meta": {}, "dashboard": 3}`, "a.json:1:27: error[convert/kind]: this is no dashboard"},
	} {
		t.Run(name, func(t *testing.T) {
			r, diags := run(t, tc.file, []byte(tc.source), options())
			if got := strings.TrimSpace(diags.String()); got != tc.want || len(r.Programs) > 0 {
				t.Errorf("got  %s\nwant %s\n%d programs", got, tc.want, len(r.Programs))
			}
		})
	}
}

// FuzzConvert: whatever is read as YAML is converted to a program that means the
// same, or refused with a finding that blames the source.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{secretSource, "groups: [{name: g, rules: [{alert: A, expr: |\n  a\n  b\n}]}]", `{"title": "x", "panels": [{"": 1}]}`, "global: &a {scrape_interval: 1s}\nscrape_configs: [*a, {<<: *a}]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opts := options()
		opts.Scalars = convert.ScalarsAsText
		_, diags := run(t, "a.yaml", data, opts)
		for _, d := range diags {
			if d.Code == "convert/mismatch" {
				t.Errorf("%v", d)
			}
		}
	})
}
