package prom_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"

	"github.com/monctl/monctl/pkg/server/prom"
)

// TestAlertsAreLabelledAsUpstream posts generated alerts through upstream's
// notifier and compares what arrives with what Options.Alerts would get.
func TestAlertsAreLabelledAsUpstream(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(`
global: {external_labels: {dc: tokyo, replica: a, severity: none}}
alerting:
  alertmanagers: [{static_configs: [{targets: [x]}]}]
  alert_relabel_configs:
  - {regex: replica, action: labeldrop}
  - {source_labels: [severity], regex: debug, action: drop}
  - {source_labels: [instance], regex: '(.*):\d+', target_label: host}
  - {source_labels: [instance], regex: '.*', target_label: instance, replacement: ''}
  - {source_labels: [alertname, job], modulus: 3, target_label: shard, action: hashmod}
  - {regex: tmp_(.+), action: labelmap}
  - {source_labels: [shard, job], regex: '2;b', action: drop}
`, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	alerts := generateAlerts()

	type posted struct {
		Labels, Annotations map[string]string
		GeneratorURL        string
	}
	arrived := make(chan []posted, len(alerts))
	alertmanager := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var batch []posted
		if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
			t.Error(err)
		}
		arrived <- batch
	}))
	defer alertmanager.Close()
	manager := notifier.NewManager(&notifier.Options{QueueCapacity: 10 * len(alerts), DrainOnShutdown: true, Registerer: prometheus.NewRegistry()}, model.UTF8Validation, nil)
	if err := manager.ApplyConfig(cfg); err != nil {
		t.Fatal(err)
	}
	found := make(chan map[string][]*targetgroup.Group)
	ended := make(chan struct{})
	go func() { defer close(ended); manager.Run(found) }()
	found <- map[string][]*targetgroup.Group{"config-0": {{Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(strings.TrimPrefix(alertmanager.URL, "http://"))}}}}}
	eventually(t, func() string {
		if len(manager.Alertmanagers()) != 1 {
			return "the Alertmanager to be found"
		}
		return ""
	})
	manager.Send(slices.Clone(alerts)...)
	want := prom.LabelAlerts(cfg, alerts)
	if len(want) == 0 || len(want) == len(alerts) {
		t.Fatalf("%d of %d alerts are left: the test compares too little", len(want), len(alerts))
	}
	var got []posted
	for len(got) < len(want) {
		select {
		case batch := <-arrived:
			got = append(got, batch...)
		case <-time.After(patience):
			t.Fatalf("upstream sent %d alerts, not %d", len(got), len(want))
		}
	}
	manager.Stop()
	<-ended
	var ours []posted
	for _, a := range want {
		ours = append(ours, posted{a.Labels.Map(), a.Annotations.Map(), a.GeneratorURL})
	}
	if diff := cmp.Diff(ours, got); diff != "" {
		t.Error(diff)
	}
}

func generateAlerts() []*notifier.Alert {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(values ...string) string { return values[random.IntN(len(values))] }
	var alerts []*notifier.Alert
	for i := range 300 {
		alerts = append(alerts, &notifier.Alert{
			Labels: labels.FromMap(map[string]string{
				"alertname": fmt.Sprintf("A%d", i), "job": pick("a", "b", "c"), "instance": pick("x:1", "y:22", "z"),
				"severity": pick("page", "debug", "info"), "replica": pick("b", "c"), "tmp_team": pick("one", "two"),
				pick("dc", "other"): pick("us", "eu"),
			}),
			Annotations:  labels.FromStrings("summary", pick("s1", "s2")),
			StartsAt:     time.Unix(int64(i), 0),
			GeneratorURL: "http://p/" + pick("1", "2"),
		})
	}
	return alerts
}

// Each of these is why this package does something itself. When one fails,
// upstream has changed and the workaround may go.

func TestUpstreamDiscoverySwallowsErrors(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("scrape_configs: [{job_name: a, http_sd_configs: [{url: 'http://127.0.0.1:1', tls_config: {ca_file: nowhere}}]}]", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	metrics, err := discovery.CreateAndRegisterSDMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m := discovery.NewManager(ctx, slog.New(slog.DiscardHandler), registry, metrics)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = m.Run() }()
	defer func() { cancel(); <-ended }()
	if err := m.ApplyConfig(map[string]discovery.Configs{"a": cfg.ScrapeConfigs[0].ServiceDiscoveryConfigs}); err != nil {
		t.Errorf("ApplyConfig reports %v now", err)
	}
}

func TestUpstreamGroupEqualsIgnoresExternalLabels(t *testing.T) {
	t.Parallel()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr("demo")
	if err != nil {
		t.Fatal(err)
	}
	group := func(dc string) *rules.Group {
		rule := rules.NewAlertingRule("A", expr, 0, 0, labels.EmptyLabels(), labels.EmptyLabels(), labels.FromStrings("dc", dc), "", true, slog.New(slog.DiscardHandler))
		return rules.NewGroup(rules.GroupOptions{Name: "g", File: "f", Interval: time.Minute, Rules: []rules.Rule{rule}, Opts: &rules.ManagerOptions{}})
	}
	if !group("tokyo").Equals(group("us")) {
		t.Error("Equals minds external labels now")
	}
}

func TestUpstreamLoadsNoRetention(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.StorageConfig.TSDBConfig.Retention; got == nil || *got != (config.TSDBRetentionConfig{}) {
		t.Errorf("retention %+v", got)
	}
}

// The built-in version is that of the module: v0.315.0 is release 3.15.0.
func TestPrometheusVersion(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Version}}", "github.com/prometheus/prometheus").Output()
	if err != nil {
		t.Fatal(err)
	}
	var minor, patch int
	if _, err := fmt.Sscanf(strings.TrimSpace(string(out)), "v0.%d.%d", &minor, &patch); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if want := fmt.Sprintf("%d.%d.%d", minor/100, minor%100, patch); prom.PrometheusVersion != want {
		t.Errorf("%s is built in, not %s", want, prom.PrometheusVersion)
	}
}
