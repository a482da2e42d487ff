package prom

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/common/route"

	"github.com/prometheus/prometheus/model/relabel"
)

// newHandler mounts the API on a router of its own; upstream's web.Handler
// would bring its own listener, console and lifecycle.
func (s *Server) newHandler() (http.Handler, error) {
	origin, err := relabel.NewRegexp(s.opts.CORSOrigin)
	if err != nil {
		return nil, err
	}
	router := route.New()
	s.newAPI(origin.Regexp).Register(router)
	fed, err := newFederation(s)
	if err != nil {
		return nil, err
	}
	api := http.StripPrefix("/api/v1", router)
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", api)
	mux.Handle("GET /api/v1/rules", s.viewingRules(api))
	mux.Handle("GET /api/v1/alerts", s.viewingRules(api))
	mux.Handle("GET /federate", fed)
	return s.requests.guard(s.limitBody(mux)), nil
}

// limitBody bounds what is read of a request. What a body may grow to when it
// is decompressed is bounded by upstream, for remote read (storage/remote,
// decodeReadLimit) and remote write (client_golang/exp, maxDecodedSize): tests
// hold it to that.
func (s *Server) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, s.opts.MaxRequestBytes)
		next.ServeHTTP(w, r)
	})
}

// viewingRules serves from memory, so that a slow reader does not keep rule
// groups from being replaced.
func (s *Server) viewingRules(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &recorded{header: http.Header{}, code: http.StatusOK}
		s.scheduler.viewing(func() { next.ServeHTTP(answer, r) })
		maps.Copy(w.Header(), answer.header)
		w.WriteHeader(answer.code)
		_, _ = w.Write(answer.body.Bytes()) // the client is gone
	})
}

// recorded is an answer that is kept.
type recorded struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *recorded) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *recorded) WriteHeader(code int) { a.code = code }

// Write implements http.ResponseWriter.
func (a *recorded) Write(p []byte) (int, error) { return a.body.Write(p) }

// requests counts those that are served, so that storage is not closed under
// a query.
type requests struct {
	mu      sync.Mutex
	closed  bool
	serving sync.WaitGroup
	stop    context.Context // the life of all requests
	cancel  context.CancelFunc
}

func newRequests() *requests {
	r := &requests{}
	r.stop, r.cancel = context.WithCancel(context.Background())
	return r
}

func (r *requests) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !r.enter() {
			http.Error(w, "the server is shutting down", http.StatusServiceUnavailable)
			return
		}
		defer r.serving.Done()
		ctx, cancel := context.WithCancel(req.Context())
		defer cancel()
		defer context.AfterFunc(r.stop, cancel)()
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

func (r *requests) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.serving.Add(1)
	return true
}

// cancelledGrace is how long a request may take to notice its cancellation.
const cancelledGrace = 10 * time.Second

// close refuses further requests and waits for those being served, until ctx
// ends; then it cancels them. It reports whether all have ended.
func (r *requests) close(ctx context.Context) bool {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.serving.Wait()
	}()
	select {
	case <-ended:
		r.cancel()
		return true
	case <-ctx.Done():
	}
	r.cancel()
	select {
	case <-ended:
		return true
	case <-time.After(cancelledGrace):
		return false
	}
}
