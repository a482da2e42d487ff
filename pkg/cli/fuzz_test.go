package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/pkg/cli"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/view"
)

const fuzzAlertmanager = `route:
  receiver: default
  group_by: [alertname]
  routes:
  - {matchers: [severity="critical"], receiver: pager, continue: true}
  - {matchers: ['team=~"a|b"'], receiver: team, mute_time_intervals: [night]}
receivers: [{name: default}, {name: pager}, {name: team, webhook_configs: [{url: http://example.org}]}]
inhibit_rules: [{source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [alertname]}]
time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '00:30'}]}]}]
`

// fuzzed runs a command that reads a file from its standard input. It has to end
// in a report, whose findings about that file have a place in it.
func fuzzed(t *testing.T, dir string, input []byte, args ...string) view.Report {
	t.Helper()
	var out, stderr bytes.Buffer
	code := cli.Main(cli.System{
		Args: append(args, "--config", filepath.Join(dir, "alertmanager.yml"), "-o", "json"), Stdin: bytes.NewReader(input), Stdout: &out, Stderr: &stderr, Dir: dir,
		Getenv:    func(string) (string, bool) { return "", false },
		Interrupt: context.WithCancel,
	})
	if code != 0 && code != 3 {
		t.Fatalf("%q ends with %d: %s", input, code, &stderr)
	}
	var r view.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%q: %v in %s", input, err, &out)
	}
	if (code == 3) != findsErrors(r) {
		t.Errorf("%q ends with %d and the findings %v", input, code, r.Diagnostics)
	}
	for _, d := range r.Diagnostics {
		// What is left out at the end, as in "?", stands on the line after it. To
		// YAML a carriage return ends a line, too.
		if lines := bytes.Count(input, []byte("\n")) + bytes.Count(input, []byte("\r")) + 1; d.Span.File == "<stdin>" && d.Span.Start.Line > lines+1 {
			t.Errorf("%q has %d lines, and a mistake on line %d: %s", input, lines, d.Span.Start.Line, d.Summary)
		}
	}
	return r
}

func findsErrors(r view.Report) bool {
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}

func fuzzFolder(f *testing.F) string {
	f.Helper()
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "alertmanager.yml"), []byte(fuzzAlertmanager), 0o600); err != nil {
		f.Fatal(err)
	}
	return dir
}

// FuzzTimeline: a timeline of alerts is simulated or refused.
func FuzzTimeline(f *testing.F) {
	for _, seed := range []string{
		"- labels: {alertname: A, severity: critical}\n  from: 1m\n  until: 10m\n", "start_timestamp: 2026-01-03T02:50:00Z\nuntil: 1h\nalerts: [{labels: {alertname: A, team: a}, annotations: {x: y}}]\nsilences: [{matchers: ['team=\"a\"'], until: 30m, comment: c}]",
		"alerts: [{labels: {a: [b]}}]", "alerts: [{from: 5m, until: 1m, labels: {}}]", "silences: [{matchers: ['(']}]", "[]", "x", "- labels:\n    alertname: A\n- labels: &l {alertname: A, severity: warning}\n- labels: *l\n  from: x\n", "---\n---\n", "start_timestamp: 0001-01-01T00:00:00Z\nalerts: [{labels: {a: b}}]",
	} {
		f.Add([]byte(seed))
	}
	dir := fuzzFolder(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzed(t, dir, data, "routes", "simulate", "-", "--until", "2h")
		for _, one := range r.Timelines {
			for _, n := range one.Notifications {
				if n.Receiver == "" || len(n.Alerts) == 0 {
					t.Errorf("%q: a notification for nobody, or about nothing: %+v", data, n)
				}
			}
		}
	})
}

// FuzzBatch: each label set of a file is told its receivers, as one alone is.
func FuzzBatch(f *testing.F) {
	for _, seed := range []string{
		"- {alertname: A, severity: critical}\n- {labels: {team: b}, receivers: [team]}\n", "{\"alertname\": \"A\"}\n\n{\"team\": \"a\"}\n", "alertname: A\n---\nteam: a\n", "- labels: {a: [b]}\n", "[1, null]", "{\"a\"\n{\"b\": 1}", "- {labels: {a: b}, receivers: x}", "{labels: {}}", "a: 1.0\nb: yes\n",
	} {
		f.Add([]byte(seed))
	}
	dir := fuzzFolder(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, one := range fuzzed(t, dir, data, "routes", "test", "--batch", "-").RouteTests {
			if len(one.Receivers) == 0 {
				t.Errorf("%q: %v goes to nobody", data, one.Labels)
			}
		}
	})
}
