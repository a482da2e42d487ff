package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/server"
)

func TestPlainEndpoints(t *testing.T) {
	s := serve(t, server.Options{Version: "1.2.3", Commit: "abc"})
	s.deploy(t, version(t, "one"))
	for _, path := range []string{"/-/healthy", "/-/ready"} {
		if status, body, _ := send(t, "GET", s.url+path, ""); status != 200 || !strings.HasPrefix(body, "monctl is") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	_ = s.fakes.TakeLog()
	if status, _, _ := send(t, "POST", s.url+"/-/reload", ""); status != 200 || len(s.fakes.TakeLog()) != 4 {
		t.Errorf("reload: %d", status)
	}
	if status, _, _ := send(t, "GET", s.url+"/-/reload", ""); status == 200 {
		t.Error("reload by GET")
	}
	if status, _, _ := send(t, "GET", s.url+"/unknown", ""); status != 404 {
		t.Errorf("/unknown: %d", status)
	}
	_, body, _ := send(t, "GET", s.url+"/metrics", "")
	for _, want := range []string{
		`monctl_build_info{goversion="go`, `revision="abc",version="1.2.3"} 1`,
		`monctl_revision_info{revision="` + version(t, "one").Revision().String() + `"} 1`,
		`monctl_revision_objects{kind="rules"} 1`, `monctl_revision_objects{kind="dashboard"} 0`,
		`monctl_revision_activations_total{result="success"} 2`, `monctl_revision_activations_total{result="rejected"} 0`,
		`monctl_revision_activation_duration_seconds_count 2`, `monctl_revision_activation_timestamp_seconds 1.`,
		`monctl_secrets_unresolved 0`, `monctl_state_write_failures_total 0`,
		`monctl_http_requests_total{code="200",handler="/-/ready"} 1`, `monctl_http_requests_total{code="404",handler="other"} `,
		`monctl_http_request_duration_seconds_count{handler="/-/reload"}`, "go_goroutines ", "process_cpu_seconds_total ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// Paths that anybody may ask for do not become label values.
func TestBoundedLabels(t *testing.T) {
	s := serve(t, server.Options{})
	for _, path := range []string{"/a", "/b/c", "/api/v1/zzz", "/api/v1/query", "/api/monctl/v1/zzz", "/api/monctl/v1/revisions/abcd"} {
		send(t, "GET", s.url+path, "")
	}
	_, body, _ := send(t, "GET", s.url+"/metrics", "")
	var handlers []string
	for line := range strings.Lines(body) {
		if _, rest, ok := strings.Cut(line, `monctl_http_request_duration_seconds_count{handler="`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			handlers = append(handlers, name)
		}
	}
	want := []string{"/api/monctl/v1/", "/api/monctl/v1/revisions/{id}", "/api/v1/", "/api/v1/query", "other"}
	if d := cmp.Diff(want, handlers); d != "" {
		t.Error(d)
	}
}

func TestPanic(t *testing.T) {
	s := serve(t, server.Options{})
	s.fakes.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("password") })
	if status, body, _ := send(t, "GET", s.url+"/api/v1/query", ""); status != 500 || strings.Contains(body, "password") {
		t.Errorf("%d %s", status, body)
	}
}

func TestDashboards(t *testing.T) {
	s := serve(t, server.Options{})
	s.deploy(t, makeBundle(t, map[string]string{
		"dashboard/Team A%2FHosts/host": `{title: Host, uid: host}`,
		"dashboard//none":               `{uid: none}`,
		"dashboard/B/<i>":               `{title: "<script>"}`,
	}))
	list, err := s.client.Dashboards(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, d := range list.Dashboards {
		titles = append(titles, d.Folder+": "+d.Title)
		answer, err := s.client.Dashboard(t.Context(), d.Folder, d.UID)
		if err != nil || answer.UID != d.UID || answer.Folder != d.Folder || !json.Valid(answer.Dashboard) {
			t.Errorf("%+v: %+v, %v", d, answer, err)
		}
		if status, _, _ := send(t, "GET", s.url+d.Path, ""); status != 200 {
			t.Errorf("%s: %d", d.Path, status)
		}
	}
	if d := cmp.Diff([]string{": none", "B: <script>", "Team A/Hosts: Host"}, titles); d != "" {
		t.Error(d)
	}
}

// Regression test for stored XSS, through the whole of the server: what rules
// and senders say does not become markup.
func TestPageEscapes(t *testing.T) {
	s := serve(t, server.Options{})
	const evil = `<script>alert(1)</script>`
	s.fakes.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		labels := map[string]string{"alertname": evil, evil: evil, "le": evil}
		annotations := map[string]string{"summary": evil}
		switch r.URL.Path {
		case "/api/v1/alerts":
			encode(t, w, map[string]any{"data": map[string]any{"alerts": []any{
				map[string]any{"labels": labels, "annotations": annotations, "state": "pending"},
			}}})
		case "/api/v2/alerts":
			encode(t, w, []any{map[string]any{"labels": labels, "annotations": annotations, "status": map[string]any{"state": "suppressed"}}})
		case "/api/v2/silences":
			encode(t, w, []any{map[string]any{"status": map[string]any{"state": "active"}}})
		}
	})
	s.deploy(t, makeBundle(t, map[string]string{"dashboard/B/x": `{title: "` + evil + `"}`}))
	status, body, _ := send(t, "GET", s.url+"/", "")
	if status != 200 || strings.Contains(body, evil) || strings.Count(body, "&lt;script&gt;alert(1)") < 6 {
		t.Errorf("%d %s", status, body)
	}
	if !strings.Contains(body, "pending") || !strings.Contains(body, "suppressed") {
		t.Error("the alerts are not shown")
	}
	s.fakes.Handler = nil
	if status, body, _ = send(t, "GET", s.url+"/", ""); status != 200 || !strings.Contains(body, "cannot be shown") {
		t.Errorf("a part that does not answer: %d %s", status, body)
	}
}
