package lint_test

import "testing"

func TestRouteTemplate(t *testing.T) {
	const config = `
route: {receiver: chat, group_by: [alertname], routes: [{matchers: [team="b"], receiver: pager}, {matchers: [team="c"], receiver: nobody}]}
receivers:
- name: chat
  webhook_configs:
  - url: 'http://h/{{ .GroupLabels.alertname }}/{{ .GroupLabels.job }}/{{ .CommonLabels.severity }}'
- name: pager
  slack_configs:
  - api_url: http://h
    title: '{{ template "pager.title" . }} {{ .CommonLabels.Severity }} {{ .CommonLabels.team }}'
    text: '{{ range .Alerts }}{{ .Annotations.sumary }}{{ .Annotations.description }}{{ .Labels.instance }}{{ end }}'
    footer: '{{ if .CommonAnnotations.dashboard }}{{ .CommonAnnotations.dashboard }}{{ end }}{{ .CommonLabels.SortedPairs.Values }}{{ template "slack.default.footer" . }}'
    fallback: '{{ .Commonlabels.severity }}'
    pretext: '{{ range .Alerts }}{{ .Label.x }}{{ end }}'
- name: nobody
  webhook_configs: [{url: 'http://h/{{ .CommonLabels.nothing }}'}]
`
	const templates = `{{ define "pager.title" }}{{ index .CommonAnnotations "titel" }}{{ end }}`
	static := []string{
		`/receivers/0/webhook_configs/0/url: the template names .GroupLabels.job, but no route to receiver "chat" groups by it: it is always empty`,
		`/receivers/1/slack_configs/0/fallback: every notification of receiver "pager" fails: Data has no field Commonlabels`,
		`/receivers/1/slack_configs/0/pretext: every notification of receiver "pager" fails: Alert has no field Label`,
	}
	check(t, "route/template", map[string]string{"alertmanager": config, "template/t.tmpl": templates}, static...)
	check(t, "route/template", map[string]string{
		"alertmanager": config, "template/t.tmpl": templates, "prometheus": "global: {external_labels: {cluster: c}}",
		"rules/n/g": group(
			`{alert: A, expr: sum by (instance) (x) > 1, labels: {severity: critical, team: b}, annotations: {summary: s, description: d}}`,
			`{alert: B, expr: x > 1, labels: {team: a}}`,
		),
	},
		static[0],
		`info /receivers/1/slack_configs/0/title: the template names .CommonAnnotations.titel, which no alert has that receiver "pager" gets`,
		`info /receivers/1/slack_configs/0/title: the template names .CommonLabels.Severity, which no alert has that receiver "pager" gets`,
		`info /receivers/1/slack_configs/0/text: the template names .Annotations.sumary, which no alert has that receiver "pager" gets`,
		static[1], static[2])
}

func TestRouteTemplateRun(t *testing.T) {
	const config = `
route: {receiver: chat, group_by: [alertname], routes: [{matchers: [severity="critical"], receiver: pager}]}
receivers:
- name: chat
  slack_configs:
  - api_url: http://h
    title: '{{ with .CommonAnnotations.summary }}{{ . }}{{ end }}'
    text: '{{ range .Alerts }}{{ .Annotations.description }}{{ end }}'
    title_link: '{{ with .CommonAnnotations.runbook_url }}{{ . }}{{ end }}'
- name: pager
  pagerduty_configs:
  - routing_key: k
    description: '{{ if .CommonLabels.team }}{{ .CommonAnnotations.summary }}{{ end }}'
    details:
      zone: '{{ slice .CommonLabels.alertname 4 }}'
      host: '{{ slice .CommonLabels.instance 1 }}'
`
	const known = "global: {external_labels: {cluster: c}}"
	check(t, "route/template", map[string]string{
		"alertmanager": config, "prometheus": known,
		"rules/n/g": group(
			`{alert: Good, expr: sum by (instance) (x) > 1, labels: {severity: critical, team: b}, annotations: {summary: "{{ $value }}", description: d}}`,
			`{alert: Bad, expr: sum by (instance) (x) > 1, labels: {severity: critical}, annotations: {summary: s, description: d}}`,
			`{alert: Chatty, expr: x > 1, labels: {severity: info}, annotations: {description: d}}`,
			`{alert: Other, expr: x > 1, labels: {severity: info}, annotations: {summary: "{{ $labels.job }}", description: d}}`,
		),
	},
		`info /receivers/0/slack_configs/0/title: title is empty in the notification of alert "Chatty" to receiver "chat"`,
		`/receivers/1/pagerduty_configs/0/description: description is empty in the notification of alert "Bad" to receiver "pager"`,
		`/receivers/1/pagerduty_configs/0/details/zone: the notification of alert "Bad" to receiver "pager" fails: index out of range: 4`,
	)
	// Without Prometheus' configuration, any label may be there that the rules
	// do not have.
	check(t, "route/template", map[string]string{
		"alertmanager": config,
		"rules/n/g":    group(`{alert: Critical, expr: sum by (instance) (x) > 1, labels: {severity: critical}, annotations: {summary: s, description: d}}`),
	})
}

// TestRouteTemplateUndefined names a template that is not there, which is
// alertmanager/template's to say.
func TestRouteTemplateUndefined(t *testing.T) {
	check(t, "route/template", map[string]string{
		"alertmanager": `
route: {receiver: chat}
receivers:
- name: chat
  slack_configs: [{api_url: http://h, text: '{{ template "slack.default.txet" . }}', footer: '{{ .CommonAnnotations.summary }}'}]
`,
		"prometheus": "global: {}",
		"rules/n/g":  group(`{alert: A, expr: sum(x) > 1, annotations: {summary: s}}`),
	})
}
