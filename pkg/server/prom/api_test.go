package prom_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/google/go-cmp/cmp"

	"github.com/prometheus/prometheus/prompb"

	"github.com/monctl/monctl/pkg/server/prom"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	b.activate(scrapeConfig(target(t, "demo 7\n")), group("node", "cpu", "rules:\n- {record: x, expr: demo}\n- {alert: Hot, expr: demo}\n"))
	b.settle()

	var rules struct {
		Groups []struct {
			Name, File string
			Interval   float64
			Rules      []struct{ Name, Type, Health string }
		}
	}
	b.api("rules", &rules)
	if got := fmt.Sprintf("%+v", rules.Groups); got != "[{Name:cpu File:node Interval:0.2 Rules:[{Name:x Type:recording Health:ok} {Name:Hot Type:alerting Health:ok}]}]" {
		t.Errorf("rules %s", got)
	}
	var targets struct {
		ActiveTargets []struct{ ScrapePool, Health string }
	}
	b.api("targets", &targets)
	if got := fmt.Sprintf("%+v", targets.ActiveTargets); got != "[{ScrapePool:demo Health:up}]" {
		t.Errorf("targets %s", got)
	}
	var build struct{ Version string }
	if b.api("status/buildinfo", &build); build.Version != prom.PrometheusVersion {
		t.Errorf("version %q", build.Version)
	}
	var flags map[string]string
	b.api("status/flags", &flags)
	got := map[string]string{}
	for _, name := range []string{"storage.tsdb.min-block-duration", "storage.tsdb.max-block-duration", "web.enable-admin-api", "storage.tsdb.retention.time"} {
		got[name] = flags[name]
	}
	want := map[string]string{"storage.tsdb.min-block-duration": "2h", "storage.tsdb.max-block-duration": "2h", "web.enable-admin-api": "false", "storage.tsdb.retention.time": "15d"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var runtime struct {
		StorageRetention    string
		ReloadConfigSuccess bool
		CorruptionCount     int
	}
	if b.api("status/runtimeinfo", &runtime); runtime.StorageRetention != "15d" || !runtime.ReloadConfigSuccess {
		t.Errorf("runtime %+v", runtime)
	}
	for _, path := range []string{"status/config", "status/tsdb", "status/walreplay", "status/tsdb/blocks", "alertmanagers", "labels", "label/job/values", "series?match[]=demo", "metadata", "scrape_pools", "features"} {
		b.api(path, new(any))
	}
	if w := b.do(http.MethodPost, "/api/v1/admin/tsdb/clean_tombstones", nil); w.Code == http.StatusNoContent || w.Code == http.StatusOK {
		t.Errorf("the admin API answers %d", w.Code)
	}
	if w := b.do(http.MethodPost, "/api/v1/write", nil); w.Code != http.StatusNotFound {
		t.Errorf("the remote write receiver answers %d", w.Code)
	}
	if w := b.do(http.MethodGet, "/graph", nil); w.Code != http.StatusNotFound {
		t.Errorf("/graph answers %d", w.Code)
	}
}

// CVE-2026-42151: /api/v1/status/config showed secrets.
func TestConfigShowsNoSecrets(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	b.activate(`scrape_configs:
- job_name: a
  basic_auth: {username: me, password: HUSH1}
- job_name: b
  authorization: {credentials: HUSH2}
- job_name: c
  oauth2: {client_id: me, client_secret: HUSH3, token_url: 'http://localhost:1'}
- job_name: d
  http_headers: {X-Key: {secrets: [HUSH4]}}
- job_name: e
  consul_sd_configs: [{server: 'localhost:1', token: HUSH5}]
remote_write:
- url: http://me:HUSH6@localhost:1/
- url: http://localhost:2/
  azuread: {cloud: AzurePublic, oauth: {client_id: 00000000-0000-0000-0000-000000000000, client_secret: HUSH7, tenant_id: 00000000-0000-0000-0000-000000000000}}
alerting:
  alertmanagers:
  - basic_auth: {username: me, password: HUSH8}
    static_configs: [{targets: ['localhost:1']}]
`)
	w := b.do(http.MethodGet, "/api/v1/status/config", nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "remote_write") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if i := strings.Index(w.Body.String(), "HUSH"); i >= 0 {
		t.Errorf("a secret is shown: %s", w.Body.String()[i:i+5])
	}
}

func TestCORSIsClosed(t *testing.T) {
	t.Parallel()
	allowed := func(b *bench, origin string) string {
		return b.do(http.MethodGet, "/api/v1/labels", nil, "Origin", origin).Header().Get("Access-Control-Allow-Origin")
	}
	closed := openBench(t, t.TempDir())
	if got := allowed(closed, "https://evil.example"); got != "" {
		t.Errorf("allowed %q", got)
	}
	open := openBench(t, t.TempDir(), func(o *prom.Options) { o.CORSOrigin = `https://grafana\.example` })
	if got := allowed(open, "https://grafana.example"); got != "https://grafana.example" {
		t.Errorf("allowed %q", got)
	}
	if got := allowed(open, "https://grafana.example.evil.example"); got != "" {
		t.Errorf("allowed %q", got)
	}
}

func (b *bench) remote(path string, body []byte) *httptest.ResponseRecorder {
	return b.do(http.MethodPost, path, bytes.NewReader(body), "Content-Type", "application/x-protobuf", "Content-Encoding", "snappy")
}

func TestRemoteWrite(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir(), func(o *prom.Options) { o.RemoteWriteReceiver = true; o.MaxRequestBytes = 1 << 20 })
	request := prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels:  []prompb.Label{{Name: "__name__", Value: "pushed"}},
		Samples: []prompb.Sample{{Value: 3, Timestamp: time.Now().UnixMilli()}},
	}}}
	body, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if w := b.remote("/api/v1/write", snappy.Encode(nil, body)); w.Code != http.StatusNoContent {
		t.Errorf("write: %d %s", w.Code, w.Body)
	}
	if got := b.value("pushed"); got != "3" {
		t.Errorf("pushed = %q", got)
	}

	// CVE-2026-42154: a few bytes that say they grow to gigabytes.
	bomb := append(binary.AppendUvarint(nil, 3<<30), 0, 0, 0, 0)
	for _, path := range []string{"/api/v1/write", "/api/v1/read"} {
		if w := b.remote(path, bomb); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "exceeds") {
			t.Errorf("bomb on %s: %d %s", path, w.Code, w.Body)
		}
		if w := b.remote(path, make([]byte, 1<<20+1)); w.Code/100 != 4 && w.Code/100 != 5 {
			t.Errorf("large body on %s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestFederate(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	host := target(t, "demo{a=\"b\"} 7\nhidden 1\n")
	b.activate(strings.Replace(scrapeConfig(host), "global:\n", "global:\n  external_labels: {dc: tokyo, a: ignored}\n", 1),
		group("g", "g", "rules: [{record: 'total', expr: sum(demo)}]\n"))
	b.settle()
	want := []string{
		"# TYPE demo untyped", `demo{a="b",instance="` + host + `",job="demo",dc="tokyo"} 7`,
		"# TYPE total untyped", `total{a="ignored",dc="tokyo",instance=""} 7`,
	}
	// The rule's first evaluation may come before the first scrape.
	eventually(t, func() string {
		var got []string
		for line := range strings.Lines(b.do(http.MethodGet, "/federate?match[]=demo&match[]=total", nil).Body.String()) {
			if !strings.HasPrefix(line, "#") {
				line = line[:strings.LastIndex(line, " ")] // the timestamp
			}
			got = append(got, strings.TrimSpace(line))
		}
		return cmp.Diff(want, got)
	})
	if w := b.do(http.MethodGet, "/federate?match[]=(", nil); w.Code != http.StatusBadRequest {
		t.Errorf("bad matcher: %d", w.Code)
	}
}

func TestFederateNativeHistogram(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir(), func(o *prom.Options) { o.RemoteWriteReceiver = true })
	request := prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels: []prompb.Label{{Name: "__name__", Value: "latency"}},
		Histograms: []prompb.Histogram{{
			Count: &prompb.Histogram_CountInt{CountInt: 3}, Sum: 5, Schema: 1, ZeroThreshold: 0.001,
			ZeroCount:     &prompb.Histogram_ZeroCountInt{ZeroCountInt: 1},
			PositiveSpans: []prompb.BucketSpan{{Offset: 0, Length: 2}}, PositiveDeltas: []int64{1, 0},
			Timestamp: time.Now().UnixMilli(),
		}},
	}}}
	body, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if w := b.remote("/api/v1/write", snappy.Encode(nil, body)); w.Code != http.StatusNoContent {
		t.Fatalf("write: %d %s", w.Code, w.Body)
	}
	w := b.do(http.MethodGet, "/federate?match[]=latency", nil, "Accept",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text")
	for _, part := range []string{"type: HISTOGRAM", "sample_count_float: 3", "schema: 1", "positive_count: 1"} {
		if !strings.Contains(strings.ReplaceAll(w.Body.String(), ":  ", ": "), part) {
			t.Errorf("no %q in %s", part, w.Body)
		}
	}
	if w := b.do(http.MethodGet, "/federate?match[]=latency", nil); w.Body.Len() != 0 {
		t.Errorf("as text: %s", w.Body)
	}
}
