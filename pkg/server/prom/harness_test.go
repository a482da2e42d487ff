package prom_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/prometheus/prometheus/notifier"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server/prom"
)

// patience bounds every wait; a test that passes never comes near it.
const patience = 20 * time.Second

// TestMain fails if a closed server leaves goroutines behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := leftGoroutines(); left != "" {
			fmt.Fprintln(os.Stderr, "goroutines were left behind:\n"+left)
			code = 1
		}
	}
	os.Exit(code)
}

func leftGoroutines() string {
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		left = nil
		upstreamLeak := 0
		buf := make([]byte, 4<<20)
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			// A damaged block has tsdb.Open fail without closing the log that
			// it opened before; one test does that.
			if upstreamLeak == 0 && strings.Contains(stack, "wlog.(*WL).run") {
				upstreamLeak++
				continue
			}
			if strings.Contains(stack, "/prometheus/prometheus") || strings.Contains(stack, "pkg/server/prom.") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
	}
	return strings.Join(left, "\n\n")
}

// bench is a server under test.
type bench struct {
	*prom.Server
	t        *testing.T
	dir      string // data
	files    string // Input.Dir
	registry *prometheus.Registry
	sink     sink
	closed   bool
}

// sink collects the alerts that leave the server.
type sink struct {
	mu     sync.Mutex
	alerts []*notifier.Alert
}

func (s *sink) put(_ context.Context, alerts []*notifier.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alerts = append(s.alerts, alerts...)
}

func (s *sink) named(name string) []*notifier.Alert {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*notifier.Alert
	for _, a := range s.alerts {
		if a.Name() == name {
			out = append(out, a)
		}
	}
	return out
}

func options(dir string, registry *prometheus.Registry) prom.Options {
	return prom.Options{
		Dir:               dir,
		Registerer:        registry,
		Gatherer:          registry,
		ExternalURL:       &url.URL{Scheme: "http", Host: "prom.example:9090"},
		DiscoveryInterval: 50 * time.Millisecond,
		EagerScrape:       true,
	}
}

func openBench(t *testing.T, dir string, adjust ...func(*prom.Options)) *bench {
	t.Helper()
	b := &bench{t: t, dir: dir, files: t.TempDir(), registry: prometheus.NewRegistry()}
	o := options(dir, b.registry)
	o.Alerts = b.sink.put
	for _, f := range adjust {
		f(&o)
	}
	var err error
	if b.Server, err = prom.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}

func (b *bench) close() {
	if b.closed {
		return
	}
	b.closed = true
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		b.t.Errorf("close: %v", err)
	}
}

func (b *bench) prepare(config string, groups ...prom.RuleGroup) (*prom.Prepared, diag.List) {
	b.t.Helper()
	p, list, err := b.Prepare(b.t.Context(), prom.Input{Config: []byte(config), Dir: b.files, Groups: groups})
	if err != nil {
		b.t.Fatal(err)
	}
	return p, list
}

func (b *bench) activate(config string, groups ...prom.RuleGroup) {
	b.t.Helper()
	p, list := b.prepare(config, groups...)
	if list.HasErrors() {
		b.t.Fatalf("findings:\n%v", list)
	}
	if err := p.Commit(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) write(name, content string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.files, name), []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) do(method, target string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, target, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}

// api gets a path below /api/v1 and decodes its data.
func (b *bench) api(path string, data any) {
	b.t.Helper()
	w := b.do(http.MethodGet, "/api/v1/"+path, nil)
	answer := struct {
		Status string
		Error  string
		Data   any
	}{Data: data}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Status != "success" {
		b.t.Fatalf("GET %s: %d %s (%v)", path, w.Code, w.Body, err)
	}
}

type sample struct {
	Metric map[string]string
	Value  [2]any
	Values [][2]any
}

func (b *bench) query(expr string) []sample {
	b.t.Helper()
	var data struct{ Result []sample }
	b.api("query?query="+url.QueryEscape(expr), &data)
	return data.Result
}

// value returns the only value of expr, or "" if there is not one.
func (b *bench) value(expr string) string {
	b.t.Helper()
	result := b.query(expr)
	if len(result) != 1 {
		return ""
	}
	return result[0].Value[1].(string)
}

type activeAlert struct {
	Labels   map[string]string
	State    string
	ActiveAt time.Time
}

func (b *bench) alert(name string) (activeAlert, bool) {
	b.t.Helper()
	var data struct{ Alerts []activeAlert }
	b.api("alerts", &data)
	for _, a := range data.Alerts {
		if a.Labels["alertname"] == name {
			return a, true
		}
	}
	return activeAlert{}, false
}

// metric returns the sum of a metric over the series with all the labels.
func (b *bench) metric(name string, labels ...string) (sum float64, found bool) {
	b.t.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			have := map[string]string{}
			for _, l := range m.GetLabel() {
				have[l.GetName()] = l.GetValue()
			}
			matches := true
			for i := 0; i+1 < len(labels); i += 2 {
				matches = matches && have[labels[i]] == labels[i+1]
			}
			if matches {
				found = true
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum, found
}

func (b *bench) settle() {
	b.t.Helper()
	eventually(b.t, func() string {
		if done, waiting := b.Settled(); !done {
			return "settled: " + waiting
		}
		return ""
	})
}

// eventually waits until f returns no complaint.
func eventually(t *testing.T, f func() string) {
	t.Helper()
	complaint := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if complaint = f(); complaint == "" {
			return
		}
	}
	t.Fatalf("in vain: %s", complaint)
}

// target serves one metric.
func target(t *testing.T, metrics string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, metrics)
	}))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

func scrapeConfig(hosts ...string) string {
	return `global:
  scrape_interval: 300ms
  scrape_timeout: 300ms
  evaluation_interval: 200ms
scrape_configs:
- job_name: demo
  static_configs:
  - targets: ['` + strings.Join(hosts, "', '") + `']
`
}

func group(namespace, name, body string) prom.RuleGroup {
	return prom.RuleGroup{Namespace: namespace, Name: name, YAML: []byte("name: " + name + "\n" + body)}
}
