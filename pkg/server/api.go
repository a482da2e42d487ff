package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/revision"
	"github.com/monctl/monctl/pkg/server/auth"
)

// routeAPI mounts the server's own API.
func (s *Server) routeAPI(mux *http.ServeMux) {
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"GET /status":                    s.getStatus,
		"GET /revisions":                 s.getRevisions,
		"POST /revisions":                s.postRevision,
		"GET /revisions/{id}":            s.getRevision,
		"POST /revisions/{id}/activate":  s.postActivate,
		"GET /blobs/{hash}":              s.getBlob,
		"PUT /blobs/{hash}":              s.putBlob,
		"GET /notifications":             s.getNotifications,
		"GET /dashboards":                s.getDashboards,
		"GET /dashboards/{folder}/{uid}": s.getDashboard,
		"/":                              nothing,
	} {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok {
			method, path = "", pattern
		}
		mux.Handle(strings.TrimSpace(method+" "+api.Prefix+path), s.answer(handle))
	}
}

func nothing(r *http.Request) (any, error) {
	return nil, &requestError{http.StatusNotFound, api.CodeNotFound, fmt.Sprintf("there is no %s %s", r.Method, r.URL.Path)}
}

// answer makes a handler of a function that returns a document, or bytes, or
// an error.
func (s *Server) answer(handle func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Encoding") != "" {
			// What is not decompressed cannot be a bomb.
			writeError(w, http.StatusUnsupportedMediaType, api.ErrorBody{Code: api.CodeBadRequest, Message: "compressed bodies are not accepted"})
			return
		}
		limit := int64(api.MaxManifestBytes)
		if r.Method == http.MethodPut {
			limit = api.MaxBlobBytes
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		out, err := handle(r)
		switch data := out.(type) {
		case nil:
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		case []byte:
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write(data) // the client is gone
		default:
			writeJSON(w, http.StatusOK, out)
		}
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the answer cannot be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // the client is gone
}

func writeError(w http.ResponseWriter, status int, body api.ErrorBody) {
	writeJSON(w, status, api.ErrorAnswer{FormatVersion: api.FormatVersion, Error: body})
}

// requestError is a request that cannot be done.
type requestError struct {
	status  int
	code    api.ErrorCode
	message string
}

func (e *requestError) Error() string { return e.message }

func badRequest(format string, args ...any) error {
	return &requestError{http.StatusBadRequest, api.CodeBadRequest, fmt.Sprintf(format, args...)}
}

// refuse answers a request that failed.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var (
		request   *requestError
		reject    *api.RejectedError
		conflict  *api.ConflictError
		ambiguous *revision.AmbiguousError
		large     *http.MaxBytesError
	)
	status, body := http.StatusInternalServerError, api.ErrorBody{Code: api.CodeFailed, Message: err.Error()}
	switch {
	case errors.As(err, &request):
		status, body.Code = request.status, request.code
	case errors.As(err, &reject):
		status, body.Code, body.Diagnostics = http.StatusUnprocessableEntity, api.CodeRejected, reject.Diagnostics
	case errors.As(err, &conflict):
		status, body.Code = http.StatusConflict, api.CodeConflict
		if !conflict.Active.IsZero() {
			body.Active = &conflict.Active
		}
	case errors.As(err, &ambiguous):
		status, body.Code = http.StatusBadRequest, api.CodeBadRequest
	case errors.Is(err, revision.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		status, body.Code = http.StatusNotFound, api.CodeNotFound
	case errors.As(err, &large):
		status, body.Code = http.StatusRequestEntityTooLarge, api.CodeTooLarge
		body.Message = fmt.Sprintf("the body is larger than %d bytes", large.Limit)
	case errors.Is(err, ErrClosed), errors.Is(err, context.Canceled):
		status, body.Code = http.StatusServiceUnavailable, api.CodeUnavailable
	default:
		s.opts.Logger.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "err", err)
	}
	writeError(w, status, body)
}

// decode reads the one JSON document of a request, in which every field must
// be known.
func decode(r *http.Request, v any) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest("the body is not what is expected: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("something follows the JSON document")
	}
	return nil
}

// base reads what a change is based on.
func base(r *http.Request) (*bundle.Hash, error) {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match != "" && none != "":
		return nil, badRequest("If-Match and If-None-Match exclude each other")
	case none == "*":
		return &bundle.Hash{}, nil
	case none != "":
		return nil, badRequest("If-None-Match: want *")
	case match == "":
		return nil, nil
	}
	h, err := parseHash(strings.TrimSuffix(strings.TrimPrefix(match, `"`), `"`))
	if err != nil || h.IsZero() {
		return nil, badRequest("If-Match: want a complete revision in quotes")
	}
	return &h, nil
}

func parseHash(text string) (h bundle.Hash, err error) {
	if err := h.UnmarshalText([]byte(text)); err != nil {
		return h, badRequest("%v", err)
	}
	return h, nil
}

// author returns who makes a change: who is authenticated, else who claims to.
func author(r *http.Request, claimed string) string {
	if p := auth.From(r.Context()); p.Name != "" {
		return p.Name
	}
	return claimed
}
