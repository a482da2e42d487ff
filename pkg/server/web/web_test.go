package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/server/web"
)

func get(t *testing.T, v web.View, path string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := web.Handler(func(context.Context) web.View { return v })
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// view returns a view with a text wherever one from outside can stand.
func view(text string) web.View {
	labels := []web.Label{{Name: text, Value: text}}
	return web.View{
		Now: now, Version: text, Revision: text, Environment: text, Activated: now.Add(-time.Hour), By: text, Message: text,
		Waiting: text, Unresolved: []string{text}, Problems: []string{text}, Silences: 3,
		Objects: []web.Count{{Name: text, N: 7}},
		Alerts: []web.Alert{{
			State: "firing", Name: text, Severity: text, Summary: text, Since: now.Add(-time.Minute), Labels: labels,
		}},
		Targets: []web.Target{{Job: text, URL: text, Health: "down", Error: text, LastScrape: now.Add(-time.Second)}},
		Notifications: []web.Notification{{
			Time: now, Receiver: text, Integration: text, Outcome: "held_back", Group: labels, Firing: 2, Note: text,
		}},
		Dashboards: []web.Dashboard{{Folder: text, Title: text, Path: text}},
	}
}

func TestPage(t *testing.T) {
	w := get(t, view("some text"), "/")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	body := w.Body.String()
	for _, want := range []string{
		"some text</b>", "firing", "held back", "2 firing", "1 min", "down", "<title>(1) monctl",
		"<i>some text=</i>some text", `href="some%20text"`, "Waiting for some text.",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	body = get(t, web.View{Now: now}, "/").Body.String()
	for _, want := range []string{"no revision is active", "No alert is active", "Nothing is scraped", "Nobody was notified"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of an empty server does not show %q", want)
		}
	}
}

// Regression test for stored XSS through metric names, labels and annotations
// (CVE-2023-40577, CVE-2026-40179, CVE-2026-44903): no text becomes markup, an
// attribute or a link that runs something.
func TestNoMarkupFromText(t *testing.T) {
	quiet := get(t, view("x"), "/").Body.String()
	tags := regexp.MustCompile(`<[a-zA-Z/!][^\s>]*`)
	want := strings.Join(tags.FindAllString(quiet, -1), " ")
	for _, text := range []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`,
		`</title><script>alert(1)</script>`,
		`--><svg onload=alert(1)>`,
		`{{.Version}}<b>`,
		"javascript:alert(1)",
		"\x00<a\x00b>",
	} {
		body := get(t, view(text), "/").Body.String()
		if got := strings.Join(tags.FindAllString(body, -1), " "); got != want {
			t.Errorf("%q makes other markup:\n%s\nwant\n%s", text, got, want)
		}
		if regexp.MustCompile(`(?i)<[^>]*(\son\w+=|href="\s*javascript:)[^>]*>`).MatchString(body) {
			t.Errorf("%q makes an attribute that runs something", text)
		}
	}
}

func TestAssets(t *testing.T) {
	for path, want := range map[string]string{
		"/assets/page.css": "text/css", "/assets/page.js": "text/javascript", "/assets/icon.svg": "image/svg+xml",
	} {
		if w := get(t, web.View{}, path); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), want) {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/assets/", "/assets/page.html", "/assets/../page.go", "/x"} {
		if w := get(t, web.View{}, path); w.Code == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

// The page works under its own policy: nothing inline, nothing from elsewhere.
func TestPolicy(t *testing.T) {
	body := get(t, view("x"), "/").Body.String()
	for _, bad := range []string{"<style", " style=", "http://", "https://", "//cdn"} {
		if strings.Contains(body, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(body) {
		t.Error("the page contains an inline script")
	}
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(web.Policy(), want) {
			t.Errorf("the policy lacks %q", want)
		}
	}
}
