package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/server/auth"
	"github.com/monctl/monctl/pkg/server/web"
)

// The limits of a connection. An answer may take as long as the longest query.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 5 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 256 << 10
	// maxBodyBytes bounds what is read of a request to Alertmanager's API; the
	// other parts bound theirs themselves.
	maxBodyBytes = 32 << 20
)

// newHandler puts everything behind one listener.
func (s *Server) newHandler() (http.Handler, error) {
	page, err := web.Handler(s.view)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /assets/", page)
	mux.Handle("/api/v1/", s.engines.metrics.Handler())
	mux.Handle("GET /federate", s.engines.metrics.Handler())
	mux.Handle("/api/v2/", http.MaxBytesHandler(s.engines.alerts.Handler(), maxBodyBytes))
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{
		Registry: s.registry, EnableOpenMetrics: true,
		ErrorLog: slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelError),
	}))
	mux.HandleFunc("GET /-/healthy", text("monctl is healthy.\n"))
	mux.HandleFunc("GET /-/ready", text("monctl is ready.\n"))
	mux.HandleFunc("POST /-/reload", s.handleReload)
	mux.HandleFunc("PUT /-/reload", s.handleReload)
	s.routeAPI(mux)
	return s.observed(mux, s.recovered(secured(mux))), nil
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(s)) // the client is gone
	}
}

func (s *Server) handleReload(w http.ResponseWriter, r *http.Request) {
	if err := s.Reload(r.Context()); err != nil {
		s.refuse(w, r, err)
		return
	}
	text("reloaded\n")(w, r)
}

// Serve answers requests on a listener until ctx ends, then lets those under
// way end, for ShutdownTimeout at most. It closes the listener, not the server.
// It returns an *auth.ExposedError for a listener that others can reach if
// nobody has to authenticate and that was not allowed.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	defer l.Close()
	addr := l.Addr().String()
	if err := auth.CheckListen(addr, auth.ListenOptions{Authenticated: s.opts.Auth != nil, AllowOpen: s.opts.AllowOpen}); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen address %q: %w", addr, err)
	}
	requests, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	hs := &http.Server{
		Handler: auth.Guard(s.handler, auth.Options{
			Authenticator: s.opts.Auth, Loopback: auth.IsLoopback(host), ExternalURL: s.opts.ExternalURL, Refuse: s.refused,
		}),
		BaseContext:       func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve on %s: %w", addr, err)
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(requests, s.opts.ShutdownTimeout)
	defer cancel()
	err = hs.Shutdown(wait)
	if errors.Is(err, context.DeadlineExceeded) {
		abort()
		err = hs.Close()
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	if err != nil {
		return fmt.Errorf("stop serving on %s: %w", addr, err)
	}
	return nil
}

// refused answers a request that was not let in.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, status int, reason string) {
	codes := map[int]api.ErrorCode{
		http.StatusUnauthorized: api.CodeUnauthenticated, http.StatusForbidden: api.CodeForbidden,
	}
	code, ok := codes[status]
	if !ok {
		code = api.CodeFailed
	}
	s.metrics.requests.WithLabelValues("refused", fmt.Sprint(status)).Inc()
	s.opts.Logger.WarnContext(r.Context(), "request refused", "reason", reason, "remote", r.RemoteAddr)
	writeError(w, status, api.ErrorBody{Code: code, Message: reason})
}
