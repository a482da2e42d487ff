//go:build e2e

package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/e2e/peer"
)

const (
	soundRules = `groups:
- name: first
  interval: 30s
  limit: 5
  query_offset: 1m
  labels:
    team: a
  rules:
  - alert: HostDown
    expr: up{job="node"} == 0
    for: 5m
    keep_firing_for: 1m
    labels:
      severity: critical
    annotations:
      summary: '{{ $labels.instance }} is down'
- name: second
  rules:
  - record: job:up:sum
    expr: sum by (job) (rate(x[5m]))
    labels:
      a: b
`
	soundAlertmanager = `global:
  resolve_timeout: 5m
route:
  receiver: default
  group_by: [alertname]
  group_wait: 30s
  routes:
  - matchers: [severity="critical"]
    receiver: pager
    continue: true
    mute_time_intervals: [night]
receivers:
- name: default
- name: pager
  webhook_configs:
  - url: http://localhost:1/
    send_resolved: true
inhibit_rules:
- source_matchers: [severity="critical"]
  target_matchers: [severity="warning"]
  equal: [instance]
time_intervals:
- name: night
  time_intervals:
  - times:
    - start_time: '00:00'
      end_time: '06:00'
`
	soundPrometheus = `global:
  scrape_interval: 30s
  scrape_timeout: 10s
  external_labels:
    dc: a
scrape_configs:
- job_name: node
  metrics_path: /metrics
  honor_labels: true
  static_configs:
  - targets: ['localhost:9100']
    labels:
      a: b
  relabel_configs:
  - source_labels: [__address__]
    regex: (.*)
    target_label: instance
    replacement: $1
    action: replace
alerting:
  alertmanagers:
  - static_configs:
    - targets: ['localhost:9093']
remote_write:
- url: http://localhost:1/write
`
)

// mutations is how many variants of each file are judged.
const mutations = 25

// TestValidateBesidePromtoolAndAmtool has both judge a sound file of each kind
// and what comes of it by small changes, and compares the verdicts. monctl is
// told neither the kind nor the project, and judges all files at once, which
// must make no difference.
func TestValidateBesidePromtoolAndAmtool(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		judge func(testing.TB, string) peer.Result
	}{
		"rules":        {soundRules, func(t testing.TB, f string) peer.Result { return peer.Promtool(t, "check", "rules", f) }},
		"prometheus":   {soundPrometheus, func(t testing.TB, f string) peer.Result { return peer.Promtool(t, "check", "config", f) }},
		"alertmanager": {soundAlertmanager, func(t testing.TB, f string) peer.Result { return peer.Amtool(t, "check-config", f) }},
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(len(name))))
			dir, texts := t.TempDir(), map[string]string{}
			for i := range mutations + 1 {
				text := c.text
				if i > 0 {
					text = mutate(random, c.text)
				}
				file := fmt.Sprintf("%s-%d.yaml", name, i)
				write(t, filepath.Join(dir, file), text)
				texts[file] = text
			}
			ours, refused := refusedFiles(t, dir, slices.Sorted(maps.Keys(texts))), 0
			for file, text := range texts {
				theirs := c.judge(t, filepath.Join(dir, file))
				if theirs.Code != 0 {
					refused++
				}
				if (len(ours[file]) > 0) != (theirs.Code != 0) {
					t.Errorf("%s: theirs %d\n%s\ntheirs: %s%s\nmonctl: %q", file, theirs.Code, text, theirs.Stdout, theirs.Stderr, ours[file])
				}
			}
			t.Logf("%d files, %d of them refused by both", len(texts), refused)
			if refused < mutations/5 || refused > mutations*9/10 {
				t.Errorf("%d of %d variants are refused: the changes do not tell much", refused, mutations)
			}
		})
	}
}

// refusedFiles returns the errors that monctl finds in files of a folder.
func refusedFiles(t *testing.T, dir string, files []string) map[string][]string {
	t.Helper()
	result := peer.Run(t, peer.Command{Path: monctl(t), Dir: dir, Args: append([]string{"validate", "-o", "json"}, files...)})
	var report struct {
		Diagnostics []struct {
			Severity, Summary string
			Span              struct{ File string }
		}
	}
	if err := json.Unmarshal([]byte(result.Stdout), &report); err != nil || result.Code != 0 && result.Code != 3 {
		t.Fatalf("exit code %d, %v\n%s", result.Code, err, result.Stderr)
	}
	out := map[string][]string{}
	for _, d := range report.Diagnostics {
		if d.Severity == "error" {
			out[d.Span.File] = append(out[d.Span.File], d.Summary)
		}
	}
	return out
}

// mutate changes a line or two of a YAML file.
func mutate(random *rand.Rand, text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for range 1 + random.IntN(2) {
		i := random.IntN(len(lines))
		switch line := lines[i]; random.IntN(5) {
		case 0:
			lines = slices.Delete(lines, i, i+1)
		case 1:
			lines = slices.Insert(lines, i, line)
		case 2: // another key
			lines[i] = strings.Replace(line, ":", "x:", 1)
		default: // another value
			values := []string{"", "null", "-1", "5", "x y", "[]", "{}", "true", "1x", "'{{ .X'", "sum(", "'('", "1m", "[a]", "{a: b}", "\"\""}
			if key, _, ok := strings.Cut(line, ": "); ok {
				lines[i] = fmt.Sprintf("%s: %s", key, values[random.IntN(len(values))])
			}
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
