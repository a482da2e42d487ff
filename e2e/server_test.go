//go:build e2e

package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monctl/monctl/e2e/peer"
)

// blackboxConfig has the modules that the probes of the rendered configuration
// ask for.
const blackboxConfig = `modules:
  http_2xx: {prober: http, timeout: 5s}
  icmp: {prober: icmp, timeout: 5s}
  dns_udp: {prober: dns, timeout: 5s, dns: {query_name: localhost}}
`

// serve starts the bundled server.
func serve(t *testing.T, env ...string) *peer.Process {
	t.Helper()
	addr := peer.FreeAddr(t)
	return peer.Start(t, peer.Spec{
		Name: "monctl", Path: monctl(t), Dir: t.TempDir(), Env: env, URL: "http://" + addr, ReadyPath: "/-/ready",
		Args: []string{"serve", "--listen", addr, "--data", "data", "--hold-back-unresolved"},
	})
}

// query asks promtool to query a server and returns its lines.
func query(t *testing.T, url, expr string) []string {
	t.Helper()
	r := peer.Promtool(t, "query", "instant", url, expr)
	if r.Code != 0 {
		t.Fatalf("promtool query: %s%s", r.Stdout, r.Stderr)
	}
	return strings.Split(strings.TrimSpace(r.Stdout), "\n")
}

// silences lists the active silences by id.
func silences(t *testing.T, url string) []string {
	t.Helper()
	r := peer.Amtool(t, "--alertmanager.url="+url, "silence", "query", "-q")
	if r.Code != 0 {
		t.Fatalf("amtool silence query: %s%s", r.Stdout, r.Stderr)
	}
	return strings.Fields(r.Stdout)
}

// alerts lists the names of alerts, silenced ones on demand.
func alerts(t *testing.T, url string, args ...string) string {
	t.Helper()
	r := peer.Amtool(t, append([]string{"--alertmanager.url=" + url, "alert", "query", "-o", "json"}, args...)...)
	if r.Code != 0 {
		t.Fatalf("amtool alert query: %s%s", r.Stdout, r.Stderr)
	}
	var list []struct {
		Labels map[string]string `json:"labels"`
	}
	if err := json.Unmarshal([]byte(r.Stdout), &list); err != nil {
		t.Fatalf("%v\n%s", err, r.Stdout)
	}
	var names []string
	for _, a := range list {
		names = append(names, a.Labels["alertname"])
	}
	return strings.Join(names, " ")
}

// TestServerBesideTheRealPrograms is the life of a deployment: real exporters
// are scraped, a real alert reaches a webhook, promtool and amtool work against
// the server, and nothing is lost by kill -9.
func TestServerBesideTheRealPrograms(t *testing.T) {
	node := peer.NodeExporter(t)
	config := filepath.Join(t.TempDir(), "blackbox.yml")
	write(t, config, blackboxConfig)
	blackbox := peer.BlackboxExporter(t, config)
	hook := peer.NewWebhook(t)
	dir := project(t)
	// An alert on a real metric of the real exporter, which fires at once.
	write(t, filepath.Join(dir, "rules", "e2e.jsonnet"), `
local rules = (import 'monctl/rules.libsonnet') { defaults+: { team: 'monitoring' } };
rules.file([rules.group('e2e', [
  rules.alert('LoadIsKnown', {
    expr: 'node_load1{job="node"} >= 0',
    severity: 'critical',
    summary: 'The load of {{ $labels.instance }} is known',
    description: 'It is {{ $value }}.',
  }),
])])
`)
	server := serve(t, "MONCTL_SECRET_WATCHDOG_URL="+hook.URL()+"/watchdog", "MONCTL_SECRET_WEBHOOK_URL="+hook.URL()+"/pager")
	url := server.URL()
	deploy := func() {
		t.Helper()
		must(t, "-C", dir, "deploy", "--env", "default", "--to", url, "-m", "end to end",
			"-V", "self="+hostOf(url), "-V", "node="+hostOf(node.URL()), "-V", "blackbox="+hostOf(blackbox.URL()))
	}
	deploy()

	t.Run("exporters are scraped through the rendered configuration", func(t *testing.T) {
		for _, expr := range []string{
			`up{job="monctl"} == 1`, `node_load1{job="node"}`, `up{job="blackbox"} == 1`,
			`probe_success{job="probe-http"} == 1`, `probe_icmp_duration_seconds{job="probe-icmp"}`, `prometheus_tsdb_head_series`,
			`alertmanager_alerts`, `monctl_revision_info`,
		} {
			peer.Eventually(t, patience, func() error {
				if got := query(t, url, expr); len(got) == 0 || got[0] == "" {
					return fmt.Errorf("%s: nothing", expr)
				}
				return nil
			})
		}
	})

	t.Run("a webhook receives the notification of a real alert", func(t *testing.T) {
		n := hook.WaitFor(patience, func(n peer.Notification) bool { return n.CommonLabels["alertname"] == "LoadIsKnown" })
		if n.Path != "/pager" || n.Status != "firing" || n.CommonLabels["team"] != "monitoring" {
			t.Errorf("notification: %+v", n)
		}
		if want := "The load of " + hostOf(node.URL()) + " is known"; n.Alerts[0].Annotations["summary"] != want {
			t.Errorf("summary %q, want %q", n.Alerts[0].Annotations["summary"], want)
		}
		hook.WaitFor(patience, func(n peer.Notification) bool { return n.Path == "/watchdog" })
	})

	t.Run("amtool lists, silences and expires", func(t *testing.T) {
		if got := alerts(t, url); !strings.Contains(got, "Watchdog") || !strings.Contains(got, "LoadIsKnown") {
			t.Errorf("alerts: %s", got)
		}
		add := peer.Amtool(t, "--alertmanager.url="+url, "silence", "add", "-a", "e2e", "-c", "quiet", "-d", "1h", "alertname=LoadIsKnown")
		if add.Code != 0 {
			t.Fatalf("amtool silence add: %s%s", add.Stdout, add.Stderr)
		}
		id := strings.TrimSpace(add.Stdout)
		peer.Eventually(t, patience, func() error {
			if got := alerts(t, url); strings.Contains(got, "LoadIsKnown") {
				return errors.New("the alert is not silenced: " + got)
			}
			return nil
		})
		accepts(t, "amtool silence expire", peer.Amtool(t, "--alertmanager.url="+url, "silence", "expire", id))
		peer.Eventually(t, patience, func() error {
			if got := alerts(t, url); !strings.Contains(got, "LoadIsKnown") {
				return errors.New("the alert is still silenced: " + got)
			}
			return nil
		})
	})

	t.Run("kill -9 loses nothing", func(t *testing.T) {
		add := peer.Amtool(t, "--alertmanager.url="+url, "silence", "add", "-a", "e2e", "-c", "stays", "-d", "1h", "alertname=LoadIsKnown")
		if add.Code != 0 {
			t.Fatalf("amtool silence add: %s%s", add.Stdout, add.Stderr)
		}
		var before, after status
		if err := get(t, url+"/api/monctl/v1/status", &before); err != nil {
			t.Fatal(err)
		}
		samples := query(t, url, `count_over_time(node_load1{job="node"}[1h])`)
		server.Kill()
		server.Restart()
		if err := get(t, url+"/api/monctl/v1/status", &after); err != nil {
			t.Fatal(err)
		}
		if after.Activation.Revision == "" || after.Activation.Revision != before.Activation.Revision {
			t.Errorf("revision %q, was %q", after.Activation.Revision, before.Activation.Revision)
		}
		if got, id := silences(t, url), strings.TrimSpace(add.Stdout); len(got) != 1 || got[0] != id {
			t.Errorf("silences %v, want %s", got, id)
		}
		again := query(t, url, `count_over_time(node_load1{job="node"}[1h])`)
		if count(t, again) < count(t, samples) {
			t.Errorf("samples: %v, were %v", again, samples)
		}
	})

	t.Run("a deployment of the same changes nothing, a broken one neither", func(t *testing.T) {
		var before, after status
		if err := get(t, url+"/api/monctl/v1/status", &before); err != nil {
			t.Fatal(err)
		}
		deploy()
		replace(t, filepath.Join(dir, "rules", "e2e.jsonnet"), ">= 0'", ">= '")
		r := peer.Run(t, peer.Command{Path: monctl(t), Args: []string{"-C", dir, "deploy", "--env", "default", "--to", url}})
		if r.Code != 3 || !strings.Contains(r.Stdout, "rules/e2e.jsonnet:5:") {
			t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
		if err := get(t, url+"/api/monctl/v1/status", &after); err != nil {
			t.Fatal(err)
		}
		if after.Activation.Revision != before.Activation.Revision {
			t.Errorf("revision %q, was %q", after.Activation.Revision, before.Activation.Revision)
		}
	})

	t.Run("rollback runs the revision before", func(t *testing.T) {
		var before, after status
		if err := get(t, url+"/api/monctl/v1/status", &before); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, "rules", "e2e.jsonnet")); err != nil {
			t.Fatal(err)
		}
		deploy()
		must(t, "rollback", "--to", url)
		if err := get(t, url+"/api/monctl/v1/status", &after); err != nil {
			t.Fatal(err)
		}
		if after.Activation.Revision != before.Activation.Revision {
			t.Errorf("revision %q, want %q", after.Activation.Revision, before.Activation.Revision)
		}
	})
}

func hostOf(url string) string { return strings.TrimPrefix(url, "http://") }

// count reads the value of promtool's line "{…} => 5 @[…]".
func count(t *testing.T, lines []string) int {
	t.Helper()
	_, value, ok := strings.Cut(lines[0], "=> ")
	var n int
	if _, err := fmt.Sscan(value, &n); !ok || err != nil {
		t.Fatalf("no number in %q", lines)
	}
	return n
}
