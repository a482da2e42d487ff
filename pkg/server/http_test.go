package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/server"
	"github.com/monctl/monctl/pkg/server/auth"
)

// served is a server that listens.
type served struct {
	setup
	url    string
	client *api.Client
}

// listen serves until the test ends.
func listen(t *testing.T, s *server.Server) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

func serve(t *testing.T, opts server.Options) served {
	t.Helper()
	s := served{setup: openFakes(t, opts)}
	s.url = listen(t, s.Server)
	var err error
	if s.client, err = api.NewClient(s.url, api.ClientOptions{}); err != nil {
		t.Fatal(err)
	}
	return s
}

// send sends a request and returns status and body.
func send(t *testing.T, method, target, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data), resp.Header
}

func TestOverHTTP(t *testing.T) {
	s := serve(t, server.Options{Version: "1.2.3"})
	ctx := t.Context()
	if _, err := s.client.Live(ctx, nil); !errors.Is(err, api.ErrNoRevision) {
		t.Errorf("an empty server: %v", err)
	}
	one, two := version(t, "one"), version(t, "two")
	change := api.Change{Author: "ann", Message: "first", Commit: "abc", Base: &bundle.Hash{}}
	result, err := s.client.Deploy(ctx, one, change)
	if err != nil || result.Activation.Revision != one.Revision() || result.Activation.By != "ann" {
		t.Fatalf("%+v, %v", result, err)
	}
	base := one.Revision()
	if _, err := s.client.Deploy(ctx, two, api.Change{Base: &base}); err != nil {
		t.Fatal(err)
	}
	live, err := s.client.Live(ctx, nil)
	if err != nil || live.Revision() != two.Revision() || live.Env() != "default" {
		t.Fatalf("live: %v", err)
	}
	var conflict *api.ConflictError
	if _, err := s.client.Deploy(ctx, one, api.Change{Base: &base}); !errors.As(err, &conflict) || conflict.Active != two.Revision() {
		t.Errorf("a stale change: %v", err)
	}
	list, err := s.client.Revisions(ctx)
	if err != nil || len(list.Revisions) != 2 || len(list.Activations) != 2 || list.Activations[0].Revision != two.Revision() {
		t.Errorf("%+v, %v", list, err)
	}
	r, err := s.client.Revision(ctx, base.Short())
	if err != nil || r.Message != "first" || r.Commit != "abc" || r.Active || len(r.Objects) != one.Len() {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := s.client.Activate(ctx, base.String()[:8], api.Change{Author: "bob"}); err != nil {
		t.Fatal(err)
	}
	st, err := s.client.Status(ctx)
	if err != nil || st.Activation.Revision != base || st.Activation.Reason != "rollback" || st.Version != "1.2.3" || st.Objects[bundle.Rules] != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	s.expect(t, one, "one")
}

func TestRefusals(t *testing.T) {
	s := serve(t, server.Options{})
	s.deploy(t, version(t, "one"))
	manifest := func(change func(map[string]any)) string {
		m := map[string]any{"format_version": 1, "environment": "default", "objects": []any{}}
		change(m)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	object := func(ref string) func(map[string]any) {
		return func(m map[string]any) {
			m["objects"] = []any{map[string]any{"ref": ref, "hash": bundle.HashOf(nil).String()}}
		}
	}
	same := func(map[string]any) {}
	blob := "PUT /blobs/" + bundle.HashOf([]byte("x")).String()
	active := version(t, "one").Revision().String()
	for _, tc := range []struct {
		name, request, body string
		header              []string
		status              int
		code                api.ErrorCode
	}{
		{"unknown field", "POST /revisions", manifest(func(m map[string]any) { m["enviroment"] = "x" }), nil, 400, api.CodeBadRequest},
		{"no JSON", "POST /revisions", "{", nil, 400, api.CodeBadRequest},
		{"two documents", "POST /revisions", manifest(same) + "{}", nil, 400, api.CodeBadRequest},
		{"later version", "POST /revisions", manifest(func(m map[string]any) { m["format_version"] = 2 }), nil, 400, api.CodeBadRequest},
		{"unknown kind", "POST /revisions", manifest(object("program/x")), nil, 400, api.CodeBadRequest},
		{"traversal", "POST /revisions", manifest(object("file/prometheus/../../active")), nil, 400, api.CodeBadRequest},
		{"traversal, space", "POST /revisions", manifest(object("file/..%2F/a")), nil, 400, api.CodeBadRequest},
		{"traversal, template", "POST /revisions", manifest(object("template/../x")), nil, 400, api.CodeBadRequest},
		{"too large", "POST /revisions", strings.Repeat(" ", api.MaxManifestBytes+1), nil, 413, api.CodeTooLarge},
		{"compressed", "POST /revisions", manifest(same), []string{"Content-Encoding", "gzip"}, 415, api.CodeBadRequest},
		{"conflict", "POST /revisions", manifest(same), []string{"If-Match", `"` + bundle.HashOf(nil).String() + `"`}, 409, api.CodeConflict},
		{"conflict, none expected", "POST /revisions", manifest(same), []string{"If-None-Match", "*"}, 409, api.CodeConflict},
		{"shortened If-Match", "POST /revisions", manifest(same), []string{"If-Match", `"abcd"`}, 400, api.CodeBadRequest},
		{"weak If-Match", "POST /revisions", manifest(same), []string{"If-Match", `W/"` + active + `"`}, 400, api.CodeBadRequest},
		{"both conditions", "POST /revisions", manifest(same), []string{"If-Match", `"` + active + `"`, "If-None-Match", "*"}, 400, api.CodeBadRequest},
		{"other content", blob, "y", nil, 400, api.CodeBadRequest},
		{"large content", blob, strings.Repeat("x", api.MaxBlobBytes+1), nil, 413, api.CodeTooLarge},
		{"name is no hash", "PUT /blobs/..%2f..%2factive", "x", nil, 400, api.CodeBadRequest},
		{"unknown blob", "GET /blobs/" + bundle.HashOf([]byte("?")).String(), "", nil, 404, api.CodeNotFound},
		{"unknown revision", "GET /revisions/" + strings.Repeat("0", 64), "", nil, 404, api.CodeNotFound},
		{"short revision", "GET /revisions/" + active[:3], "", nil, 404, api.CodeNotFound},
		{"unknown revision to activate", "POST /revisions/abcdef/activate", `{"format_version":1}`, nil, 404, api.CodeNotFound},
		{"unknown field to activate", "POST /revisions/" + active + "/activate", `{"format_version":1,"who":"x"}`, nil, 400, api.CodeBadRequest},
		{"unknown dashboard", "GET /dashboards/a/b", "", nil, 404, api.CodeNotFound},
		{"nothing there", "GET /nothing", "", nil, 404, api.CodeNotFound},
		{"method", "DELETE /revisions", "", nil, 404, api.CodeNotFound},
	} {
		method, path, _ := strings.Cut(tc.request, " ")
		status, body, _ := send(t, method, s.url+api.Prefix+path, tc.body, tc.header...)
		var answer api.ErrorAnswer
		if err := json.Unmarshal([]byte(body), &answer); err != nil || status != tc.status || answer.Error.Code != tc.code || answer.Error.Message == "" {
			t.Errorf("%s: %d %s, want %d %s", tc.name, status, body, tc.status, tc.code)
		}
	}
	s.expect(t, version(t, "one"), "one")
}

func TestGuarded(t *testing.T) {
	s := serve(t, server.Options{})
	s.fakes.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	})
	for _, path := range []string{"/api/v2/silences", "/api/v1/admin/tsdb/delete_series", "/-/reload", api.Prefix + "/revisions"} {
		if status, _, _ := send(t, "POST", s.url+path, "{}", "Origin", "https://evil.example"); status != 403 {
			t.Errorf("POST %s of another site: %d", path, status)
		}
	}
	for _, path := range []string{"/", "/metrics", "/api/v1/query", "/api/v2/alerts", api.Prefix + "/status"} {
		status, _, header := send(t, "GET", s.url+path, "", "Origin", "https://evil.example")
		if status != 200 || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("GET %s of another site: %d %v", path, status, header)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		} {
			if header.Get(name) != want || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("GET %s: headers %v", path, header)
			}
		}
		if status, _, _ := send(t, "GET", s.url+path, "", "Host", "evil.example"); status != 403 {
			t.Errorf("GET %s by a foreign name: %d", path, status)
		}
	}
}

// A server that others can reach is not opened by mistake.
func TestExposed(t *testing.T) {
	open := func(opts server.Options) error {
		s := openFakes(t, opts)
		l, err := net.Listen("tcp", "0.0.0.0:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		return s.Serve(ctx, l)
	}
	var exposed *auth.ExposedError
	if err := open(server.Options{}); !errors.As(err, &exposed) {
		t.Errorf("got %v", err)
	}
	if err := open(server.Options{AllowOpen: true}); err != nil {
		t.Errorf("allowed: %v", err)
	}
	if err := open(server.Options{Auth: auth.Anonymous()}); err != nil {
		t.Errorf("authenticated: %v", err)
	}
}

type onlyAnn struct{}

func (onlyAnn) Authenticate(r *http.Request) (auth.Principal, error) {
	if r.Header.Get("Authorization") != "Bearer ann" {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	return auth.Principal{Name: "ann"}, nil
}

// Who is authenticated is recorded, not who is claimed to be.
func TestAuthenticatedAuthor(t *testing.T) {
	s := serve(t, server.Options{Auth: onlyAnn{}})
	var unauthenticated *api.UnauthenticatedError
	if _, err := s.client.Status(t.Context()); !errors.As(err, &unauthenticated) {
		t.Errorf("without a token: %v", err)
	}
	c, err := api.NewClient(s.url, api.ClientOptions{Token: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	result, err := c.Deploy(t.Context(), version(t, "one"), api.Change{Author: "bob"})
	if err != nil || result.Activation.By != "ann" {
		t.Errorf("%+v, %v", result.Activation, err)
	}
}

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
			json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"alerts": []any{
				map[string]any{"labels": labels, "annotations": annotations, "state": "pending"},
			}}})
		case "/api/v2/alerts":
			json.NewEncoder(w).Encode([]any{map[string]any{"labels": labels, "annotations": annotations, "status": map[string]any{"state": "suppressed"}}})
		case "/api/v2/silences":
			json.NewEncoder(w).Encode([]any{map[string]any{"status": map[string]any{"state": "active"}}})
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

// Requests under way are answered before the server stops.
func TestGracefulShutdown(t *testing.T) {
	s := openFakes(t, server.Options{})
	inside, leave := make(chan struct{}), make(chan struct{})
	s.fakes.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-leave
		io.WriteString(w, "answered")
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + l.Addr().String() + "/api/v1/query")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		data, _ := io.ReadAll(resp.Body)
		answer <- string(data)
	}()
	<-inside
	stop()
	close(leave)
	if got := <-answer; got != "answered" {
		t.Errorf("got %q", got)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	ctx = context.WithoutCancel(ctx)
	_ = s.fakes.TakeLog()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"close metrics", "close alerts"}, s.fakes.TakeLog()); d != "" {
		t.Error(d)
	}
	if _, err := s.Deploy(ctx, version(t, "one"), api.Change{}); !errors.Is(err, server.ErrClosed) {
		t.Errorf("a closed server: %v", err)
	}
}

// A proxy's name counts as the server's own.
func TestExternalURL(t *testing.T) {
	external, err := url.Parse("https://monitor.example.com")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, server.Options{ExternalURL: external})
	status, _, _ := send(t, "POST", s.url+"/-/reload", "", "Host", "monitor.example.com", "Origin", "https://monitor.example.com")
	if status != 200 {
		t.Errorf("through the proxy: %d", status)
	}
}

func BenchmarkPage(b *testing.B) {
	s, err := server.OpenWithFakes(b.Context(), server.Options{DataDir: b.TempDir()}, &server.Fakes{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(context.WithoutCancel(b.Context()))
	for b.Loop() {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if !bytes.Contains(w.Body.Bytes(), []byte("monctl")) {
			b.Fatal(w.Body.String())
		}
	}
}
