package ruletest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/ruletest"
)

const pagingRules = `groups:
- name: g
  interval: 5m
  rules:
  - {alert: Down, expr: up == 0, for: 1m, labels: {severity: critical}, annotations: {summary: '{{ $labels.instance }} has been down, value {{ $value }}.'}}
  - {alert: Odd, expr: odd > 1}
  - {alert: Slow, expr: latency > 1, labels: {severity: warning}, annotations: {summary: '{{ $labels.instance }} takes {{ $value }} s.'}}
`

const alertmanagerConfig = `route:
  receiver: mail
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
  routes:
  - {receiver: pager, matchers: ['severity="critical"'], continue: true}
  - {receiver: chat, matchers: ['severity=~"critical|warning"'], mute_time_intervals: [night]}
inhibit_rules:
- {source_matchers: ['alertname="Down"'], target_matchers: ['alertname="Slow"'], equal: [instance]}
time_intervals:
- {name: night, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}
receivers:
- name: mail
  email_configs: [{to: a@example.org, from: b@example.org, smarthost: 'mail.example.org:25', headers: {Subject: '{{ .CommonLabels.alertname }} in {{ .CommonLabels.dc }}'}, text: '{{ .CommonLabels.nothing.at.all }}'}]
- name: pager
  webhook_configs: [{url: 'http://pager.example.org'}]
- name: chat
  slack_configs: [{api_url: 'http://chat.example.org', channel: '#c', send_resolved: true, title: '{{ .CommonAnnotations.summary }}', text: "{{ range .Alerts }}{{ .Labels.instance }}\n{{ end }}end"}]
`

const prometheusConfig = `global: {external_labels: {dc: tokyo, replica: a}}
alerting: {alert_relabel_configs: [{action: labeldrop, regex: replica}, {action: drop, source_labels: [team], regex: nobody}]}
`

// environment is a bundle with both configurations.
func environment(t *testing.T) *bundle.Bundle {
	t.Helper()
	var objects []bundle.Object
	for kind, text := range map[bundle.Kind]string{bundle.Alertmanager: alertmanagerConfig, bundle.Prometheus: prometheusConfig} {
		docs, diags := bundle.DecodeYAML(string(kind), []byte(text))
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		o, err := bundle.NewObject(bundle.Ref{Kind: kind}, docs[0].Value, docs[0].Origin)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	b, diags := bundle.New("default", objects)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return b
}

const down = "  input_series: [{series: 'up{job=\"j\"}', for_each: {instance: [a, b]}, values: '1 0x9 1x20'}, {series: 'latency{instance=\"a\"}', values: '2x40'}]\n"

func TestScenarios(t *testing.T) {
	const head = "rule_files: ['monctl:bundle']\ntests:\n- name: n\n" + down
	for name, tc := range map[string]struct{ file, results, want string }{
		"all is well": {
			file: head + `  silences: [{matchers: ['instance="b"', 'alertname=~"Slow|X"'], from: 0m, until: 1h}]
  alert_rule_test:
  - {eval_time: 1m, alertname: Down, state: pending, match: subset, exp_alerts: [{exp_labels: {instance: a}}, {}]}
  - {eval_time: 1m, alertname: Down}
  - {eval_time: 2m, alertname: Down, state: firing, match: subset, exp_alerts: [{exp_labels: {instance: b}}, {exp_annotations: {summary: 'a has been down, value 0.'}}]}
  - {eval_time: 11m, alertname: Down, state: inactive}
  - {eval_time: 10m, alertname: Slow, state: inactive, match: subset, exp_alerts: [{exp_labels: {instance: b}}]}
  route_test:
  - {labels: {alertname: Down, severity: critical}, exp_receivers: [pager, chat], exp_muted: []}
  - {labels: {alertname: Down, severity: critical}, eval_time: 22h30m, exp_receivers: [pager, chat], exp_muted: [chat]}
  - {labels: {alertname: Slow}, exp_receivers: [mail]}
  notification_test:
  - receiver: chat
    from: 0m
    until: 25m
    exp_notifications:
    - {at: 30s, status: firing, group_labels: {alertname: Slow}, alerts: [{status: firing, labels: {instance: a}}]}
    - at: 2m30s
      status: firing
      group_labels: {alertname: Down}
      alerts: [{labels: {instance: b, dc: tokyo}}, {status: firing, labels: {instance: a}}]
      integrations: {slack/0: {title: '', text: "a\nb\nend"}}
    - {at: 12m30s, status: resolved}
  suppression_test:
  - {eval_time: 5m, labels: {alertname: Slow}, receiver: chat, exp_by: [inhibition]}
  - {eval_time: 15m, labels: {alertname: Slow}, receiver: chat, exp_by: []}
`,
			results: "ok passed",
		},
		"states that differ": {
			file: head + `  alert_rule_test:
  - {eval_time: 1m, alertname: Down, state: pending, match: subset, exp_alerts: [{exp_labels: {instance: c}}, {exp_labels: {instance: b}}]}
  - {eval_time: 2m, alertname: Down, state: inactive, match: subset, exp_alerts: [{exp_labels: {instance: b}}]}
  - {eval_time: 20m, alertname: Down, match: subset, exp_alerts: [{}]}
  - {eval_time: 1m, alertname: Down, match: subset, exp_alerts: [{}]}
`,
			results: "FAILED failed",
			want: `t.yml:6:5: error[test/alert]: alert "Down" at 1m, pending: the alerts differ from the expected ones
  alert Down
    instance: b
    job: j
    severity: critical
    annotation summary: b has been down, value 0.
- alert Down
-   instance: c
+ alert Down
+   instance: a
hint: the expression has samples at 1m, but none with {instance="c"}: up{instance="a", job="j"}, up{instance="b", job="j"}
t.yml:7:5: error[test/alert]: alert "Down" at 2m: expected to be inactive, 1 is pending or firing
+ alert Down
+   instance: b
+   job: j
+   severity: critical
hint: ` + "`up` is 0 for {instance=\"b\", job=\"j\"} at 2m: `== 0` is asked for" + `
t.yml:8:5: error[test/alert]: alert "Down" at 20m, firing: 1 alert expected, none is firing
- alert Down
hint: ` + "`up` is 1 for {instance=\"a\", job=\"j\"}, 1 for {instance=\"b\", job=\"j\"} at 20m: `== 0` is asked for" + `
t.yml:9:5: error[test/alert]: alert "Down" at 1m, firing: 1 alert expected, none is firing
- alert Down
hint: it is pending since 1m: with for: 1m it fires at 2m, if the expression has samples until then`,
		},
		"routes that differ": {
			file: head + `  route_test:
  - {labels: {alertname: Down, severity: critical}, exp_receivers: [pager]}
  - {labels: {alertname: Donw, severity: warning}, eval_time: 22h, exp_receivers: [chta], exp_muted: []}
`,
			results: "FAILED failed",
			want: `t.yml:6:5: error[test/route]: {alertname="Down", severity="critical"} reaches pager, chat, not pager
  pager
+ chat
hint: it ends in route.routes[0] {severity="critical"} and route.routes[1] {severity=~"critical|warning"}
t.yml:7:5: error[test/route]: of the receivers of {alertname="Donw", severity="warning"}, chat is muted at 22h, not any
+ chat
hint: 22h of the test is Thursday 1970-01-01 22:00 UTC
t.yml:7:5: error[test/route]: {alertname="Donw", severity="warning"} reaches chat, not chta
- chta
+ chat
hint: there is no receiver "chta": did you mean "chat"?
t.yml:7:5: warning[test/unknown-alert]: no rule has the alert "Donw"
hint: did you mean "Down"?`,
		},
		"notifications that differ": {
			file: head + `  notification_test:
  - receiver: chat
    until: 3m
    exp_notifications:
    - {at: 30s, group_labels: {alertname: Slow}}
    - at: 3m
      status: resolved
      alerts: [{labels: {instance: a}}, {labels: {instance: c}}]
      integrations: {slack/0: {text: "a\nend", titel: x, }, slack/1: {title: x}}
    - {at: 3m, alerts: [{labels: {alertname: Up}}]}
  - {receiver: pager, until: 3m}
  - {receiver: mial, until: 3m}
`,
			results: "FAILED failed",
			want: `t.yml:6:5: error[test/notification]: receiver "chat" from 0s until 3m: 3 notifications expected, 2 sent
  notification
    at 30s
    group: {alertname="Slow"}
  notification
-   at 3m
+   at 2m30s
-   status: resolved
+   status: firing
    alert: firing {alertname="Down", dc="tokyo", instance="a", job="j", severity="critical"}
-   alert: {instance="c"}
+   alert: firing {alertname="Down", dc="tokyo", instance="b", job="j", severity="critical"}
-   slack/0 text:
-     | a
-     | end
+   slack/0 text:
+     | a
+     | b
+     | end
-   slack/0 titel: x
+   slack/0: has no field "titel": did you mean "title"?
-   slack/1: is notified
+   slack/1: is none of the receiver's integrations: there are slack/0
- notification
-   at 3m
-   alert: {alertname="Up"}
hint: {alertname="Slow", dc="tokyo", instance="a", severity="warning"}: /inhibit_rules/0 inhibits it because of {alertname="Down", dc="tokyo", instance="a", job="j", severity="critical"}
t.yml:15:5: error[test/notification]: receiver "pager" from 0s until 3m: none expected, 1 notification sent
+ notification
+   at 2m30s
+   status: firing
+   group: {alertname="Down"}
+   alert: firing {alertname="Down", dc="tokyo", instance="a", job="j", severity="critical"}
+   alert: firing {alertname="Down", dc="tokyo", instance="b", job="j", severity="critical"}
t.yml:16:16: warning[test/unknown-receiver]: the Alertmanager configuration has no receiver "mial"
hint: did you mean "mail"?`,
		},
		"suppressions that differ": {
			file: head + `  silences: [{matchers: ['alertname="Slow"'], until: 1h}]
  suppression_test:
  - {eval_time: 5m, labels: {alertname: Slow}, receiver: chat, exp_by: [silence]}
  - {eval_time: 5m, labels: {alertname: Slow}, receiver: pager, exp_by: []}
  - {eval_time: 15m, labels: {alertname: Down}, receiver: pager, exp_by: []}
`,
			results: "FAILED failed",
			want: `t.yml:7:5: error[test/suppression]: {alertname="Slow", dc="tokyo", instance="a", severity="warning"} at 5m is suppressed by inhibition, silence, not by silence
- silence
+ inhibition
+ silence
hint: /inhibit_rules/0 inhibits it because of {alertname="Down", dc="tokyo", instance="a", job="j", severity="critical"}; silences[0] silences it
t.yml:8:5: error[test/suppression]: {alertname="Slow", dc="tokyo", instance="a", severity="warning"} does not reach the receiver "pager" but chat
t.yml:9:5: error[test/suppression]: no alert with the labels {alertname="Down"} fires at 15m
hint: there fire: {alertname="Slow", dc="tokyo", instance="a", severity="warning"}`,
		},
		"a template that fails": {
			file: `rule_files: ['monctl:bundle']
tests:
- input_series: [{series: 'odd', values: 2x9}]
  notification_test: [{receiver: mail, until: 5m, exp_notifications: [{integrations: {email/0: {subject: Odd in tokyo}}}]}]
`,
			results: "FAILED failed",
			want: `t.yml:4:23: error[test/notification]: receiver "mail" from 0s until 5m: the notifications differ from the expected ones
  notification
    at 30s
+   email/0 text: fails: at <.CommonLabels.nothing.at.all>: can't evaluate field at in type string`,
		},
		"a list that contains itself, and a mapping": {
			file:    "tests: [{input_series: &a [*a]}, &b {<<: *b}]\n",
			results: "FAILED failed failed",
			want: `t.yml:1:24: error[test/value]: input_series: the list contains itself, or lists within lists too deeply
t.yml:1:34: error[test/value]: the mapping is merged with itself, or with others too deeply`,
		},
		"a repeated notification says what Prometheus sent last, every two minutes": {
			file: `rule_files: ['monctl:bundle']
tests:
- input_series: [{series: 'latency{instance="a"}', values: 2+1x90}]
  notification_test:
  - receiver: chat
    until: 70m
    exp_notifications:
    - {at: 30s, integrations: {slack/0: {title: a takes 2 s.}}}
    - {at: 1h5m30s, integrations: {slack/0: {title: a takes 66 s.}}}
`,
			results: "ok passed",
		},
		"a resolved alert says what was true last, not what was sent last": {
			file: `rule_files: ['monctl:bundle']
tests:
- input_series: [{series: 'latency{instance="a"}', values: 2 3 0x40}]
  notification_test:
  - receiver: chat
    until: 20m
    exp_notifications:
    - {at: 30s, status: firing, integrations: {slack/0: {title: a takes 2 s.}}}
    - {at: 5m30s, status: resolved, integrations: {slack/0: {title: a takes 3 s.}}}
`,
			results: "ok passed",
		},
		"an alert that relabelling drops": {
			file: `rule_files: ['monctl:bundle']
tests:
- input_series: [{series: 'latency{team="nobody"}', values: 2x9}]
  notification_test: [{receiver: chat, until: 5m, exp_notifications: [{}]}]
  suppression_test: [{eval_time: 5m, labels: {alertname: Slow}, receiver: chat, exp_by: []}]
`,
			results: "FAILED failed",
			want: `t.yml:4:23: error[test/notification]: receiver "chat" from 0s until 5m: 1 notification expected, none is sent
- notification
hint: alert_relabel_configs[1] drops Slow
t.yml:5:22: error[test/suppression]: no alert with the labels {alertname="Slow"} fires at 5m
hint: alert_relabel_configs[1] drops Slow`,
		},
		"values that cannot be": {
			file: head + `  silences:
  - {matchers: ['team'], until: 1h}
  - {until: 1h}
  - {matchers: ['a="b"'], from: 1h, until: 1h}
  alert_rule_test:
  - {eval_time: 1m, alertname: Down, state: pendign, match: exactly}
  - {eval_time: 1m, alertname: Down, state: inactive, exp_alerts: [{exp_annotations: {a: b}}]}
  route_test: [{labels: {a: b}}]
  notification_test:
  - {until: 1h}
  - {receiver: chat}
  - {receiver: chat, from: 2h, until: 1h}
  - {receiver: chat, until: 1h, exp_notifications: [{status: done}]}
  suppression_test: [{labels: {a: b}, receiver: chat, exp_by: [inhibit]}, {labels: {a: b}, exp_by: []}, {receiver: chat, exp_by: []}, {labels: {a: b}, receiver: chat}]
- input_series: [{series: 'up{a="b"}', for_each: {a: [x], b: []}}]
`,
			results: "FAILED failed failed",
			want: `t.yml:7:5: error[test/value]: a silence needs matchers
hint: write them like matchers: ['team="x"']
t.yml:8:5: error[test/value]: the silence ends before it begins
hint: from and until count from the start of the test
t.yml:10:45: error[test/value]: state: unknown value "pendign"
hint: did you mean "pending"?
t.yml:10:61: error[test/value]: match: unknown value "exactly"
hint: did you mean "exact"?
t.yml:11:5: error[test/value]: an inactive alert has no annotations: exp_annotations cannot be compared
t.yml:12:16: error[test/value]: a route_test needs exp_receivers or exp_muted
t.yml:14:5: error[test/value]: a notification_test needs a receiver
t.yml:15:5: error[test/value]: a notification_test needs the end of its window
hint: until counts from the start of the test, like eval_time
t.yml:16:5: error[test/value]: the window of a notification_test ends before it begins
t.yml:17:62: error[test/value]: status: unknown value "done"
hint: want firing or resolved
t.yml:18:64: error[test/value]: exp_by: unknown value "inhibit"
hint: want inhibition, silence or time_interval
t.yml:18:75: error[test/value]: a suppression_test needs a receiver
t.yml:18:105: error[test/value]: a suppression_test needs the labels of an alert
t.yml:18:135: error[test/value]: a suppression_test needs exp_by
hint: [] says that nothing suppresses the alert
t.yml:19:27: error[test/value]: for_each sets the label "a", which the series up{a="b"} has already
t.yml:19:59: error[test/value]: for_each: the label "b" has no values`,
		},
		"a matcher that does not parse": {
			file:    head + "  silences: [{matchers: ['team'], until: 1h}]\n  notification_test: [{receiver: chat, until: 0m}]\n",
			results: "FAILED failed", want: "t.yml:5:26: error[test/value]: the matcher does not parse: \"team\": bad matcher format: team\nhint: matchers look like team=\"x\" or job=~\"a|b\"",
		},
		"options": {
			file: `rule_files: ['monctl:bundle']
options: {honour_group_interval: true, nan_equals_nan: true}
tests:
- input_series: [{series: 'latency', values: 0 2x9}, {series: 'n', values: NaN}]
  alert_rule_test:
  - {eval_time: 4m, alertname: Slow}
  - {eval_time: 5m, alertname: Slow, match: subset, exp_alerts: [{}]}
  promql_expr_test: [{expr: n, eval_time: 0m, exp_samples: [{labels: n, value: .nan}]}]
`,
			results: "ok passed",
		},
		"lists within input_series, and fixtures": {
			file: `fixtures: {two: &two [{series: a, values: 1}, {series: b, values: 2}]}
tests:
- input_series: [*two, {series: c, values: 3}]
  promql_expr_test: [{expr: 'a + b + c', eval_time: 0m, exp_samples: [{value: 6}]}]
`,
			results: "ok passed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := ruletest.Options{VerifyDir: t.TempDir(), Environment: environment(t), Bundle: []ruletest.RuleFile{{Name: "rules.yaml", YAML: []byte(pagingRules)}}}
			report, diags := run(t, o, ruletest.Suite{File: "t.yml", Data: []byte(tc.file)})
			got := findings(diags)
			if diff := cmp.Diff(tc.results, results(report)); diff != "" {
				t.Errorf("results (-want +got):\n%s\n%s", diff, got)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlertmanagerFile(t *testing.T) {
	suite := func(head string) ruletest.Suite {
		return ruletest.Suite{File: "t.yml", Data: []byte(head + "tests:\n- route_test: [{labels: {a: b}, exp_receivers: [x]}]\n- promql_expr_test: [{expr: '1', eval_time: 0m, exp_samples: [{value: 1}]}]\n")}
	}
	o := ruletest.Options{AlertmanagerFile: func(_, name string) (ruletest.AlertmanagerFile, error) {
		switch name {
		case "am.yml":
			return ruletest.AlertmanagerFile{Name: name, YAML: []byte("route: {receiver: x}\nreceivers: [{name: x}]\n")}, nil
		case "bad.yml":
			return ruletest.AlertmanagerFile{Name: name, YAML: []byte("route: {receiver: y}\nreceivers: [{name: x}]\n")}, nil
		}
		return ruletest.AlertmanagerFile{}, fmt.Errorf("no such file")
	}}
	for name, tc := range map[string]struct{ head, results, want string }{
		"named":     {"alertmanager_file: am.yml\n", "ok passed passed", ""},
		"refused":   {"alertmanager_file: bad.yml\n", "FAILED failed passed", `t.yml:1:20: error[test/alertmanager-file]: bad.yml is refused by Alertmanager: undefined receiver "y" used in route`},
		"not there": {"alertmanager_file: other.yml\n", "FAILED failed passed", `t.yml:1:20: error[test/alertmanager-file]: "other.yml" cannot be used: no such file`},
		"none": {"", "FAILED failed passed", `t.yml:2:16: error[test/alertmanager-file]: there is no Alertmanager configuration to test
hint: name one beside rule_files: alertmanager_file: alertmanager.yml`},
	} {
		t.Run(name, func(t *testing.T) {
			report, diags := run(t, o, suite(tc.head))
			if diff := cmp.Diff(tc.results, results(report)); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, strings.TrimSpace(findings(diags))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
