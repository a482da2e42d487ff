package routing_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

func object(t *testing.T, text string) bundle.Object {
	t.Helper()
	docs, diags := bundle.DecodeYAML("am.yaml", []byte(text))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatalf("test input: %d documents, %v", len(docs), diags)
	}
	o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Alertmanager}, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func short(diags diag.List) []string {
	var out []string
	for _, d := range diags.Sort() {
		line := fmt.Sprintf("%s %s%s %s:%d %s", d.Severity.String()[:1], d.Code, d.Pointer, d.Span.File, d.Span.Start.Line, d.Summary)
		if d.Hint != "" {
			line += " | " + d.Hint
		}
		out = append(out, line)
	}
	return out
}

func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		name, config, template string
		want                   []string
	}{
		{"fine", `
route: {receiver: a, routes: [{matchers: ['sévérité="é"'], receiver: a, mute_time_intervals: [night]}]}
time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}]
receivers:
- name: a
  slack_configs: [{api_url: 'https://secret.invalid/slack', title: '{{ template "own.title" . }}', text: '{{ template "slack.default.text" . }}'}]
`, `{{ define "own.title" }}{{ .Status | toUpper }}{{ end }}`, nil},
		{"references", `
route:
  receiver: pager
  routes:
  - {receiver: pagr, matchers: [a="b"], routes: [{receiver: x, mute_time_intervals: [nigth]}]}
time_intervals: [{name: night, time_intervals: []}]
receivers: [{name: pager}, {name: chat}]
`, "", []string{
			`e alertmanager/receiver/route/routes/0/receiver am.yaml:5 receiver "pagr" is not defined | did you mean "pager"?`,
			`e alertmanager/receiver/route/routes/0/routes/0/receiver am.yaml:5 receiver "x" is not defined | defined are: pager, chat`,
			`e alertmanager/time-interval/route/routes/0/routes/0/mute_time_intervals/0 am.yaml:5 time interval "nigth" is not defined | did you mean "night"?`,
		}},
		{"fields", `
rout: {}
route: {receiver: a, group_bye: [x]}
receivers:
- {name: a, slack_config: []}
- {name: b, webhook_configs: [{ulr: 'http://x'}]}
`, "", []string{
			`e alertmanager/unknown-field/rout am.yaml:2 unknown field "rout" | did you mean "route"?`,
			`e alertmanager/unknown-field/route/group_bye am.yaml:3 unknown field "group_bye" | did you mean "group_by"?`,
			`e alertmanager/unknown-field/receivers/0/slack_config am.yaml:5 unknown field "slack_config" | did you mean "slack_configs"?`,
			`e alertmanager/unknown-field/receivers/1/webhook_configs/0/ulr am.yaml:6 unknown field "ulr" | did you mean "url"?`,
		}},
		{"mistakes without a line", `
route: {receiver: a}
receivers:
- {name: a}
- {name: b, slack_configs: [{channel: x}]}
- {name: c, webhook_configs: [{url: 'ftp://x'}]}
- {name: a}
inhibit_rules:
- {source_matchers: ['a=b'], target_matchers: ['=']}
`, "", []string{
			`e alertmanager/invalid/receivers/1/slack_configs/0 am.yaml:5 no Slack API URL nor App token set either inline or in a file`,
			`e alertmanager/invalid/receivers/2/webhook_configs/0/url am.yaml:6 invalid URL: unsupported scheme "ftp" for URL`,
			`e alertmanager/invalid/receivers/3/name am.yaml:7 notification config name "a" is not unique`,
			`e alertmanager/invalid/inhibit_rules/0/target_matchers/0 am.yaml:9 bad matcher format: =`,
		}},
		{"no route", `receivers: [{name: a}]`, "", []string{`e alertmanager/invalid am.yaml:1 no routes provided`}},
		{"templates", `
route: {receiver: a}
receivers:
- name: a
  webhook_configs: [{url: 'http://x/{{ broken'}, {url: 'http://x', http_config: {proxy_url: 'http://{{'}}]
  slack_configs: [{api_url: 'https://x', title: '{{ .Status | toUper }}', text: '{{ template "own.texd" . }}'}]
`, `{{ define "own.text" }}{{ template "gone" . }}{{ end }}`, []string{
			`e alertmanager/invalid/receivers/0/webhook_configs/0/url am.yaml:5 invalid template syntax: template: :1: function "broken" not defined`,
			`e alertmanager/invalid/receivers/0/webhook_configs/1/http_config/proxy_url am.yaml:5 parse "http://{{": invalid character "{" in host name`,
			`e alertmanager/template/receivers/0/slack_configs/0/title am.yaml:6 template: function "toUper" not defined | did you mean "toUpper"?`,
			`w alertmanager/template/receivers/0/slack_configs/0/text am.yaml:6 template "own.texd" is not defined, so the notification would fail | did you mean "own.text"?`,
			`w alertmanager/template x.tmpl:0 template "gone" is not defined, so the notification would fail`,
		}},
		{"templates of a file that is not here", `
templates: [/etc/x.*, /etc/more.tmpl]
route: {receiver: a}
receivers: [{name: a, slack_configs: [{api_url: 'https://x', title: '{{ template "other" . }}', text: '{{ template "own.text" . }}{{ template "other" . }}'}]}]
`, `{{ define "own.text" }}{{ template "gone" . }}{{ end }}`, []string{
			`i alertmanager/template/templates/1 am.yaml:2 "/etc/more.tmpl" is not among the files here, so it is not known whether these templates are defined: gone, other | the templates of a project lie in alertmanager/templates/, or where sources: templates in monctl.cue says`,
		}},
		{"templates, all files are here", `
templates: [/etc/x.*, /etc/more/*.tmpl]
route: {receiver: a}
receivers: [{name: a, slack_configs: [{api_url: 'https://x', title: '{{ template "other" . }}', text: '{{ template "own.text" . }}{{ template "other" . }}'}]}]
`, `{{ define "own.text" }}{{ template "gone" . }}{{ end }}`, []string{
			`w alertmanager/template/receivers/0/slack_configs/0/title am.yaml:4 template "other" is not defined, so the notification would fail`,
			`w alertmanager/template/receivers/0/slack_configs/0/text am.yaml:4 template "other" is not defined, so the notification would fail`,
			`w alertmanager/template x.tmpl:0 template "gone" is not defined, so the notification would fail`,
		}},
		{"a template file that does not parse", `
route: {receiver: a}
receivers: [{name: a, slack_configs: [{api_url: 'https://x', text: '{{ template "own.text" . }}'}]}]
`, "{{ define \"own.text\" }}\n{{ if }}{{ end }}{{ end }}", []string{
			`e alertmanager/template x.tmpl:2 template: missing value for if`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var templates []bundle.Object
			if tc.template != "" {
				ref := bundle.Ref{Kind: bundle.Template, Name: "x.tmpl"}
				origin := bundle.NewOrigin(diag.Span{File: "x.tmpl"}, nil)
				templates = append(templates, bundle.NewRawObject(ref, []byte(tc.template), origin))
			}
			diags, err := routing.Judge(t.Context(), object(t, tc.config), templates)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, short(diags)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTree(t *testing.T) {
	o := object(t, `
route:
  receiver: default
  group_by: [alertname]
  group_wait: 1m
  routes:
  - {matchers: [team="a"], continue: true, receiver: chat-a}
  - matchers: [team=~"a|b"]
    receiver: mail
    group_by: ['...']
    routes: [{matchers: [severity="critical"], receiver: pager, mute_time_intervals: [never]}]
time_intervals: [{name: never, time_intervals: []}]
receivers: [{name: default}, {name: chat-a}, {name: mail}, {name: pager}]
`)
	cfg, err := routing.LoadConfig(o.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	tree := routing.NewTree(cfg)
	for _, tc := range []struct {
		labels map[string]string
		want   []string
	}{
		{map[string]string{"team": "a"}, []string{"chat-a", "mail"}},
		{map[string]string{"team": "b", "severity": "critical"}, []string{"pager"}},
		{map[string]string{"team": "ab"}, []string{"default"}},
		{nil, []string{"default"}},
	} {
		if diff := cmp.Diff(tc.want, tree.Receivers(tc.labels)); diff != "" {
			t.Errorf("receivers of %v (-want +got):\n%s", tc.labels, diff)
		}
	}
	var got []string
	for _, r := range tree.Routes() {
		got = append(got, fmt.Sprintf("%s %s %v %v %s %v", r.Pointer, r.Receiver, r.GroupBy, r.GroupByAll, r.GroupWait, r.MuteTimeIntervals))
	}
	want := []string{
		"/route default [alertname] false 1m0s []",
		"/route/routes/0 chat-a [alertname] false 1m0s []",
		"/route/routes/1 mail [alertname] true 1m0s []",
		"/route/routes/1/routes/0 pager [alertname] true 1m0s [never]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}
