package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// rulesPerFile is how many rules a generated file has, in groups of as many as
// ruleTexts, so that no two rules of a set have a name in common.
const rulesPerFile = 120

// ruleTexts are the rules of one component, as people write them; %[1]s is its
// name in lower case, %[2]s that in capitals.
var ruleTexts = []string{`
  - record: job:%[1]s_requests:rate5m
    expr: sum by (job) (rate(%[1]s_requests_total{job!=""}[5m]))
`, `
  - record: job_code:%[1]s_errors:rate5m
    expr: sum by (job, code) (rate(%[1]s_requests_total{job!="", code=~"5.."}[5m]))
`, `
  - record: job:%[1]s_latency_seconds:p99
    expr: histogram_quantile(0.99, sum by (job, le) (rate(%[1]s_latency_seconds_bucket[5m])))
`, `
  - alert: %[2]sDown
    expr: up{job="%[1]s"} == 0
    for: 5m
    labels:
      severity: critical
      team: team-a
    annotations:
      summary: '{{ $labels.instance }} of %[1]s is down'
      description: Prometheus has not reached {{ $labels.instance }} for 5 minutes.
      runbook_url: https://runbooks.example.org/%[1]s/down
`, `
  - alert: %[2]sErrors
    expr: |
      sum by (job) (rate(%[1]s_requests_total{code=~"5.."}[5m]))
        / sum by (job) (rate(%[1]s_requests_total[5m]))
        > 0.05
    for: 10m
    labels:
      severity: critical
      team: team-b
    annotations:
      summary: '{{ $labels.job }} fails'
      description: '{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} fail.'
      runbook_url: https://runbooks.example.org/%[1]s/errors
`, `
  - alert: %[2]sSlow
    expr: job:%[1]s_latency_seconds:p99 > 0.5
    for: 15m
    labels:
      severity: warning
      team: team-a
    annotations:
      summary: '{{ $labels.job }} is slow'
      description: One request in a hundred takes {{ $value | humanizeDuration }}.
      runbook_url: https://runbooks.example.org/%[1]s/slow
`, `
  - alert: %[2]sQueueFull
    expr: max by (instance, queue) (%[1]s_queue_length / on (instance, queue) %[1]s_queue_capacity) > 0.9
    for: 10m
    labels:
      severity: warning
      team: team-b
    annotations:
      summary: Queue {{ $labels.queue }} of {{ $labels.instance }} is full
      description: It is filled to {{ $value | humanizePercentage }}.
      runbook_url: https://runbooks.example.org/%[1]s/queue
`, `
  - alert: %[2]sDiskFills
    expr: |
      predict_linear(%[1]s_disk_free_bytes{mountpoint!=""}[6h], 4 * 3600) < 0
      and %[1]s_disk_free_bytes / %[1]s_disk_size_bytes < 0.4
    for: 1h
    labels:
      severity: warning
      team: team-a
    annotations:
      summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} fills up'
      description: It is expected to be full within 4 hours.
      runbook_url: https://runbooks.example.org/%[1]s/disk
`}

// component names a generated component.
func componentName(i int) (lower, upper string) {
	lower = fmt.Sprintf("svc%d", i)
	return lower, "S" + lower[1:]
}

// writeRuleSet writes rule files with so many rules into a folder.
func writeRuleSet(dir string, n int) error {
	files := map[string]string{}
	var b strings.Builder
	for i := range n {
		c, rule := i/len(ruleTexts), i%len(ruleTexts)
		if i%rulesPerFile == 0 {
			b.Reset()
			b.WriteString("groups:\n")
		}
		lower, upper := componentName(c)
		if rule == 0 {
			fmt.Fprintf(&b, "- name: %s\n  interval: 30s\n  rules:\n", lower)
		}
		b.WriteString(strings.TrimPrefix(strings.NewReplacer("%[1]s", lower, "%[2]s", upper).Replace(ruleTexts[rule]), "\n"))
		if i%rulesPerFile == rulesPerFile-1 || i == n-1 {
			files[fmt.Sprintf("rules%d.yaml", i/rulesPerFile)] = b.String()
		}
	}
	return writeFiles(dir, files)
}

// writeMonitoring writes a project of rules, routes, dashboards and policies.
func writeMonitoring(dir string, rules, routes, dashboards int) error {
	if err := writeRuleSet(filepath.Join(dir, "rules"), rules); err != nil {
		return err
	}
	files := map[string]string{
		"monctl.cue":             "environments: default: {}\n",
		"policies/all.cue":       policyText,
		"alertmanager/main.yaml": routingText(routes),
	}
	for i := range dashboards {
		text, err := json.Marshal(dashboardValue(i))
		if err != nil {
			return fmt.Errorf("make a dashboard: %w", err)
		}
		files[fmt.Sprintf("dashboards/svc%d.json", i)] = string(text)
	}
	return writeFiles(dir, files)
}

const policyText = `package policies

#AlertingRule: {
	labels: severity: "critical" | "warning"
	labels: team: =~"^team-[a-z]$"
	annotations: runbook_url: =~"^https://runbooks.example.org/"
}

#RecordingRule: record: =~"^[a-z0-9_]+:[a-z0-9_]+:[a-z0-9_]+$"

#Route: receiver?: !="nobody"

#Panel: title: !=""
`

// routingText is a configuration with so many routes below the root, each to a
// receiver of its own.
func routingText(n int) string {
	var routes, receivers strings.Builder
	for i := range n {
		lower, upper := componentName(i)
		matcher := fmt.Sprintf(`alertname=~"%s.*"`, upper)
		if i%2 == 0 {
			matcher = fmt.Sprintf(`job="%s"`, lower)
		}
		fmt.Fprintf(&routes, "  - matchers: ['%s']\n    receiver: %s\n    continue: true\n", matcher, lower)
		fmt.Fprintf(&receivers, "- name: %[1]s\n  webhook_configs: [{url: 'https://hooks.example.org/%[1]s'}]\n", lower)
	}
	return "route:\n  receiver: all\n  group_by: [alertname, job]\n  routes:\n" + routes.String() +
		"receivers:\n- name: all\n  webhook_configs: [{url: 'https://hooks.example.org/all'}]\n" + receivers.String()
}

// dashboardValue is a dashboard of eight graphs.
func dashboardValue(i int) map[string]any {
	lower, _ := componentName(i)
	datasource := map[string]any{"type": "prometheus", "uid": "${datasource}"}
	var panels []any
	for id := range 8 {
		panels = append(panels, map[string]any{
			"id": id + 1, "type": "timeseries", "title": fmt.Sprintf("Requests %d", id), "datasource": datasource,
			"gridPos":     map[string]any{"h": 8, "w": 12, "x": 12 * (id % 2), "y": 8 * (id / 2)},
			"fieldConfig": map[string]any{"defaults": map[string]any{"unit": "reqps"}, "overrides": []any{}},
			"targets": []any{map[string]any{
				"refId": "A", "datasource": datasource, "legendFormat": "{{job}}",
				"expr": fmt.Sprintf(`sum by (job) (rate(%s_requests_total{job=~"$job", code="%d"}[$__rate_interval]))`, lower, 200+id),
			}},
		})
	}
	return map[string]any{
		"uid": lower, "title": "Service " + lower, "schemaVersion": 39, "panels": panels,
		"templating": map[string]any{"list": []any{
			map[string]any{"name": "datasource", "type": "datasource", "query": "prometheus"},
			map[string]any{"name": "job", "type": "query", "datasource": datasource, "query": fmt.Sprintf("label_values(%s_requests_total, job)", lower), "refresh": 2},
		}},
	}
}

// ruleFiles are the rule files of a folder.
func ruleFiles(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no rule files in %s: %w", dir, os.ErrNotExist)
	}
	return files, err
}
