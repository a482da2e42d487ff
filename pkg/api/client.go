package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
)

// ClientOptions configure a Client.
type ClientOptions struct {
	// Transport carries requests; nil means http.DefaultTransport.
	Transport http.RoundTripper
	// Token is sent as bearer token, if it is set.
	Token string
	// Timeout bounds one request; zero means one minute.
	Timeout time.Duration
}

// Client talks to one server. It is safe for concurrent use.
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// NewClient returns a client of the server at an address such as
// "http://127.0.0.1:9090", below which Prefix is appended. It does not connect.
func NewClient(address string, opts ClientOptions) (*Client, error) {
	base, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("server address %q: %w", address, err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("server address %q: want http://host:port or https://host:port", address)
	}
	if base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("server address %q: there must be nothing behind the path", address)
	}
	if opts.Timeout == 0 {
		opts.Timeout = time.Minute
	}
	return &Client{base: base, token: opts.Token, http: &http.Client{
		Transport: opts.Transport,
		Timeout:   opts.Timeout,
		// A redirect could lead credentials elsewhere (CVE-2025-4673), and
		// the server sends none.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// URL returns the address of the server, without user information.
func (c *Client) URL() string {
	u := *c.base
	u.User = nil
	return strings.TrimSuffix(u.String(), "/")
}

// request is one call.
type request struct {
	method, path string
	body         []byte
	contentType  string
	header       http.Header
}

// maxAnswerBytes bounds what is read of an answer.
const maxAnswerBytes = 64 << 20

// do sends a request and returns the body of an answer that is a success.
func (c *Client) do(ctx context.Context, r request) ([]byte, error) {
	target := strings.TrimSuffix(c.base.String(), "/") + Prefix + "/" + r.path
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	maps.Copy(req.Header, r.header)
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if len(data) > maxAnswerBytes {
		return nil, fmt.Errorf("the answer of %s is larger than %d bytes", c.URL(), maxAnswerBytes)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, c.failure(resp, data)
	}
	return data, nil
}

// unreachable says why no answer came; the error of net/http would repeat the
// address, with user information if there is any.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err
	}
	return &UnreachableError{URL: c.URL(), Err: err}
}

// failure makes an error of an answer that is none.
func (c *Client) failure(resp *http.Response, data []byte) error {
	var answer ErrorAnswer
	if json.Unmarshal(data, &answer) != nil || answer.Error.Code == "" {
		answer.Error.Message = "this does not seem to be a monctl server"
	}
	e := answer.Error
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return &UnauthenticatedError{URL: c.URL(), Message: e.Message}
	case e.Code == CodeRejected:
		return &RejectedError{Diagnostics: e.Diagnostics}
	case e.Code == CodeConflict && e.Active != nil:
		return &ConflictError{Active: *e.Active}
	case e.Code == CodeConflict:
		return &ConflictError{}
	default:
		return &RequestError{Status: resp.StatusCode, Code: e.Code, Message: e.Message}
	}
}

// get asks for a document.
func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	return call[T](ctx, c, request{method: http.MethodGet, path: path})
}

// call sends a request and decodes its answer.
func call[T any](ctx context.Context, c *Client, r request) (T, error) {
	var out T
	data, err := c.do(ctx, r)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("decode the answer of %s: %w", c.URL(), err)
	}
	return out, nil
}

// Status asks what runs.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return get[Status](ctx, c, "status")
}

// Revisions lists what is stored.
func (c *Client) Revisions(ctx context.Context) (Revisions, error) {
	return get[Revisions](ctx, c, "revisions")
}

// Revision asks for one revision; id may be shortened.
func (c *Client) Revision(ctx context.Context, id string) (Revision, error) {
	answer, err := get[RevisionAnswer](ctx, c, "revisions/"+url.PathEscape(id))
	return answer.Revision, err
}

// Notifications lists the last attempts to notify.
func (c *Client) Notifications(ctx context.Context) (Notifications, error) {
	return get[Notifications](ctx, c, "notifications")
}

// Dashboards lists the dashboards of the active revision.
func (c *Client) Dashboards(ctx context.Context) (Dashboards, error) {
	return get[Dashboards](ctx, c, "dashboards")
}

// Dashboard returns a dashboard of the active revision.
func (c *Client) Dashboard(ctx context.Context, folder, uid string) (DashboardAnswer, error) {
	return get[DashboardAnswer](ctx, c, DashboardPath(folder, uid))
}

// DashboardPath returns where a dashboard is, below Prefix.
func DashboardPath(folder, uid string) string {
	if folder == "" {
		folder = "-"
	}
	return "dashboards/" + url.PathEscape(folder) + "/" + url.PathEscape(uid)
}

// Blob fetches a body and checks it.
func (c *Client) Blob(ctx context.Context, h bundle.Hash) (bundle.Blob, error) {
	data, err := c.do(ctx, request{method: http.MethodGet, path: "blobs/" + h.String()})
	if err != nil {
		return bundle.Blob{}, err
	}
	b := bundle.NewBlob(data)
	if b.Hash() != h {
		return bundle.Blob{}, fmt.Errorf("the server at %s sent something else than blob %s", c.URL(), h.Short())
	}
	return b, nil
}
