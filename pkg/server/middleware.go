package server

import (
	"errors"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/server/web"
)

// secured says what a browser must not do with any answer.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", web.Policy())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into an answer and a line in the log.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http knows it
			}
			s.opts.Logger.ErrorContext(r.Context(), "request panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			writeError(w, http.StatusInternalServerError, api.ErrorBody{Code: api.CodeFailed, Message: "the server has a bug; its log says more"})
		}()
		next.ServeHTTP(w, r)
	})
}

// observed counts requests by the pattern that they match.
func (s *Server) observed(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler := handlerName(mux, r)
		start := time.Now()
		c := &counting{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			s.metrics.requests.WithLabelValues(handler, strconv.Itoa(c.code)).Inc()
			s.metrics.requestDuration.WithLabelValues(handler).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(c, r)
	})
}

// prometheusHandlers are what is told apart below /api/v1.
func prometheusHandlers() []string {
	return []string{
		"alertmanagers", "alerts", "format_query", "label", "labels", "metadata", "parse_query", "query",
		"query_exemplars", "query_range", "read", "rules", "scrape_pools", "series", "status", "targets", "write",
	}
}

// handlerName returns one of a bounded number of names.
func handlerName(mux *http.ServeMux, r *http.Request) string {
	_, pattern := mux.Handler(r)
	if _, path, ok := strings.Cut(pattern, " "); ok {
		pattern = path
	}
	switch pattern {
	case "":
		return "other"
	case "/{$}":
		return "/"
	case "/api/v1/":
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, pattern), "/")
		if slices.Contains(prometheusHandlers(), first) {
			return pattern + first
		}
	}
	return pattern
}

// counting remembers the status of an answer.
type counting struct {
	http.ResponseWriter
	code  int
	begun bool
}

// WriteHeader implements http.ResponseWriter.
func (c *counting) WriteHeader(code int) {
	if !c.begun && code >= http.StatusOK {
		c.code, c.begun = code, true
	}
	c.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (c *counting) Write(data []byte) (int, error) {
	c.begun = true
	return c.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (c *counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Flush implements http.Flusher, which streaming handlers ask for.
func (c *counting) Flush() {
	c.begun = true
	_ = http.NewResponseController(c.ResponseWriter).Flush()
}
