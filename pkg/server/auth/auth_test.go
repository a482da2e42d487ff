package auth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/server/auth"
)

func TestCheckListen(t *testing.T) {
	for _, tc := range []struct {
		address string
		exposed bool
	}{
		{"127.0.0.1:9090", false},
		{"127.8.8.8:0", false},
		{"[::1]:9090", false},
		{"[::ffff:127.0.0.1]:9090", false},
		{"localhost:9090", false},
		{"LOCALHOST:9090", false},
		{":9090", true},
		{"0.0.0.0:9090", true},
		{"[::]:9090", true},
		{"10.0.0.1:9090", true},
		{"monitor.example.com:9090", true},
		{"localhost.example.com:9090", true},
		{"127.0.0.1.example.com:9090", true},
	} {
		err := auth.CheckListen(tc.address, auth.ListenOptions{})
		var exposed *auth.ExposedError
		if errors.As(err, &exposed) != tc.exposed || (err != nil) != tc.exposed {
			t.Errorf("CheckListen(%q) = %v, want exposed: %t", tc.address, err, tc.exposed)
		}
		for _, o := range []auth.ListenOptions{{Authenticated: true}, {AllowOpen: true}} {
			if err := auth.CheckListen(tc.address, o); err != nil {
				t.Errorf("CheckListen(%q, %+v) = %v", tc.address, o, err)
			}
		}
	}
	var exposed *auth.ExposedError
	if err := auth.CheckListen("9090", auth.ListenOptions{}); err == nil || errors.As(err, &exposed) {
		t.Errorf("an address without a port: %v", err)
	}
}

// guarded returns the status with which a request is answered.
func guarded(o auth.Options, r *http.Request) *httptest.ResponseRecorder {
	o.Refuse = func(w http.ResponseWriter, _ *http.Request, status int, reason string) {
		http.Error(w, reason, status)
	}
	w := httptest.NewRecorder()
	auth.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "hello "+auth.From(r.Context()).Name)
	}), o).ServeHTTP(w, r)
	return w
}

// Regression test for cross-site request forgery: a page of another origin
// must not change anything on a server that listens on loopback.
func TestCrossSite(t *testing.T) {
	for _, tc := range []struct {
		name, method, origin, site string
		want                       int
	}{
		{"a program", "POST", "", "", 200},
		{"our page", "POST", "http://127.0.0.1:9090", "same-origin", 200},
		{"our page in an old browser", "POST", "http://127.0.0.1:9090", "", 200},
		{"another site", "POST", "https://evil.example", "cross-site", 403},
		{"another site in an old browser", "POST", "https://evil.example", "", 403},
		{"another port of this machine", "POST", "http://127.0.0.1:8000", "same-site", 403},
		{"a file", "POST", "null", "cross-site", 403},
		{"another site puts", "PUT", "https://evil.example", "cross-site", 403},
		{"another site deletes", "DELETE", "https://evil.example", "cross-site", 403},
		{"reading is harmless", "GET", "https://evil.example", "cross-site", 200},
	} {
		r := httptest.NewRequest(tc.method, "http://127.0.0.1:9090/api/v2/silences", nil)
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		if tc.site != "" {
			r.Header.Set("Sec-Fetch-Site", tc.site)
		}
		if w := guarded(auth.Options{Loopback: true}, r); w.Code != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, w.Code, tc.want)
		}
	}
}

// Regression test for DNS rebinding: on loopback, Host is a name of this
// machine, whatever the method.
func TestRebinding(t *testing.T) {
	external, err := url.Parse("https://monitor.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		host     string
		loopback bool
		want     int
	}{
		{"127.0.0.1:9090", true, 200},
		{"localhost:9090", true, 200},
		{"localhost", true, 200},
		{"[::1]:9090", true, 200},
		{"[::1]", true, 200},
		{"monitor.example.com", true, 200},
		{"evil.example:9090", true, 403},
		{"127.0.0.1.evil.example", true, 403},
		{"localhost.evil.example:9090", true, 403},
		{"192.168.0.1:9090", true, 403},
		{"", true, 403},
		{"whatever.example", false, 200},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = tc.host
		if w := guarded(auth.Options{Loopback: tc.loopback, ExternalURL: external}, r); w.Code != tc.want {
			t.Errorf("host %q, loopback %t: %d, want %d", tc.host, tc.loopback, w.Code, tc.want)
		}
	}
}

// Alertmanager's API lets pages of all origins read its answers; on loopback
// that would be every page that the user visits.
func TestNoForeignReaders(t *testing.T) {
	r := httptest.NewRequest("GET", "http://127.0.0.1:9090/api/v2/alerts", nil)
	r.Header.Set("Origin", "https://evil.example")
	w := guarded(auth.Options{Loopback: true}, r)
	empty := httptest.NewRecorder()
	auth.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}), auth.Options{}).ServeHTTP(empty, httptest.NewRequest("GET", "/", nil))
	if empty.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error("an empty answer gives the permission")
	}
	for name := range w.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s is still there", name)
		}
	}
	if w.Header().Get("Content-Type") != "text/plain" {
		t.Error("other headers are gone")
	}
}

type tokens map[string]string

func (t tokens) Authenticate(r *http.Request) (auth.Principal, error) {
	if r.Header.Get("Authorization") == "broken" {
		return auth.Principal{}, errors.New("the file of tokens is unreadable")
	}
	name, ok := t[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	return auth.Principal{Name: name}, nil
}

func TestAuthenticator(t *testing.T) {
	for _, tc := range []struct {
		header, body string
		want         int
	}{
		{"Bearer t0ken", "hello ann", 200},
		{"Bearer other", "no valid", 401},
		{"", "no valid", 401},
		{"broken", "could not be checked", 500},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", tc.header)
		w := guarded(auth.Options{Authenticator: tokens{"t0ken": "ann"}}, r)
		if w.Code != tc.want || !strings.Contains(w.Body.String(), tc.body) {
			t.Errorf("%q: %d %s", tc.header, w.Code, w.Body)
		}
		if (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%q: WWW-Authenticate is %q", tc.header, w.Header().Get("WWW-Authenticate"))
		}
	}
}
