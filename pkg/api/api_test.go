package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

func testBundle(t *testing.T) *bundle.Bundle {
	t.Helper()
	b, diags := bundle.New("default", []bundle.Object{
		bundle.NewRawObject(bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "targets/a.yaml"}, []byte("a"), nil),
		bundle.NewRawObject(bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "targets/b.yaml"}, []byte("b"), nil),
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// Regression test: a path in an upload must not lead out of its folder.
func TestCheckRef(t *testing.T) {
	for _, tc := range []struct {
		ref bundle.Ref
		ok  bool
	}{
		{bundle.Ref{Kind: bundle.Rules, Space: "node", Name: "cpu: 90% / 5m"}, true},
		{bundle.Ref{Kind: bundle.Rules, Name: "cpu"}, false},
		{bundle.Ref{Kind: bundle.Rules, Space: "a\nb", Name: "cpu"}, false},
		{bundle.Ref{Kind: bundle.Rules, Space: "a", Name: "\xff"}, false},
		{bundle.Ref{Kind: bundle.Alertmanager}, true},
		{bundle.Ref{Kind: bundle.Alertmanager, Name: "x"}, false},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "Über uns/a", Name: "uid"}, true},
		{bundle.Ref{Kind: bundle.Dashboard, Name: "uid"}, true},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "x"}, false},
		{bundle.Ref{Kind: bundle.Template, Name: "slack.tmpl"}, true},
		{bundle.Ref{Kind: bundle.Template, Name: "../slack.tmpl"}, false},
		{bundle.Ref{Kind: bundle.Template, Name: ".."}, false},
		{bundle.Ref{Kind: bundle.Template, Name: `..\slack.tmpl`}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "targets/node/a.yaml"}, true},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "..a/b.yaml"}, true},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "../active"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "a/../../active"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "/etc/passwd"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "a//b"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "./a"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: `a\..\..\b`}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: `C:a`}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "a\x00b"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "..", Name: "a"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "a/b", Name: "a"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "", Name: "a"}, false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: strings.Repeat("a", 600)}, false},
		{bundle.Ref{Kind: "program", Name: "a"}, false},
	} {
		if err := api.CheckRef(tc.ref); (err == nil) != tc.ok {
			t.Errorf("CheckRef(%q) = %v, want accepted: %t", tc.ref, err, tc.ok)
		}
	}
}

func TestManifestCheck(t *testing.T) {
	file := func(name string) api.Object {
		return api.Object{Ref: bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: name}, Hash: bundle.HashOf(nil)}
	}
	for _, tc := range []struct {
		name, want string
		change     func(*api.Manifest)
	}{
		{"as it is", "", func(*api.Manifest) {}},
		{"several lines of message", "", func(m *api.Manifest) { m.Message = "a\n\nb" }},
		{"version", "format_version 2", func(m *api.Manifest) { m.FormatVersion = 2 }},
		{"no environment", "environment", func(m *api.Manifest) { m.Environment = "" }},
		{"author of two lines", "author", func(m *api.Manifest) { m.Author = "a\nb" }},
		{"terminal escapes", "message", func(m *api.Manifest) { m.Message = "\x1b[2J" }},
		{"long message", "message", func(m *api.Manifest) { m.Message = strings.Repeat("a", 1<<17) }},
		{"twice", "twice", func(m *api.Manifest) { m.Objects = []api.Object{file("a"), file("a")} }},
		{"no hash", "no hash", func(m *api.Manifest) { m.Objects[0].Hash = bundle.Hash{} }},
		{"file and folder", "cannot hold", func(m *api.Manifest) { m.Objects = []api.Object{file("a/b/c"), file("a")} }},
		{"too many", "100001 objects", func(m *api.Manifest) { m.Objects = make([]api.Object, api.MaxObjects+1) }},
	} {
		m := api.NewManifest(testBundle(t), api.Change{Author: "ann"})
		tc.change(&m)
		err := m.Check()
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

func encode(t *testing.T, w io.Writer, v any) {
	t.Helper()
	if err := json.NewEncoder(w).Encode(v); err != nil {
		t.Error(err)
	}
}

func client(t *testing.T, h http.Handler) *api.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := api.NewClient(s.URL, api.ClientOptions{Token: "t0ken"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDeploySendsWhatIsMissing(t *testing.T) {
	b := testBundle(t)
	var calls []string
	stored := map[bundle.Hash]bool{bundle.HashOf([]byte("a")): true}
	base := bundle.HashOf([]byte("base"))
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		calls = append(calls, r.Method+" "+r.URL.Path+" "+r.Header.Get("If-Match")+r.Header.Get("If-None-Match"))
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			t.Error("the token was not sent")
		}
		result := api.Result{FormatVersion: 1}
		if r.Method == http.MethodPut {
			stored[bundle.HashOf(data)] = true
			return
		}
		var m api.Manifest
		if err := json.Unmarshal(data, &m); err != nil || m.Check() != nil {
			t.Errorf("manifest %s: %v, %v", data, err, m.Check())
		}
		for _, o := range m.Objects {
			if !stored[o.Hash] {
				result.Missing = append(result.Missing, o.Hash)
			}
		}
		if len(result.Missing) == 0 {
			result.Activation = &api.Activation{Revision: b.Revision()}
		}
		encode(t, w, result)
	}))
	result, err := c.Deploy(t.Context(), b, api.Change{Author: "ann", Base: &base})
	if err != nil || result.Activation == nil || result.Activation.Revision != b.Revision() {
		t.Fatalf("%+v, %v", result, err)
	}
	post := "POST /api/monctl/v1/revisions \"" + base.String() + "\""
	want := []string{post, "PUT /api/monctl/v1/blobs/" + bundle.HashOf([]byte("b")).String() + " ", post}
	if d := cmp.Diff(want, calls); d != "" {
		t.Error(d)
	}
	calls = nil
	if _, err := c.Deploy(t.Context(), b, api.Change{Base: &bundle.Hash{}}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"POST /api/monctl/v1/revisions *"}, calls); d != "" {
		t.Error(d)
	}
}

func TestErrors(t *testing.T) {
	active := bundle.HashOf([]byte("x"))
	answer := func(status int, body api.ErrorBody) *api.Client {
		return client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			encode(t, w, api.ErrorAnswer{FormatVersion: 1, Error: body})
		}))
	}
	deploy := func(c *api.Client) error {
		_, err := c.Deploy(t.Context(), testBundle(t), api.Change{})
		return err
	}
	err := deploy(answer(409, api.ErrorBody{Code: api.CodeConflict, Active: &active}))
	if conflict := new(api.ConflictError); !errors.As(err, &conflict) || conflict.Active != active {
		t.Errorf("conflict: %v", err)
	}
	var diags diag.List
	diags.Errorf("alert/expr", diag.Span{File: "x"}, "it is wrong").Pointer = "/rules/0"
	err = deploy(answer(422, api.ErrorBody{Code: api.CodeRejected, Diagnostics: diags}))
	if rejected := new(api.RejectedError); !errors.As(err, &rejected) || cmp.Diff(diags, rejected.Diagnostics) != "" {
		t.Errorf("rejected: %v", err)
	}
	err = deploy(answer(401, api.ErrorBody{Code: api.CodeUnauthenticated, Message: "no token"}))
	if e := new(api.UnauthenticatedError); !errors.As(err, &e) || e.Message != "no token" {
		t.Errorf("unauthenticated: %v", err)
	}
	err = deploy(answer(500, api.ErrorBody{Code: api.CodeFailed, Message: "disk full"}))
	if e := new(api.RequestError); !errors.As(err, &e) || e.Status != 500 || e.Message != "disk full" {
		t.Errorf("failed: %v", err)
	}
	err = deploy(client(t, http.NotFoundHandler()))
	if e := new(api.RequestError); !errors.As(err, &e) || e.Status != 404 || !strings.Contains(e.Message, "monctl") {
		t.Errorf("another server: %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c, err := api.NewClient("http://user:password@"+address, api.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Status(t.Context())
	var unreachable *api.UnreachableError
	if !errors.As(err, &unreachable) || strings.Contains(err.Error(), "password") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Regression test for CVE-2025-4673 and its like: credentials do not follow a
// redirect.
func TestNoRedirects(t *testing.T) {
	var reached bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(other.Close)
	c := client(t, http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	if _, err := c.Status(t.Context()); err == nil || reached {
		t.Errorf("the redirect was followed: %v", err)
	}
}

func TestNewClient(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:9090", "ftp://x", "http://", "http://x/?a=b", "http://x/#f", "http://[::1"} {
		if _, err := api.NewClient(address, api.ClientOptions{}); err == nil {
			t.Errorf("address %q was accepted", address)
		}
	}
	c, err := api.NewClient("https://u:p@x.example.com/below/", api.ClientOptions{})
	if err != nil || c.URL() != "https://x.example.com/below" {
		t.Errorf("%v, %v", c.URL(), err)
	}
}
