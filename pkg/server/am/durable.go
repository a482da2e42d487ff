package am

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// durable answers requests that change silences only when the change is on
// disk. Upstream's API has no hook for that, so its answer is held back until
// the file is written.
type durable struct {
	next http.Handler
	file *stateFile
}

// ServeHTTP implements http.Handler.
func (d *durable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !changesSilences(r) {
		d.next.ServeHTTP(w, r)
		return
	}
	answer := newHeldAnswer()
	d.next.ServeHTTP(answer, r)
	if answer.code < 300 {
		if err := d.file.sync(r.Context()); err != nil {
			notDurable(w, err)
			return
		}
	}
	answer.send(w)
}

func changesSilences(r *http.Request) bool {
	switch r.Method {
	case http.MethodPost:
		return strings.TrimSuffix(r.URL.Path, "/") == "/api/v2/silences"
	case http.MethodDelete:
		return strings.HasPrefix(r.URL.Path, "/api/v2/silence/")
	default:
		return false
	}
}

// notDurable answers as the API answers errors: with a string as JSON.
func notDurable(w http.ResponseWriter, err error) {
	body, _ := json.Marshal(fmt.Sprintf("the change is in effect, but it could not be written to disk and would be lost in a restart: %v", err))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusInternalServerError)
	w.Write(append(body, '\n')) //nolint:errcheck // Nobody is left to be told.
}
