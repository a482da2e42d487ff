package simulate_test

import (
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/routing/simulate"
)

// everything is a receiver with every integration, every field a template.
const everything = `
global: {http_config: {tls_config: {insecure_skip_verify: true}, follow_redirects: true}}
route: {receiver: all, group_by: [alertname], labels: {team: 'team {{ .GroupLabels.alertname }}'}}
receivers:
- name: all
  webhook_configs:
  - {url: 'https://h/webhook', max_alerts: 1}
  - {url: 'https://h/webhook', payload: {text: 'T', list: ['T', 7], yaml: '{a: {{ .Alerts | len }}}'}}
  email_configs:
  - {to: 'ops@example.org', from: 'am@example.org', smarthost: 'SMTP', require_tls: false, send_resolved: true, headers: {X-One: 'T'}, html: 'T', text: 'T'}
  pagerduty_configs:
  - url: 'https://h/pagerduty'
    routing_key: key
    client: 'T'
    client_url: 'T'
    description: 'TLONG'
    severity: 'T'
    class: 'T'
    component: 'T'
    group: 'T'
    source: 'T'
    details: {own: 'T', yaml: '[1, {{ .Alerts | len }}]'}
    images: [{src: 'T', alt: 'T', href: 'T'}]
    links: [{href: 'T', text: 'T'}]
  - {url: 'https://h/pagerduty', routing_key: key}
  opsgenie_configs:
  - {api_url: 'https://h/opsgenie/', api_key: key, message: 'TLONG', description: 'T', source: 'T', details: {own: 'T'}, entity: 'T', actions: 'T', tags: 'T', note: 'T', priority: 'T', responders: [{id: 'T', name: 'T', username: 'T', type: 'user'}]}
  wechat_configs:
  - {api_url: 'https://h/wechat/', corp_id: x, api_secret: x, send_resolved: true, message: 'T', to_user: 'T', to_party: 'T', to_tag: 'T', agent_id: 'T'}
  slack_configs:
  - api_url: 'https://h/slack'
    send_resolved: true
    channel: 'T'
    username: 'T'
    color: 'T'
    title: 'TLONG'
    title_link: 'T'
    pretext: 'T'
    text: 'T'
    message_text: 'T'
    footer: 'T'
    fallback: 'T'
    callback_id: 'T'
    icon_emoji: 'T'
    icon_url: 'T'
    image_url: 'T'
    thumb_url: 'T'
    fields: [{title: 'T', value: 'T'}, {title: 'T', value: 'T', short: true}]
    actions:
    - {type: 'T', text: 'T', url: 'T', style: 'T'}
    - {type: 'T', text: 'T', name: 'T', value: 'T', confirm: {title: 'T', text: 'T', ok_text: 'T', dismiss_text: 'T'}}
  - {api_url: 'https://h/slack', send_resolved: true, channel: '#c'}
  victorops_configs:
  - {api_url: 'https://h/victorops/', api_key: key, routing_key: 'R', message_type: 'T', state_message: 'T', entity_display_name: 'T', monitoring_tool: 'T', custom_fields: {own: 'T'}}
  pushover_configs:
  - {user_key: x, token: x, title: 'TLONG', message: 'T', url: 'T', url_title: 'T', device: 'T', sound: 'T', priority: 'T'}
  - {user_key: x, token: x, message: ' ', html: true}
  sns_configs:
  - {api_url: 'https://h/sns', sigv4: {region: r, access_key: a, secret_key: s}, topic_arn: 'T', subject: 'T', message: 'T'}
  - {api_url: 'https://h/sns', sigv4: {region: r, access_key: a, secret_key: s}, phone_number: '1', message: 'TLONG'}
  telegram_configs:
  - {api_url: 'https://h/telegram', bot_token: x, chat_id: 1, message: 'T'}
  - {api_url: 'https://h/telegram', bot_token: x, chat_id: 1, message: 'T', parse_mode: HTML}
  - {api_url: 'https://h/telegram', bot_token: x, chat_id: 1, message: 'TLONG TLONG', parse_mode: HTML}
  - {api_url: 'https://h/telegram', bot_token: x, chat_id: 1, message: 'TLONG TLONG'}
  discord_configs:
  - {webhook_url: 'https://h/discord', title: 'TLONG', message: 'T', content: 'T', username: 'T', avatar_url: 'https://h/a'}
  webex_configs:
  - {api_url: 'https://h/webex', room_id: 'T', message: 'T', http_config: {authorization: {credentials: x}, tls_config: {insecure_skip_verify: true}}}
  msteams_configs:
  - {webhook_url: 'https://h/msteams', title: 'T', summary: 'T', text: 'T'}
  msteamsv2_configs:
  - {webhook_url: 'https://h/msteamsv2', title: 'T', text: 'T'}
  jira_configs:
  - {api_url: 'https://h/jira', api_type: datacenter, project: 'T', issue_type: 'T', summary: 'TLONG', description: 'T', priority: 'T', labels: ['T'], fields: {own: 'T', list: ['T']}}
  incidentio_configs:
  - {url: 'https://h/incidentio', alert_source_token: x, max_alerts: 1}
  rocketchat_configs:
  - api_url: 'https://h/rocketchat'
    token: x
    token_id: x
    send_resolved: true
    channel: 'T'
    color: 'T'
    title: 'TLONG'
    title_link: 'T'
    text: 'T'
    emoji: 'T'
    icon_url: 'T'
    image_url: 'T'
    thumb_url: 'T'
    fields: [{title: 'T', value: 'T'}]
    actions: [{text: 'T', url: 'T', msg: 'T'}]
  mattermost_configs:
  - {webhook_url: 'https://h/mattermost', channel: 'T', username: 'T', text: 'T', fallback: 'T', color: 'T', pretext: 'T', author_name: 'T', author_link: 'T', author_icon: 'T', title: 'T', title_link: 'T', thumb_url: 'T', footer: 'T', footer_icon: 'T', image_url: 'T', icon_url: 'T', icon_emoji: 'T', type: 'T', props: {card: 'T'}, priority: {priority: 'Urgent'}, fields: [{title: 'T', value: 'T'}]}
  - {webhook_url: 'https://h/mattermost', text: 'T', priority: {priority: 'T'}, attachments: [{text: 'T', title: 'T', fields: [{title: 'T', value: 'T'}]}]}
`

// sentAs says where a field of the configuration stands in what is sent, in
// dots: the names of the integration's fields in upstream's code. A field that
// is not named stands under its own name.
func sentAs(integration, field string) string {
	kind, _, _ := strings.Cut(integration, "/")
	dotted := strings.ReplaceAll(field, "/", ".")
	in := func(prefix string, outside ...string) string {
		if slices.Contains(outside, field) {
			return dotted
		}
		return prefix + dotted
	}
	renamed := map[string]string{
		"pagerduty description": "payload.summary", "opsgenie source": "source",
		"wechat message": "text.content", "wechat to_user": "touser", "wechat to_party": "toparty", "wechat to_tag": "totag", "wechat agent_id": "agentid",
		"slack message_text": "text", "telegram message": "text",
		"discord title": "embeds.0.title", "discord message": "embeds.0.description", "discord color": "embeds.0.color",
		"webex message": "markdown", "webex room_id": "roomId", "msteams color": "themeColor",
		"msteamsv2 title": "attachments.0.content.body.0.text", "msteamsv2 color": "attachments.0.content.body.0.color",
		"msteamsv2 text": "attachments.0.content.body.1.text",
		"jira project":   "fields.project.key", "jira issue_type": "fields.issuetype.name", "jira priority": "fields.priority.name",
		"jira fields/own": "fields.own", "jira fields/list": "fields.list", "jira labels/0": "fields.labels.0",
		"rocketchat icon_url": "avatar", "rocketchat emoji": "emoji", "rocketchat channel": "channel",
		"sns message": "Message", "sns subject": "Subject", "sns topic_arn": "TopicArn", "sns phone_number": "PhoneNumber",
		"mattermost priority/priority": "priority.priority", "mattermost props/card": "props.card",
	}
	if name, ok := renamed[kind+" "+field]; ok {
		return name
	}
	switch kind {
	case "pagerduty":
		if rest, ok := strings.CutPrefix(dotted, "details."); ok {
			return "payload.custom_details." + rest
		}
		if slices.Contains([]string{"severity", "class", "component", "group", "source"}, field) {
			return "payload." + dotted
		}
	case "slack":
		return in("attachments.0.", "channel", "username", "icon_emoji", "icon_url")
	case "rocketchat":
		return in("attachments.0.")
	case "jira":
		return in("fields.")
	case "victorops":
		return strings.TrimPrefix(dotted, "custom_fields.")
	case "mattermost":
		return in("attachments.0.", "channel", "username", "icon_url", "icon_emoji", "type")
	}
	return dotted
}

// notSent are fields that do not stand in the message as they are.
func notSent(integration, field string, status simulate.Status) bool {
	switch integration + " " + field {
	case "opsgenie/0 alias": // in the address, when the alert is closed
		return status == simulate.Resolved
	case "opsgenie/0 tags", "opsgenie/0 actions": // a list
		return true
	case "victorops/0 routing_key": // in the address
		return true
	}
	return false
}

func TestRenderAgainstNotifiers(t *testing.T) {
	t.Setenv("AWS_CA_BUNDLE", "") // makes the notifier use a client of its own
	mailbox := startSMTP(t)
	text := `<{{ .Status }} {{ .CommonLabels.job }} & {{ .NotificationReason }} {{ routeLabels "team" }}> {{ .Alerts | len }}`
	yaml := strings.NewReplacer("TLONG", text+strings.Repeat("ä", 3000), "'T'", "'"+text+"'", "SMTP", mailbox.addr).Replace(everything)
	cfg := load(t, yaml)
	server := startHTTP(t)
	tmpl, err := template.FromGlobs(nil)
	check(t, err)
	tmpl.ExternalURL, err = url.Parse(externalURL)
	check(t, err)
	built, err := receiver.BuildReceiverIntegrations(cfg.Receivers[0], tmpl, slog.New(slog.DiscardHandler), server.dial())
	check(t, err)
	r, diags := simulate.NewRenderer(cfg, nil, externalURL)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, status := range []simulate.Status{simulate.Firing, simulate.Resolved} {
		n := twoAlerts(t, cfg, status)
		for _, integration := range built {
			name := fmt.Sprintf("%s/%d", integration.Name(), integration.Index())
			t.Run(string(status)+"/"+name, func(t *testing.T) {
				server.reset()
				check(t, deliverTo(t, &integration, r, n))
				sent := server.last(integration.Name())
				if integration.Name() == "email" {
					sent = mailbox.last(t)
				}
				rendered, err := r.Render(n, name)
				check(t, err)
				compareSent(t, name, status, rendered, sent)
			})
		}
	}
}

func compareSent(t *testing.T, name string, status simulate.Status, rendered simulate.Rendered, sent map[string]string) {
	t.Helper()
	if strings.HasPrefix(name, "jira/") && status == simulate.Resolved {
		return // there is no issue to close, so nothing is sent
	}
	if len(rendered.Errors) > 0 {
		t.Fatal(rendered.Errors)
	}
	if len(sent) == 0 || len(rendered.Fields) == 0 {
		t.Fatalf("sent %v, rendered %v", sent, rendered.Fields)
	}
	compared := 0
	for _, field := range slices.Sorted(maps.Keys(rendered.Fields)) {
		value := rendered.Fields[field]
		if notSent(name, field, status) || name == "mattermost/1" && field == "text" {
			continue
		}
		where := sentAs(name, field)
		if name == "mattermost/1" {
			where = strings.TrimPrefix(where, "attachments.0.")
		}
		got, ok := sent[where]
		if !ok && value == "" {
			continue // left out of the message
		}
		compared++
		if diff := cmp.Diff(got, value); diff != "" {
			t.Errorf("%s, sent as %s (-sent +rendered):\n%s", field, where, diff)
		}
	}
	if compared == 0 {
		t.Errorf("nothing compared of %v", sent)
	}
}

// twoAlerts is a notification about two alerts, one of which is resolved, or
// both.
func twoAlerts(t *testing.T, cfg *config.Config, status simulate.Status) simulate.Notification {
	t.Helper()
	var list []simulate.Delivery
	for _, instance := range []string{"1", "2"} {
		list = append(list, simulate.Delivery{At: epoch, Held: true, Alert: simulate.Alert{
			Labels:      map[string]string{"alertname": "A", "instance": instance, "job": "api <&> db"},
			Annotations: map[string]string{"summary": `a "<b>"`},
		}})
	}
	list = append(list, simulate.Delivery{At: epoch.Add(time.Minute), Alert: simulate.Alert{Labels: list[1].Alert.Labels, Annotations: list[1].Alert.Annotations, EndsAt: epoch.Add(time.Minute)}})
	if status == simulate.Resolved {
		list = append(list, simulate.Delivery{At: epoch.Add(time.Minute), Alert: simulate.Alert{Labels: list[0].Alert.Labels, EndsAt: epoch.Add(time.Minute)}})
	}
	tl, err := simulate.Run(t.Context(), simulate.Options{Config: cfg, Deliveries: list, Until: epoch.Add(6 * time.Minute)})
	check(t, err)
	n := tl.Notifications[len(tl.Notifications)-1]
	if len(tl.Notifications) != 2 || n.Status != status {
		t.Fatalf("notifications %v", tl.Notifications)
	}
	return n
}

// deliverTo has upstream's notifier send a notification.
func deliverTo(t *testing.T, to *notify.Integration, r *simulate.Renderer, n simulate.Notification) error {
	t.Helper()
	sent, ok := n.Integration(fmt.Sprintf("%s/%d", to.Name(), to.Index()))
	if !ok {
		t.Fatal("not notified")
	}
	var alerts []*alert.Alert
	for _, a := range sent.Alerts {
		one := &alert.Alert{}
		one.Labels, one.Annotations, one.StartsAt, one.EndsAt = set(a.Labels), set(a.Annotations), a.StartsAt, a.EndsAt
		alerts = append(alerts, one)
	}
	ctx := notify.WithGroupKey(t.Context(), n.GroupKey)
	ctx = notify.WithReceiverName(ctx, n.Receiver)
	ctx = notify.WithGroupLabels(ctx, set(n.GroupLabels))
	ctx = notify.WithRouteLabels(ctx, set(r.RouteLabels(n)))
	ctx = notify.WithNotificationReason(ctx, map[simulate.Reason]notify.NotifyReason{
		simulate.NewResolved: notify.ReasonNewResolvedAlerts, simulate.AllResolved: notify.ReasonAllAlertsResolved,
	}[sent.Reason])
	_, err := to.Notify(ctx, alerts...)
	return err
}

func set(m map[string]string) model.LabelSet {
	out := model.LabelSet{}
	for k, v := range m {
		out[model.LabelName(k)] = model.LabelValue(v)
	}
	return out
}

// TestFailingTemplate holds what Rendered.Errors says of upstream: a template
// that fails keeps a notification from being sent, but not with Slack, which
// gets the message with that field and all later ones empty.
func TestFailingTemplate(t *testing.T) {
	cfg := load(t, `
global: {http_config: {tls_config: {insecure_skip_verify: true}}}
route: {receiver: all, group_by: [alertname]}
receivers:
- name: all
  slack_configs: [{api_url: 'https://h/slack', send_resolved: true, title: 'T', text: '{{ .Alerts.Typo }}', channel: '#c'}]
  msteams_configs: [{webhook_url: 'https://h/msteams', title: '{{ .Typo }}', text: 'T'}]
`)
	server := startHTTP(t)
	tmpl, err := template.FromGlobs(nil)
	check(t, err)
	tmpl.ExternalURL, err = url.Parse(externalURL)
	check(t, err)
	built, err := receiver.BuildReceiverIntegrations(cfg.Receivers[0], tmpl, slog.New(slog.DiscardHandler), server.dial())
	check(t, err)
	r, _ := simulate.NewRenderer(cfg, nil, externalURL)
	n := twoAlerts(t, cfg, simulate.Firing)

	check(t, deliverTo(t, &built[0], r, n))
	sent := server.last("slack")
	if sent["attachments.0.title"] != "T" || sent["attachments.0.text"] != "" || sent["channel"] != "" {
		t.Errorf("Slack was sent %v", sent)
	}
	if err := deliverTo(t, &built[1], r, n); err == nil || server.last("msteams") != nil {
		t.Errorf("Teams: error %v, sent %v", err, server.last("msteams"))
	}
	for name, field := range map[string]string{"slack/0": "text", "msteams/0": "title"} {
		rendered, err := r.Render(n, name)
		check(t, err)
		if len(rendered.Errors) != 1 || rendered.Errors[0].Field != field || rendered.Fields[field] != "" {
			t.Errorf("%s: %v", name, rendered)
		}
	}
}
