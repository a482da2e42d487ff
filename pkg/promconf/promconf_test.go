package promconf_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promconf"
)

// object makes an object of YAML text.
func object(t *testing.T, ref bundle.Ref, text string) bundle.Object {
	t.Helper()
	docs, diags := bundle.DecodeYAML("test.yaml", []byte(text))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatalf("test input: %d documents, %v", len(docs), diags)
	}
	o, err := bundle.NewObject(ref, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// short is what the tables compare.
func short(diags diag.List) []string {
	var out []string
	for _, d := range diags.Sort() {
		line := fmt.Sprintf("%s %s:%d %s", d.Code, d.Pointer, d.Span.Start.Line, d.Summary)
		if d.Hint != "" {
			line += " | " + d.Hint
		}
		out = append(out, line)
	}
	return out
}

func TestJudgeRules(t *testing.T) {
	for _, tc := range []struct {
		name, group string
		want        []string
	}{
		{"fine", `
name: g
interval: 30s
labels: {team: a}
rules:
- {record: 'a:b:c', expr: sum(x), labels: {n: 1}}
- {alert: A, expr: x > 1, for: 5m, annotations: {summary: 'on {{ $labels.instance }}: {{ $value | humanize }}'}}
`, nil},
		{"every rule's mistake", `
name: g
rules:
- {alert: A, expr: 'sum(x'}
- {alert: B, expr: x, annotations: {summary: '{{ $lables.a }}'}}
- {alert: C, expr: x, labels: {sev: '{{ humanise $value }}'}}
- {record: 'a{b}', expr: x}
- {record: r, expr: x, for: 5m}
- {alert: D, record: d, expr: x}
- {alert: E}
`, []string{
			`promql/syntax /rules/0/expr:4 unclosed left parenthesis`,
			`rules/template /rules/1/annotations/summary:5 template: undefined variable "$lables" | did you mean "$labels"?`,
			`rules/template /rules/2/labels/sev:6 template: function "humanise" not defined | did you mean "humanize"?`,
			`rules/invalid /rules/3/record:7 braces present in the recording rule name; should it be in expr?: a{b} | a name has letters, digits, "_" and ":"; labels belong into "labels"`,
			`rules/invalid /rules/4/for:8 invalid field 'for' in recording rule | only alerting rules have it; leave it out`,
			`rules/invalid /rules/5/record:9 only one of 'record' and 'alert' must be set | make two rules of it`,
			`rules/invalid /rules/6:10 field 'expr' must be set in rule | give the rule an expression: expr`,
		}},
		{"fields and types", `
name: g
intervall: 30s
rules:
- {alert: A, exprr: x}
- {alert: B, expr: x, labels: [a]}
- {alert: C, expr: x, for: soon}
- {alert: D, expr: 'x ='}
`, []string{
			`rules/unknown-field /intervall:3 unknown field "intervall" | did you mean "interval"?`,
			`rules/unknown-field /rules/0/exprr:5 unknown field "exprr" | did you mean "expr"?`,
			`rules/invalid /rules/1/labels:6 found an array, want an object`,
			`rules/invalid /rules/2/for:7 not a valid duration string: "soon"`,
			`promql/syntax /rules/3/expr:8 unexpected "="`,
		}},
		{"a mistake in the group and several in a rule", `
name: g
interval: 1.5m
rules:
- {alert: A, expr: 'x =', fro: 5m, labels: {"": y}}
- {alert: B, expr: x, for: 5 m}
- {alert: C, expr: x, for: 1m1h}
`, []string{
			`rules/invalid /interval:3 unknown unit "." in duration "1.5m"`,
			`promql/syntax /rules/0/expr:5 unexpected "="`,
			`rules/unknown-field /rules/0/fro:5 unknown field "fro" | did you mean "for"?`,
			`rules/invalid /rules/0/labels/:5 invalid label name: ""`,
			`rules/invalid /rules/1/for:6 unknown unit " m" in duration "5 m"`,
			`rules/invalid /rules/2/for:7 not a valid duration string: "1m1h"`,
		}},
		{"a rule that does not decode among others", `
name: g
rules:
- {alert: A, exprr: x}
- {alert: B, expr: 'rate(x) > 1'}
- {alert: C, expr: x, for: soon}
`, []string{
			`rules/unknown-field /rules/0/exprr:4 unknown field "exprr" | did you mean "expr"?`,
			`promql/syntax /rules/1/expr:5 expected type range vector in call to function "rate", got instant vector | give the selector a range: rate(…[5m])`,
			`rules/invalid /rules/2/for:6 not a valid duration string: "soon"`,
		}},
		{"group", `
name: ''
labels: {__name__: x}
rules: []
`, []string{
			`rules/invalid /name:2 the name of a group must not be empty`,
			`rules/invalid /labels/__name__:3 invalid label name: __name__`,
		}},
		{"rules of a wrong type", "name: g\nrules: {a: 1}\n", []string{
			`rules/invalid /rules:2 found an object, want an array`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			diags, err := promconf.JudgeRules(t.Context(), object(t, bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, tc.group))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, short(diags)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJudgeConfig(t *testing.T) {
	for _, tc := range []struct {
		name, config string
		want         []string
	}{
		{"fine, with any discovery", `
global: {scrape_interval: 15s, external_labels: {dc: x}}
rule_files: ['rules/*.yaml']
scrape_configs:
- {job_name: a, kubernetes_sd_configs: [{role: pod}]}
- {job_name: b, hetzner_sd_configs: [{role: robot, basic_auth: {username: a, password: 'https://secret.invalid/hetzner'}}]}
`, nil},
		{"unknown fields", `
globl: {}
scrape_configs:
- {job_name: a, static_config: [{targets: [a]}]}
- {job_name: b, file_sd_config: []}
- job_name: c
  relabel_configs: [{source_label: [a], target_label: b}]
`, []string{
			`prometheus/unknown-field /globl:2 unknown field "globl" | did you mean "global"?`,
			`prometheus/unknown-field /scrape_configs/0/static_config:4 unknown field "static_config" | did you mean "static_configs"?`,
			`prometheus/unknown-field /scrape_configs/1/file_sd_config:5 unknown field "file_sd_config" | did you mean "file_sd_configs"?`,
			`prometheus/unknown-field /scrape_configs/2/relabel_configs/0/source_label:7 unknown field "source_label" | did you mean "source_labels"?`,
		}},
		{"what loading leaves for later", `
scrape_config_files: ['jobs/*.yml', '[']
scrape_configs:
- {job_name: a, static_configs: [{targets: ['a:1', 'http://b']}], relabel_configs: [{source_labels: [__address__], target_label: x}]}
- {job_name: b, static_configs: [{targets: ['http://b']}], relabel_configs: [{source_labels: [__address__], target_label: __param_target}, {target_label: __address__, replacement: 'exporter:9115'}]}
- {job_name: c, static_configs: [{targets: ['http://b']}], relabel_configs: [{source_labels: [__address__], regex: 'http.*', action: drop}]}
`, []string{
			`prometheus/invalid /scrape_config_files/1:2 "[" is no pattern of file names | a bracket that is opened has to be closed`,
			`prometheus/invalid /scrape_configs/0/static_configs/0/targets/1:4 after relabelling, "http://b" is not a valid hostname | Prometheus would leave the target out`,
		}},
		{"mistakes without a line", `
global: {scrape_interval: 1m}
scrape_configs:
- {job_name: a}
- {job_name: b, relabel_configs: [{action: keep}, {source_labels: [x], regex: '(', target_label: y}]}
- {job_name: a}
- {job_name: c, scrape_interval: 10s, scrape_timeout: 20s}
- {job_name: d, kubernetes_sd_configs: [{role: vacation}]}
- {job_name: e, basic_auth: {username: u, password: p}, bearer_token: t}
`, []string{
			"prometheus/invalid /scrape_configs/1/relabel_configs/1/regex:5 error parsing regexp: missing closing ): `^(?s:()$`",
			`prometheus/invalid /scrape_configs/2/job_name:6 found multiple scrape configs with job name "a"`,
			`prometheus/invalid /scrape_configs/3:7 scrape timeout greater than scrape interval for scrape config with job name "c"`,
			`prometheus/invalid /scrape_configs/4/kubernetes_sd_configs/0/role:8 unknown Kubernetes SD role "vacation"`,
			"prometheus/invalid /scrape_configs/5/bearer_token:9 at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured",
		}},
		{"wrong types", `
scrape_configs:
- {job_name: [a]}
- {job_name: b, honor_labels: maybe}
- {job_name: c, sample_limit: many}
`, []string{
			`prometheus/invalid /scrape_configs/0/job_name:3 found an array, want a string`,
			`prometheus/invalid /scrape_configs/1/honor_labels:4 found the string "maybe", want true or false`,
			`prometheus/invalid /scrape_configs/2/sample_limit:5 found the string "many", want an integer`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			diags, err := promconf.JudgeConfig(t.Context(), object(t, bundle.Ref{Kind: bundle.Prometheus}, tc.config))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, short(diags)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadGroup(t *testing.T) {
	o := object(t, bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, `
name: g
interval: 1m
rules:
- {alert: A, expr: x > 1, for: 5m, keep_firing_for: 1h, labels: {severity: critical}, annotations: {summary: s}}
- {record: 'a:b', expr: x}
`)
	got, err := promconf.ReadGroup(o)
	if err != nil {
		t.Fatal(err)
	}
	want := promconf.Group{Name: "g", Interval: time.Minute, Rules: []promconf.Rule{
		{
			Pointer: "/rules/0", Alert: "A", Expr: "x > 1", For: 5 * time.Minute, KeepFiringFor: time.Hour,
			Labels: map[string]string{"severity": "critical"}, Annotations: map[string]string{"summary": "s"},
		},
		{Pointer: "/rules/1", Record: "a:b", Expr: "x"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("group (-want +got):\n%s", diff)
	}
}
