package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

func encode(t *testing.T, w io.Writer, v any) {
	t.Helper()
	if err := json.NewEncoder(w).Encode(v); err != nil {
		t.Error(err)
	}
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

// Requests under way are answered before the server stops.
func TestGracefulShutdown(t *testing.T) {
	s := openFakes(t, server.Options{})
	inside, leave := make(chan struct{}), make(chan struct{})
	s.fakes.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-leave
		fmt.Fprint(w, "answered")
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
