package simulate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

func TestRender(t *testing.T) {
	cfg := load(t, `
route: {receiver: all, group_by: [alertname], labels: {team: 'team {{ .GroupLabels.alertname }}'}}
receivers:
- name: all
  slack_configs:
  - api_url: http://localhost
    title: '{{ .CommonLabels.alertname }} since {{ since (index .Alerts 0).StartsAt }}, {{ routeLabels "team" }}'
    text: '{{ template "mine" . }} {{ now.Format "15:04:05" }}'
    fields: [{title: Reason, value: '{{ .NotificationReason }}'}]
    footer: "one\n{{ .Alerts.Nothing }}"
  email_configs:
  - {to: 'ops@example.org', from: 'am@example.org', smarthost: 'localhost:25', html: '<b>{{ .CommonAnnotations.summary }}</b> {{ now.Format "15:04:05" }}', send_resolved: true}
`)
	tmpl := bundle.NewRawObject(bundle.Ref{Kind: bundle.Template, Name: "mine.tmpl"}, []byte(`{{ define "mine" }}[{{ .Status }}]{{ end }}`), nil)
	r, diags := simulate.NewRenderer(cfg, []bundle.Object{tmpl}, "http://am.example.org")
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	tl, err := simulate.Run(t.Context(), simulate.Options{Config: cfg, Until: epoch.Add(time.Minute), Deliveries: []simulate.Delivery{{
		At: epoch, Held: true,
		Alert: simulate.Alert{Labels: map[string]string{"alertname": "A"}, Annotations: map[string]string{"summary": "a < b"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	n := tl.Notifications[0]
	slack, err := r.Render(n, "slack/0")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, name := range []string{"title", "text", "fields/0/value", "footer", "color", "fallback"} {
		got[name] = slack.Fields[name]
	}
	want := map[string]string{
		"title": "A since 30s, team A", "text": "[firing] 00:00:30", "fields/0/value": "first notification", "footer": "",
		"color": "danger", "fallback": "[FIRING:1] A  | http://am.example.org/#/alerts?receiver=all",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("slack (-want +got):\n%s", diff)
	}
	if len(slack.Errors) != 1 || slack.Errors[0].Pointer != "/receivers/0/slack_configs/0/footer" || !strings.Contains(slack.Errors[0].Message, "Nothing") {
		t.Errorf("errors %v", slack.Errors)
	}
	var findings diag.List
	simulate.Diagnose(&findings, bundle.NewRawObject(bundle.Ref{Kind: bundle.Alertmanager, Name: "alertmanager"}, nil, nil), slack.Errors)
	wantFinding := "template: line 2: at <.Alerts.Nothing>: can't evaluate field Nothing in type template.Alerts; Slack would get the message with empty fields"
	if len(findings) != 1 || findings[0].Code != "alertmanager/template" || findings[0].Summary != wantFinding {
		t.Errorf("findings %v", findings)
	}
	email, err := r.Render(n, "email/0")
	if err != nil {
		t.Fatal(err)
	}
	if email.Fields["html"] != "<b>a &lt; b</b> 00:00:30" || email.Fields["subject"] != "[FIRING:1] A " {
		t.Errorf("email %v", email.Fields)
	}
	if _, err := r.Render(n, "slack/1"); err == nil {
		t.Error("no error for an integration that there is not")
	}
}

// TestBrokenTemplateFile says that a file that does not parse is reported, and
// that the others are there all the same.
func TestBrokenTemplateFile(t *testing.T) {
	cfg := load(t, `
route: {receiver: all}
receivers: [{name: all, telegram_configs: [{chat_id: 1, bot_token: x, message: '{{ template "mine" . }} {{ template "mine.tmpl" . }}', parse_mode: HTML}]}]
`)
	file := func(name, text string) bundle.Object {
		return bundle.NewRawObject(bundle.Ref{Kind: bundle.Template, Name: name}, []byte(text), nil)
	}
	r, diags := simulate.NewRenderer(cfg, []bundle.Object{
		file("broken.tmpl", "line\n{{ if }}"), file("mine.tmpl", `{{ define "mine" }}<{{ .Status }}>{{ end }}whole file`),
	}, externalURL)
	if len(diags) != 1 || diags[0].Object != "template/broken.tmpl" || diags[0].Span.Start.Line != 2 {
		t.Errorf("findings %v", diags)
	}
	n := simulate.NewNotification(cfg, routing.NewTree(cfg).Root(), []simulate.NotifiedAlert{{
		Alert: simulate.Alert{Labels: map[string]string{"alertname": "A"}, EndsAt: epoch}, Status: simulate.Resolved,
	}}, epoch)
	if n.Integrations[0].Alerts[0].Annotations != nil {
		t.Error("a preview changes what it is given")
	}
	got, err := r.Render(n, "telegram/0")
	check(t, err)
	if got.Fields["message"] != "&lt;resolved> whole file" {
		t.Errorf("got %v", got)
	}
}
