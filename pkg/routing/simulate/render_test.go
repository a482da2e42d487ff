package simulate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
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
    footer: '{{ .Alerts.Nothing }}'
  email_configs:
  - {to: 'ops@example.org', from: 'am@example.org', smarthost: 'localhost:25', html: '<b>{{ .CommonAnnotations.summary }}</b>', send_resolved: true}
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
	email, err := r.Render(n, "email/0")
	if err != nil {
		t.Fatal(err)
	}
	if email.Fields["html"] != "<b>a &lt; b</b>" || email.Fields["subject"] != "[FIRING:1] A " {
		t.Errorf("email %v", email.Fields)
	}
	if _, err := r.Render(n, "slack/1"); err == nil {
		t.Error("no error for an integration that there is not")
	}
}
