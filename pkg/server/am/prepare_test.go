package am_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server/am"
)

const valid = `route:
  receiver: team
  routes:
    - receiver: team
      matchers: ['a="b"']
receivers:
  - name: team
`

func TestRejected(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	apply(t, s, config("- {receiver: hook}", map[string]string{"hook": hook.URL}))
	tests := map[string]struct {
		config    string
		templates map[string][]byte
		code      string
		text      string // In the summary.
		at        string // Span and pointer.
		hint      string // In the hint.
	}{
		"unknown receiver": {
			config: strings.Replace(valid, "- receiver: team", "- receiver: taem", 1),
			code:   "alertmanager/config", text: `undefined receiver "taem"`, at: "alertmanager.yml:4:17 /route/routes/0/receiver", hint: "team",
		},
		"unknown field": {
			config: valid + "    web_hooks: []\n",
			code:   "alertmanager/config", text: `unknown field "web_hooks"`, at: "alertmanager.yml:8:5 /receivers/0/web_hooks",
		},
		"unknown time interval": {
			config: strings.Replace(valid, "- receiver: team", "- mute_time_intervals: [nigths]", 1) + "time_intervals: [{name: nights}]\n",
			code:   "alertmanager/config", text: `undefined time interval "nigths"`, at: "alertmanager.yml:4:29 /route/routes/0/mute_time_intervals/0", hint: "nights",
		},
		"receiver twice": {
			config: valid + "  - name: team\n",
			code:   "alertmanager/config", text: "not unique", at: "alertmanager.yml:8:11 /receivers/1/name",
		},
		"syntax": {
			config: "route: [\n", code: "alertmanager/config", text: "did not find", at: "alertmanager.yml:1 ",
		},
		"wrong type": {
			config: strings.Replace(valid, "receiver: team\n", "receiver: [1, 2]\n", 1),
			code:   "alertmanager/config", text: "cannot unmarshal", at: "alertmanager.yml:2 /route/receiver",
		},
		"no route": {
			config: "receivers: [{name: a}]", code: "alertmanager/config", text: "no routes provided", at: "alertmanager.yml ",
		},
		"bad matcher": {
			config: strings.Replace(valid, `'a="b"'`, `'a=~"("'`, 1),
			code:   "alertmanager/config", text: "missing closing )", at: "alertmanager.yml ",
		},
		"null where upstream panics": {
			config: valid + "    opsgenie_configs: [null]\nglobal: {opsgenie_api_key: abc}\n",
			code:   "alertmanager/config", text: `receiver "team": the loader of Alertmanager failed`, at: "alertmanager.yml:7:11 /receivers/0",
		},
		"integration that cannot be built": {
			config: valid + "    webhook_configs: [{url: 'http://a', http_config: {tls_config: {ca_file: /does/not/exist}}}]\n",
			code:   "alertmanager/config", text: "/does/not/exist", at: "alertmanager.yml:7:11 /receivers/0",
		},
		"template file": {
			config:    valid + "templates: ['templates/*.tmpl']\n",
			templates: map[string][]byte{"slack.tmpl": []byte("{{ define \"a\" }}\n{{ if }}\n{{ end }}{{ end }}")},
			code:      "alertmanager/template", text: "missing value for if", at: "templates/slack.tmpl:2 ",
		},
		"template file that only HTML refuses": {
			config:    valid + "templates: ['templates/*.tmpl']\n",
			templates: map[string][]byte{"templates/a.tmpl": []byte("{{ define \"a\" }}{{ nofunction }}{{ end }}")},
			code:      "alertmanager/template", text: "not defined", at: "templates/a.tmpl:1 ",
		},
		"inline template": {
			config: valid + "    slack_configs:\n      - api_url: http://a\n        title: '{{ .Nothing'\n",
			code:   "alertmanager/template", text: "unclosed action", at: "alertmanager.yml:10:16 /receivers/0/slack_configs/0/title",
		},
		"template that nobody defines": {
			config:    valid + "    slack_configs: [{api_url: 'http://a', title: '{{ if .Alerts }}{{ template \"our.titel\" . }}{{ end }}'}]\ntemplates: ['templates/*.tmpl']\n",
			templates: map[string][]byte{"slack.tmpl": []byte(`{{ define "our.title" }}x{{ end }}`)},
			code:      "alertmanager/template", text: `"our.titel" is not defined`, at: "alertmanager.yml:8:50 /receivers/0/slack_configs/0/title", hint: "our.title",
		},
		"route label": {
			config: strings.Replace(valid, "- receiver: team", "- labels: {a: '{{ end }}'}", 1),
			code:   "alertmanager/template", text: "unexpected {{end}}", at: "alertmanager.yml:4:19 /route/routes/0/labels/a",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, list, err := s.Prepare(t.Context(), am.Input{Config: []byte(tt.config), Templates: tt.templates})
			if err != nil || p != nil || !list.HasErrors() {
				t.Fatalf("not rejected: %v\n%s", err, list)
			}
			var d diag.Diagnostic
			for _, d = range list {
				if d.Severity == diag.Error {
					break
				}
			}
			if d.Code != tt.code || !strings.Contains(d.Summary, tt.text) || d.Object == "" {
				t.Errorf("%s (object %s)", list, d.Object)
			}
			if at := d.Span.String() + " " + d.Pointer; at != tt.at {
				t.Errorf("at %q, want %q", at, tt.at)
			}
			if !strings.Contains(d.Hint, tt.hint) {
				t.Errorf("hint %q", d.Hint)
			}
		})
	}
	// What ran before still runs.
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	if code, text := call(t, s, http.MethodGet, "/status", nil, nil); code != http.StatusOK || !strings.Contains(text, "receiver: hook") {
		t.Errorf("status: %d %s", code, text)
	}
}

func TestTemplatesAreUsed(t *testing.T) {
	got := make(chan string, 9)
	hook := newSink(t)
	hook.before = func(r *http.Request) int {
		got <- r.Header.Get("X-Title") + r.URL.Path
		return 0
	}
	in := am.Input{
		Config: []byte(`
route: {receiver: hook, group_wait: 10ms}
templates: ['templates/*.tmpl']
receivers: [{name: hook, webhook_configs: [{url: '` + hook.URL + `/{{ template "path" . }}'}]}]
`),
		Templates: map[string][]byte{
			"a.tmpl":           []byte(`{{ define "path" }}first{{ end }}`),
			"templates/b.tmpl": []byte(`{{ define "path" }}{{ .Receiver }}/{{ toUpper "second" }}{{ end }}`),
			"ignored.txt":      []byte(`{{ nonsense`),
		},
	}
	s := open(t, am.Options{})
	apply(t, s, in)
	put(t, s, alert("Down/a"))
	if path := <-got; path != "/hook/SECOND" {
		t.Errorf("the template made %q", path)
	}
}

func TestRemarks(t *testing.T) {
	s := open(t, am.Options{})
	p, list, err := s.Prepare(t.Context(), am.Input{File: "out/am.yml", Config: []byte(`
route: {receiver: a, repeat_interval: 10d}
receivers: [{name: a}]
templates: ['/etc/alertmanager/*.tmpl']
tracing: {endpoint: 'localhost:4317'}
`)})
	if err != nil || p == nil {
		t.Fatalf("rejected: %v %s", err, list)
	}
	for _, want := range []string{
		`out/am.yml:5:1: warning[alertmanager/config]: tracing`,
		`repeat_interval of 240h0m0s is longer`,
		`"/etc/alertmanager/*.tmpl" of templates matches no template`,
	} {
		if !strings.Contains(list.String(), want) {
			t.Errorf("no remark %q in\n%s", want, list)
		}
	}
}

// TestEveryIntegration: each kind builds with its defaults, whose templates are
// all defined, and is one whose configuration is found again.
func TestEveryIntegration(t *testing.T) {
	const secret = "'https://secret.invalid/x/y'"
	s := open(t, am.Options{})
	p, list, err := s.Prepare(t.Context(), am.Input{Unresolved: []string{"x/y"}, Config: []byte(`
global: {smtp_smarthost: 'localhost:25', smtp_from: a@example.org}
route: {receiver: all, group_wait: 10ms, group_interval: 1h}
receivers:
- name: all
  webhook_configs: [{url: ` + secret + `}]
  email_configs: [{to: a@example.org, auth_password: ` + secret + `}]
  pagerduty_configs: [{routing_key: ` + secret + `}]
  opsgenie_configs: [{api_key: ` + secret + `}]
  wechat_configs: [{api_secret: ` + secret + `, corp_id: a}]
  slack_configs: [{api_url: ` + secret + `}]
  victorops_configs: [{api_key: ` + secret + `, routing_key: a}]
  pushover_configs: [{token: ` + secret + `, user_key: a}]
  sns_configs: [{topic_arn: 'arn:aws:sns:us-east-2:123456789012:t', sigv4: {access_key: a, secret_key: ` + secret + `}}]
  telegram_configs: [{bot_token: ` + secret + `, chat_id: 1}]
  discord_configs: [{webhook_url: ` + secret + `}]
  webex_configs: [{room_id: a, http_config: {authorization: {credentials: ` + secret + `}}}]
  msteams_configs: [{webhook_url: ` + secret + `}]
  msteamsv2_configs: [{webhook_url: ` + secret + `}]
  jira_configs: [{api_url: 'https://jira.example.org', project: P, issue_type: Bug, http_config: {basic_auth: {username: a, password: ` + secret + `}}}]
  incidentio_configs: [{url: 'https://incident.example.org', alert_source_token: ` + secret + `}]
  rocketchat_configs: [{token: ` + secret + `, token_id: a, channel: c}]
  mattermost_configs: [{webhook_url: ` + secret + `}]
`)})
	if err != nil || p == nil || len(list) != 0 {
		t.Fatalf("%v\n%s", err, list)
	}
	if err := p.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, s, alert("Down/a"))
	poll(t, "18 attempts", func() bool { return len(s.Notifications()) == 18 })
	for _, n := range s.Notifications() {
		if n.Outcome != am.HeldBack || n.Secret != "x/y" {
			t.Errorf("%s: %s %s %s", n.Integration, n.Outcome, n.Secret, n.Error)
		}
	}
}
