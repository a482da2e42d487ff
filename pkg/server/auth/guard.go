package auth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Principal is who sends a request.
type Principal struct {
	// Name is empty for nobody in particular.
	Name string
}

// ErrUnauthenticated is returned by an Authenticator for a request without
// credentials, or with wrong ones.
var ErrUnauthenticated = errors.New("no valid credentials")

// Authenticator says who sends a request. It is safe for concurrent use.
type Authenticator interface {
	// Authenticate returns ErrUnauthenticated, wrapped or not, for whom the
	// server does not answer. It does not read the body.
	Authenticate(*http.Request) (Principal, error)
}

// Anonymous lets everybody in as nobody in particular.
func Anonymous() Authenticator { return anonymous{} }

type anonymous struct{}

func (anonymous) Authenticate(*http.Request) (Principal, error) { return Principal{}, nil }

type principalKey struct{}

// From returns who sends the request that a context belongs to.
func From(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// Options configure Guard.
type Options struct {
	// Authenticator says who sends a request; nil means Anonymous.
	Authenticator Authenticator
	// Loopback says that the server listens on loopback, so that a Host that
	// is not a name of this machine was forged.
	Loopback bool
	// ExternalURL is where a proxy makes the server known to others; its host
	// is accepted too. It may be nil.
	ExternalURL *url.URL
	// Refuse writes the answer to a request that is refused.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, reason string)
}

// Guard lets those requests through to next that the options accept.
func Guard(next http.Handler, o Options) http.Handler {
	if o.Authenticator == nil {
		o.Authenticator = Anonymous()
	}
	crossOrigin := http.NewCrossOriginProtection()
	if o.ExternalURL != nil && o.ExternalURL.Host != "" {
		// A proxy may have changed Host. The origin was made of a URL, so
		// it cannot be malformed.
		_ = crossOrigin.AddTrustedOrigin(o.ExternalURL.Scheme + "://" + o.ExternalURL.Host)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !o.hostOK(r.Host) {
			o.Refuse(w, r, http.StatusForbidden, "the host "+strings.ToValidUTF8(r.Host, "?")+" is not a name of this server")
			return
		}
		if err := crossOrigin.Check(r); err != nil {
			o.Refuse(w, r, http.StatusForbidden, "pages of other origins must not change anything here")
			return
		}
		p, err := o.Authenticator.Authenticate(r)
		switch {
		case errors.Is(err, ErrUnauthenticated):
			w.Header().Set("WWW-Authenticate", "Bearer")
			o.Refuse(w, r, http.StatusUnauthorized, err.Error())
			return
		case err != nil:
			o.Refuse(w, r, http.StatusInternalServerError, "the credentials could not be checked")
			return
		}
		answer := &sameOrigin{ResponseWriter: w}
		next.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), principalKey{}, p)))
		answer.begin() // of an empty answer net/http writes the headers itself
	})
}

func (o Options) hostOK(host string) bool {
	if !o.Loopback {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return IsLoopback(name) || o.ExternalURL != nil && strings.EqualFold(name, o.ExternalURL.Hostname())
}

// sameOrigin takes back the permission for pages of other origins to read an
// answer, which Alertmanager's API gives to all (api/v2/api.go, cors.Default).
type sameOrigin struct {
	http.ResponseWriter
	begun bool
}

// begin takes the permission out of the headers before they are written.
func (w *sameOrigin) begin() {
	if w.begun {
		return
	}
	w.begun = true
	for name := range w.Header() {
		if strings.HasPrefix(name, "Access-Control-Allow-") || name == "Access-Control-Expose-Headers" {
			w.Header().Del(name)
		}
	}
}

// WriteHeader implements http.ResponseWriter.
func (w *sameOrigin) WriteHeader(status int) {
	w.begin()
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *sameOrigin) Write(data []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (w *sameOrigin) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush implements http.Flusher, which streaming handlers ask for.
func (w *sameOrigin) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}
