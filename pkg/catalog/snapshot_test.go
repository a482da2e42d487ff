package catalog_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/catalog"
)

// fake answers as Prometheus does; what is missing in it is a 404.
func fake(t *testing.T, answers map[string]any) *catalog.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.URL.Path, "/prefix/api/v1/")
		if key == "labels" {
			key = strings.Join(r.URL.Query()["match[]"], " ")
		}
		data, ok := answers[key]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": data})
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + "/prefix")
	if err != nil {
		t.Fatal(err)
	}
	return &catalog.Client{URL: u, HTTP: server.Client()}
}

func answers() map[string]any {
	return map[string]any{
		"label/__name__/values": []string{"x_total", "h_bucket", "h_count", "h_sum", "a:x:sum", "ALERTS", "odd"},
		"metadata": map[string]any{
			"x_total": []map[string]string{{"type": "counter", "help": "Things."}},
			"h":       []map[string]string{{"type": "histogram"}},
			"odd":     []map[string]string{{"type": "gauge"}, {"type": "counter"}},
		},
		"rules":                 map[string]any{"groups": []any{map[string]any{"rules": []any{map[string]string{"name": "a:x:sum", "type": "recording"}}}}},
		`{__name__="x_total"}`:  []string{"__name__", "job", "code"},
		`{__name__="h_bucket"}`: []string{"__name__", "job", "le"},
		`{__name__="h_count"}`:  []string{"__name__", "job"},
		`{__name__="h_sum"}`:    []string{"__name__", "job"},
		`{__name__="a:x:sum"}`:  []string{"__name__"},
		`{__name__="odd"}`:      []string{"__name__", "z"},
	}
}

func TestSnapshot(t *testing.T) {
	done := 0
	c, err := fake(t, answers()).Snapshot(t.Context(), catalog.SnapshotOptions{Recorded: catalog.Mark, Progress: func(int, int) { done++ }})
	if err != nil {
		t.Fatal(err)
	}
	want := "a:x:sum  [] recorded\nh histogram [job]\nodd  [z]\nx_total counter [code job] Things.\n"
	if diff := cmp.Diff(want, lines(c)); diff != "" || done != 6 {
		t.Errorf("%d names done (-want +got):\n%s", done, diff)
	}
}

func TestSnapshotOptions(t *testing.T) {
	c, err := fake(t, answers()).Snapshot(t.Context(), catalog.SnapshotOptions{Recorded: catalog.Drop, NoLabels: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("h histogram\nodd \nx_total counter Things.\n", lines(c)); diff != "" {
		t.Errorf("without labels and recorded metrics (-want +got):\n%s", diff)
	}
	if _, err := fake(t, answers()).Snapshot(t.Context(), catalog.SnapshotOptions{Limit: 3}); err == nil || !strings.Contains(err.Error(), "more than the limit of 3") {
		t.Errorf("limit: %v", err)
	}
	a := answers()
	delete(a, "rules")
	delete(a, "metadata")
	a[`{__name__="x_total",job="a"} {__name__="x_total",code=~"x|y"}`] = []string{"job"}
	a["label/__name__/values"] = []string{"x_total"}
	c, err = fake(t, a).Snapshot(t.Context(), catalog.SnapshotOptions{
		Match: []string{`{job="a"}`, `x_total{code=~"x|y"}`, `other`}, From: time.Unix(100, 0), To: time.Unix(200, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("x_total  [job]\n", lines(c)); diff != "" {
		t.Errorf("with selectors, from a server without rules and metadata (-want +got):\n%s", diff)
	}
}

func TestSnapshotErrors(t *testing.T) {
	var status *catalog.StatusError
	if _, err := fake(t, nil).Snapshot(t.Context(), catalog.SnapshotOptions{}); !errors.As(err, &status) || status.Code != 404 {
		t.Errorf("error %v, want 404", err)
	}
	var selector *catalog.SelectorError
	for _, match := range []string{"{", "sum(x)", "x[5m]", "x offset 5m", "1"} {
		if _, err := fake(t, nil).Snapshot(t.Context(), catalog.SnapshotOptions{Match: []string{match}}); !errors.As(err, &selector) {
			t.Errorf("%s: error %v, want one about the selector", match, err)
		}
	}
	a := answers()
	delete(a, `{__name__="odd"}`)
	if _, err := fake(t, a).Snapshot(t.Context(), catalog.SnapshotOptions{}); err == nil || !strings.Contains(err.Error(), "labels of odd") {
		t.Errorf("error %v, want the labels of odd", err)
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer page.Close()
	u, _ := url.Parse(page.URL)
	if _, err := (&catalog.Client{URL: u, HTTP: page.Client()}).Snapshot(t.Context(), catalog.SnapshotOptions{}); err == nil || !strings.Contains(err.Error(), "not one of Prometheus' HTTP API") {
		t.Errorf("a web page: %v", err)
	}
}

func TestScrape(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = w.Write([]byte("# TYPE a gauge\na{x=\"y\"} 1\n"))
	}))
	defer target.Close()
	u, _ := url.Parse(target.URL + "/metrics")
	c, err := (&catalog.Client{URL: u, HTTP: target.Client()}).Scrape(t.Context(), []string{"instance"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("a gauge [instance x]\n", lines(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A server that does not answer in time is told as what was waited for.
func TestSnapshotTimeout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := &catalog.Client{URL: u, HTTP: &http.Client{Timeout: time.Millisecond}}
	_, err = client.Snapshot(t.Context(), catalog.SnapshotOptions{})
	if late, ok := errors.AsType[*catalog.TimeoutError](err); !ok || late.Limit != time.Millisecond {
		t.Errorf("got %v, want a TimeoutError", err)
	}
}
