package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/deploy"
	"github.com/monctl/monctl/pkg/deploy/server"
	"github.com/monctl/monctl/pkg/diag"
)

// The server itself is tested against this client in pkg/server; here it only
// gives the answers that have to be translated.
func target(t *testing.T, answers map[string]any) *server.Target {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			t.Errorf("unexpected %s %s", r.Method, r.URL.Path)
		}
		if e, ok := answer.(api.ErrorBody); ok {
			status := map[api.ErrorCode]int{api.CodeConflict: 409, api.CodeRejected: 422}
			w.WriteHeader(status[e.Code])
			answer = api.ErrorAnswer{FormatVersion: 1, Error: e}
		}
		if m := r.Header.Get("If-Match") + r.Header.Get("If-None-Match"); r.Method == http.MethodPost && m == "" {
			t.Errorf("%s is not guarded", r.URL.Path)
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	c, err := api.NewClient(s.URL, api.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return server.New(c)
}

func TestTarget(t *testing.T) {
	origin := bundle.OriginFunc(func(p string) diag.Span { return diag.Span{File: "rules/a.jsonnet" + p} })
	b, _ := bundle.New("default", []bundle.Object{
		bundle.NewRawObject(bundle.Ref{Kind: bundle.Rules, Space: "a", Name: "b"}, []byte("{}"), origin),
	})
	const post, status = "POST /api/monctl/v1/revisions", "GET /api/monctl/v1/status"
	active := &api.Activation{Revision: b.Revision(), Environment: "default"}
	finding := diag.List{{Code: "x", Object: "rules/a/b", Pointer: "/rules/0"}}

	got, err := target(t, map[string]any{post: api.Result{Activation: active, Diagnostics: finding}}).
		Apply(t.Context(), nil, b, deploy.Change{})
	if err != nil || got.Revision != b.Revision() || got.Diagnostics[0].Span.File != "rules/a.jsonnet/rules/0" {
		t.Errorf("%+v, %v", got, err)
	}
	other := bundle.HashOf(nil)
	_, err = target(t, map[string]any{post: api.ErrorBody{Code: api.CodeConflict, Active: &other}}).
		Apply(t.Context(), b, b, deploy.Change{})
	if conflict := new(deploy.ConflictError); !errors.As(err, &conflict) || conflict.Live != other {
		t.Errorf("conflict: %v", err)
	}
	_, err = target(t, map[string]any{post: api.ErrorBody{Code: api.CodeRejected, Diagnostics: finding}}).
		Apply(t.Context(), nil, b, deploy.Change{})
	if rejected := new(deploy.RejectedError); !errors.As(err, &rejected) || rejected.Diagnostics[0].Span.File != "rules/a.jsonnet/rules/0" {
		t.Errorf("rejected: %v", err)
	}

	empty := target(t, map[string]any{status: api.Status{Waiting: "a first revision"}})
	if _, err := empty.Live(t.Context(), nil); !errors.Is(err, deploy.ErrNothingLive) {
		t.Errorf("nothing live: %v", err)
	}
	if done, waiting, err := empty.Settled(t.Context()); done || waiting == "" || err != nil {
		t.Errorf("settled: %t %q %v", done, waiting, err)
	}
	id := b.Revision().String()
	full := target(t, map[string]any{
		status: api.Status{Activation: active, Settled: true},
		"GET /api/monctl/v1/revisions/" + id: api.RevisionAnswer{Revision: api.Revision{
			ID: b.Revision(), Environment: "default", Objects: api.NewManifest(b, api.Change{}).Objects,
		}},
		"POST /api/monctl/v1/revisions/abcd/activate": api.Result{Activation: active},
	})
	live, err := full.Live(t.Context(), b) // whose bodies are known
	if err != nil || live.Revision() != b.Revision() {
		t.Errorf("live: %v", err)
	}
	if got, err := full.Activate(t.Context(), "abcd", deploy.Change{}); err != nil || got.Revision != b.Revision() {
		t.Errorf("activate: %+v, %v", got, err)
	}
}
