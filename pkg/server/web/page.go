package web

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// policy is what the page may do: nothing but load its own style and script
// and fetch itself.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Policy is the content security policy of everything the server answers.
func Policy() string { return policy }

// Source makes a View. What it cannot find out, it says in View.Problems.
type Source func(context.Context) View

// Handler serves the page at / and its parts below /assets/.
func Handler(source Source) (http.Handler, error) {
	page, err := template.New("page.html").Funcs(template.FuncMap{
		"ago":  func(now, t time.Time) string { return ago(now.Sub(t)) },
		"time": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"ms":   func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) },
	}).ParseFS(assets, "assets/page.html")
	if err != nil {
		return nil, fmt.Errorf("parse page: %w", err)
	}
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		return nil, fmt.Errorf("open assets: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		var out bytes.Buffer
		if err := page.Execute(&out, source(r.Context())); err != nil {
			http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(out.Bytes()) // whoever went away needs no page
	})
	serve := http.StripPrefix("/assets/", http.FileServerFS(files))
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		mux.Handle("GET /assets/"+name, serve)
	}
	return mux, nil
}

// ago says roughly how long something lasts.
func ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// class returns the word by which the style knows a state.
func class(state string) string {
	switch strings.ToLower(state) {
	case "firing", "down", "failed":
		return "bad"
	case "pending", "held_back", "unknown":
		return "middling"
	case "suppressed":
		return "quiet"
	default:
		return "good"
	}
}

// Class is how an alert looks.
func (a Alert) Class() string { return class(a.State) }

// Class is how a target looks.
func (t Target) Class() string { return class(t.Health) }

// Class is how an attempt looks.
func (n Notification) Class() string { return class(n.Outcome) }

// Said is the outcome in words.
func (n Notification) Said() string { return strings.ReplaceAll(n.Outcome, "_", " ") }

// Firing counts the alerts that notify people.
func (v View) Firing() int { return v.count("firing") }

// Pending counts the alerts whose "for" has not passed.
func (v View) Pending() int { return v.count("pending") }

func (v View) count(state string) int {
	n := 0
	for _, a := range v.Alerts {
		if a.State == state {
			n++
		}
	}
	return n
}

// Down counts the targets that cannot be scraped.
func (v View) Down() int {
	n := 0
	for _, t := range v.Targets {
		if t.Health == "down" {
			n++
		}
	}
	return n
}
