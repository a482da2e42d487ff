package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// askLimit bounds an answer that is kept in memory for the page.
const askLimit = 16 << 20

// ask reads a document from one of the engines' HTTP interfaces without a
// connection. Those are stable and documented, and the same that everybody
// else reads.
func ask(ctx context.Context, h http.Handler, path string, v any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	r.RequestURI = path
	w := &memory{header: http.Header{}, code: http.StatusOK}
	h.ServeHTTP(w, r)
	if w.code != http.StatusOK {
		return fmt.Errorf("ask for %s: status %d", path, w.code)
	}
	if w.overflow {
		return fmt.Errorf("ask for %s: the answer is larger than %d bytes", path, askLimit)
	}
	if err := json.Unmarshal(w.body.Bytes(), v); err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	return nil
}

// memory is an answer in memory.
type memory struct {
	header   http.Header
	code     int
	body     bytes.Buffer
	overflow bool
}

// Header implements http.ResponseWriter.
func (m *memory) Header() http.Header { return m.header }

// WriteHeader implements http.ResponseWriter.
func (m *memory) WriteHeader(code int) { m.code = code }

// Write implements http.ResponseWriter.
func (m *memory) Write(data []byte) (int, error) {
	if m.body.Len()+len(data) > askLimit {
		m.overflow = true
		return len(data), nil
	}
	return m.body.Write(data)
}
