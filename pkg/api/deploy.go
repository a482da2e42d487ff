package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/monctl/monctl/pkg/bundle"
)

// Change says who changes something, why, and what it is based on.
type Change struct {
	Author  string
	Message string
	// Commit is the commit of the sources; it counts when deploying.
	Commit string
	// Base is the revision that must be active for the change to be made, the
	// zero hash if none must be; nil makes the change unconditionally.
	Base *bundle.Hash
}

func (c Change) header() http.Header {
	h := http.Header{}
	switch {
	case c.Base == nil:
	case c.Base.IsZero():
		h.Set("If-None-Match", "*")
	default:
		h.Set("If-Match", `"`+c.Base.String()+`"`)
	}
	return h
}

// maxRounds bounds how often bodies are found missing: more than once only if
// the server collects garbage meanwhile.
const maxRounds = 4

// Deploy makes a bundle the active revision, sending what the server does not
// have. The errors are those of this package, or of the context.
func (c *Client) Deploy(ctx context.Context, b *bundle.Bundle, change Change) (Result, error) {
	body, err := json.Marshal(NewManifest(b, change))
	if err != nil {
		return Result{}, fmt.Errorf("encode manifest: %w", err)
	}
	bodies := make(map[bundle.Hash]bundle.Blob, b.Len())
	for _, o := range b.Objects() {
		bodies[o.Body.Hash()] = o.Body
	}
	post := request{
		method: http.MethodPost, path: "revisions", body: body,
		contentType: "application/json", header: change.header(),
	}
	for range maxRounds {
		result, err := call[Result](ctx, c, post)
		if err != nil {
			return Result{}, err
		}
		if len(result.Missing) == 0 {
			return result, nil
		}
		for _, h := range result.Missing {
			blob, ok := bodies[h]
			if !ok {
				return Result{}, fmt.Errorf("the server at %s asks for blob %s, which is not in the bundle", c.URL(), h.Short())
			}
			if err := c.putBlob(ctx, blob); err != nil {
				return Result{}, err
			}
		}
	}
	return Result{}, fmt.Errorf("the server at %s asks for the same content again and again", c.URL())
}

func (c *Client) putBlob(ctx context.Context, b bundle.Blob) error {
	_, err := c.do(ctx, request{
		method: http.MethodPut, path: "blobs/" + b.Hash().String(),
		body: b.Bytes(), contentType: "application/octet-stream",
	})
	return err
}

// NewManifest describes a bundle.
func NewManifest(b *bundle.Bundle, change Change) Manifest {
	m := Manifest{
		FormatVersion: FormatVersion, Environment: b.Env(),
		Author: change.Author, Message: change.Message, Commit: change.Commit,
		Objects: make([]Object, 0, b.Len()),
	}
	for _, o := range b.Objects() {
		m.Objects = append(m.Objects, Object{Ref: o.Ref, Hash: o.Body.Hash()})
	}
	return m
}

// Activate makes a stored revision the active one; id may be shortened.
func (c *Client) Activate(ctx context.Context, id string, change Change) (Result, error) {
	body, err := json.Marshal(ActivateRequest{FormatVersion: FormatVersion, Author: change.Author, Message: change.Message})
	if err != nil {
		return Result{}, fmt.Errorf("encode request: %w", err)
	}
	return call[Result](ctx, c, request{
		method: http.MethodPost, path: "revisions/" + url.PathEscape(id) + "/activate", body: body,
		contentType: "application/json", header: change.header(),
	})
}

// ErrNoRevision is returned by Live for a server that has no active revision.
var ErrNoRevision = errors.New("the server has no active revision")

// Live fetches the active revision as a bundle. Bodies that are known already
// are taken from known, which may be nil.
func (c *Client) Live(ctx context.Context, known *bundle.Bundle) (*bundle.Bundle, error) {
	status, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	if status.Activation == nil {
		return nil, ErrNoRevision
	}
	return c.Bundle(ctx, status.Activation.Revision.String(), known)
}

// Bundle fetches a revision as a bundle, as Live does.
func (c *Client) Bundle(ctx context.Context, id string, known *bundle.Bundle) (*bundle.Bundle, error) {
	r, err := c.Revision(ctx, id)
	if err != nil {
		return nil, err
	}
	bodies := map[bundle.Hash]bundle.Blob{}
	if known != nil {
		for _, o := range known.Objects() {
			bodies[o.Body.Hash()] = o.Body
		}
	}
	objs := make([]bundle.Object, 0, len(r.Objects))
	for _, o := range r.Objects {
		blob, ok := bodies[o.Hash]
		if !ok {
			if blob, err = c.Blob(ctx, o.Hash); err != nil {
				return nil, err
			}
			bodies[o.Hash] = blob
		}
		objs = append(objs, bundle.NewRawObject(o.Ref, blob.Bytes(), nil))
	}
	b, diags := bundle.New(r.Environment, objs)
	if diags.HasErrors() || b.Revision() != r.ID {
		return nil, fmt.Errorf("the server at %s sent a revision that does not add up to its identifier", c.URL())
	}
	return b, nil
}
