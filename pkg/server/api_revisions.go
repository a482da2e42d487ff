package server

import (
	"io"
	"net/http"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/revision"
)

func (s *Server) postRevision(r *http.Request) (any, error) {
	var m api.Manifest
	if err := decode(r, &m); err != nil {
		return nil, err
	}
	if err := m.Check(); err != nil {
		return nil, badRequest("%v", err)
	}
	base, err := base(r)
	if err == nil {
		err = s.checkBase(base) // before anybody sends bodies for nothing
	}
	if err != nil {
		return nil, err
	}
	objects := make([]revision.Object, 0, len(m.Objects))
	hashes := make([]bundle.Hash, 0, len(m.Objects))
	for _, o := range m.Objects {
		objects = append(objects, revision.Object(o))
		hashes = append(hashes, o.Hash)
	}
	missing, err := s.store.Missing(hashes)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return api.Result{FormatVersion: api.FormatVersion, Missing: missing}, nil
	}
	b, err := s.store.Assemble(m.Environment, objects)
	if err != nil {
		return nil, err
	}
	return nilIfFailed(s.deploy(r.Context(), b, api.Change{
		Author: author(r, m.Author), Message: m.Message, Commit: m.Commit, Base: base,
	}))
}

func (s *Server) postActivate(r *http.Request) (any, error) {
	var req api.ActivateRequest
	if err := decode(r, &req); err != nil {
		return nil, err
	}
	if err := req.Check(); err != nil {
		return nil, badRequest("%v", err)
	}
	base, err := base(r)
	if err != nil {
		return nil, err
	}
	id, err := s.store.Find(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return nilIfFailed(s.Activate(r.Context(), id, api.Change{
		Author: author(r, req.Author), Message: req.Message, Base: base,
	}))
}

func nilIfFailed(result api.Result, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return result, nil
}

func (s *Server) getRevisions(*http.Request) (any, error) {
	list, err := s.store.List()
	if err != nil {
		return nil, err
	}
	out := api.Revisions{FormatVersion: api.FormatVersion, Revisions: []api.Revision{}, Activations: []api.Activation{}}
	for _, m := range list {
		out.Revisions = append(out.Revisions, s.wireRevision(m))
	}
	for _, a := range s.store.History() {
		out.Activations = append(out.Activations, *wireActivation(a))
	}
	return out, nil
}

func (s *Server) getRevision(r *http.Request) (any, error) {
	id, err := s.store.Find(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	m, err := s.store.Manifest(id)
	if err != nil {
		return nil, err
	}
	out := api.RevisionAnswer{FormatVersion: api.FormatVersion, Revision: s.wireRevision(m)}
	for _, o := range m.Objects {
		out.Objects = append(out.Objects, api.Object(o))
	}
	return out, nil
}

func (s *Server) wireRevision(m revision.Manifest) api.Revision {
	active := s.running.Load()
	return api.Revision{
		ID: m.ID, Environment: m.Environment, Author: m.Author, Message: m.Message, Commit: m.Commit, Created: m.Created,
		Validated: m.Validated, Active: active.bundle != nil && active.activation.Revision == m.ID, Count: len(m.Objects),
	}
}

func wireActivation(a revision.Activation) *api.Activation {
	return &api.Activation{
		Time: a.Time, Revision: a.Revision, Environment: a.Environment, By: a.By, Message: a.Message, Reason: string(a.Reason),
	}
}

func (s *Server) getBlob(r *http.Request) (any, error) {
	h, err := parseHash(r.PathValue("hash"))
	if err != nil {
		return nil, err
	}
	b, err := s.store.Blob(h)
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (s *Server) putBlob(r *http.Request) (any, error) {
	h, err := parseHash(r.PathValue("hash"))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	b := bundle.NewBlob(data)
	if b.Hash() != h {
		return nil, badRequest("the body has the hash %s", b.Hash())
	}
	return nil, s.store.PutBlob(b)
}
