package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAnswer bounds one answer of a server, in bytes.
const maxAnswer = 256 << 20

// Client asks a server with Prometheus' HTTP API.
type Client struct {
	// URL is the server's base, to which /api/v1/… is added.
	URL *url.URL
	// HTTP sends the requests; credentials, TLS and time limits are its.
	HTTP *http.Client
	// Header is added to every request.
	Header http.Header
}

// StatusError says that a server refused a request.
type StatusError struct {
	// Code is the HTTP status.
	Code int
	// Message is what the server says, on one line.
	Message string
}

// Error implements error.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("the server answers %d %s", e.Code, http.StatusText(e.Code))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// get asks for a path and decodes the answer's data.
func (c *Client) get(ctx context.Context, path string, query url.Values, data any) error {
	u := c.URL.JoinPath("api", "v1", path)
	u.RawQuery = query.Encode()
	body, _, err := c.fetch(ctx, u)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	var answer struct {
		Status string          `json:"status"`
		Error  string          `json:"error"`
		Data   json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Status == "" {
		return fmt.Errorf("ask for %s: the answer is not one of Prometheus' HTTP API", path)
	}
	if answer.Status != "success" {
		return fmt.Errorf("ask for %s: %s", path, answer.Error)
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	return nil
}

// fetch gets a document, which must not be too large.
func (c *Client) fetch(ctx context.Context, u *url.URL) (body []byte, contentType string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, "", err
	}
	maps.Copy(req.Header, c.Header)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		if err := c.late(err); err != nil {
			return nil, "", err
		}
		if urlErr, ok := errors.AsType[*url.Error](err); ok {
			err = urlErr.Err // without the address, which may hold a password
		}
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, "", cmp.Or(c.late(err), err)
	case resp.StatusCode/100 != 2:
		return nil, "", &StatusError{Code: resp.StatusCode, Message: message(body)}
	case len(body) > maxAnswer:
		return nil, "", fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
	}
	return body, resp.Header.Get("Content-Type"), nil
}

// TimeoutError says that a server took longer than one request may.
type TimeoutError struct{ Limit time.Duration }

func (e *TimeoutError) Error() string { return fmt.Sprintf("no complete answer within %s", e.Limit) }

// late is the error of a request that took too long; nil for any other.
func (c *Client) late(err error) error {
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() && c.HTTP.Timeout > 0 {
		return &TimeoutError{c.HTTP.Timeout}
	}
	return nil
}

// message takes the error out of an answer: of the API's, or its first line.
func message(body []byte) string {
	var answer struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &answer) == nil && answer.Error != "" {
		return answer.Error
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if strings.HasPrefix(line, "<") {
		return ""
	}
	return line[:min(len(line), 200)]
}

// Scrape makes a catalogue of what a target exposes at the client's URL.
func (c *Client) Scrape(ctx context.Context, added []string) (*Catalog, error) {
	header := c.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Accept", "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.8")
	scraper := Client{URL: c.URL, HTTP: c.HTTP, Header: header}
	body, contentType, err := scraper.fetch(ctx, c.URL)
	if err != nil {
		return nil, fmt.Errorf("scrape: %w", err)
	}
	return FromExposition(body, contentType, added)
}

// window is the parameters that select the recent past.
func window(query url.Values, from, to time.Time) url.Values {
	if !from.IsZero() {
		query.Set("start", fmt.Sprint(from.Unix()))
		query.Set("end", fmt.Sprint(to.Unix()))
	}
	return query
}
