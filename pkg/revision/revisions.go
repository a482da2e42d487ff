package revision

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

func (s *Store) manifestPath(id bundle.Hash) string {
	return filepath.Join(s.dir, "revisions", id.String()+".json")
}

// Put stores the manifest of a bundle whose bodies are stored, and returns it
// complete. A revision that is stored already keeps the manifest it has: it
// was made once.
func (s *Store) Put(b *bundle.Bundle, m Manifest) (Manifest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.FormatVersion, m.ID, m.Objects = formatVersion, b.Revision(), Objects(b)
	if old, err := s.manifest(m.ID); err == nil {
		return old, nil
	}
	for _, h := range m.hashes() {
		if s.known[h] {
			continue
		}
		if _, err := s.blob(h); err != nil {
			return Manifest{}, fmt.Errorf("store revision %s: %w", m.ID.Short(), err)
		}
	}
	data, err := encode(m)
	if err == nil {
		err = s.write(s.manifestPath(m.ID), data)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("store revision %s: %w", m.ID.Short(), err)
	}
	return m, nil
}

// Manifest returns the manifest of a revision. The error is ErrNotFound if
// there is none.
func (s *Store) Manifest(id bundle.Hash) (Manifest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.manifest(id)
}

func (s *Store) manifest(id bundle.Hash) (Manifest, error) {
	name := s.manifestPath(id)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("%w: %s", ErrNotFound, id.Short())
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("read revision: %w", err)
	}
	corrupt := func(problem string) (Manifest, error) {
		return Manifest{}, &CorruptError{
			File: name, Problem: problem,
			Hint: "restore it from a backup, or move it away and deploy again from the sources",
		}
	}
	var m Manifest
	if err := decodeStrict(data, &m); err != nil {
		return corrupt(err.Error())
	}
	if m.FormatVersion != formatVersion {
		return corrupt(fmt.Sprintf("format version %d is not known to this version of monctl", m.FormatVersion))
	}
	if m.ID != id {
		return corrupt("it describes revision " + m.ID.Short())
	}
	return m, nil
}

// Bundle returns a revision as a bundle.
func (s *Store) Bundle(id bundle.Hash) (*bundle.Bundle, Manifest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.manifest(id)
	if err != nil {
		return nil, Manifest{}, err
	}
	b, err := s.assemble(m.Environment, m.Objects)
	if err != nil {
		return nil, Manifest{}, fmt.Errorf("read revision %s: %w", id.Short(), err)
	}
	if b.Revision() != id {
		return nil, Manifest{}, &CorruptError{
			File: s.manifestPath(id), Problem: "its objects do not add up to the revision it is named after",
			Hint: "restore it from a backup, or move it away and deploy again from the sources",
		}
	}
	return b, m, nil
}

// Assemble makes a bundle of stored bodies.
func (s *Store) Assemble(env string, objects []Object) (*bundle.Bundle, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.assemble(env, objects)
}

func (s *Store) assemble(env string, objects []Object) (*bundle.Bundle, error) {
	objs := make([]bundle.Object, 0, len(objects))
	for _, o := range objects {
		blob, err := s.blob(o.Hash)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &CorruptError{
				File: s.blobPath(o.Hash), Problem: "it is missing; it holds " + o.Ref.String(),
				Hint: "restore it from a backup, or deploy again from the sources, which stores it anew",
			}
		}
		if err != nil {
			return nil, err
		}
		objs = append(objs, bundle.NewRawObject(o.Ref, blob.Bytes(), nil))
	}
	b, diags := bundle.New(env, objs)
	if diags.HasErrors() {
		return nil, fmt.Errorf("assemble bundle: %s", diags)
	}
	return b, nil
}

// List returns the manifests of all revisions, the newest first.
func (s *Store) List() ([]Manifest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	out := make([]Manifest, 0, len(ids))
	for _, id := range ids {
		m, err := s.manifest(id)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	newestFirst(out)
	return out, nil
}

// ids returns what revisions there are, sorted. Files of other names are not
// ours and do not count.
func (s *Store) ids() ([]bundle.Hash, error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, "revisions"))
	if err != nil {
		return nil, fmt.Errorf("list revisions: %w", err)
	}
	var out []bundle.Hash
	for _, e := range entries {
		var id bundle.Hash
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && id.UnmarshalText([]byte(name)) == nil {
			out = append(out, id)
		}
	}
	return out, nil
}

// minPrefix is the least number of digits that Find takes for a revision.
const minPrefix = 4

// Find returns the revision whose identifier begins with a prefix of at least
// four digits. The error is ErrNotFound or an *AmbiguousError.
func (s *Store) Find(prefix string) (bundle.Hash, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.ids()
	if err != nil {
		return bundle.Hash{}, err
	}
	var found []bundle.Hash
	for _, id := range ids {
		if len(prefix) >= minPrefix && strings.HasPrefix(id.String(), strings.ToLower(prefix)) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return bundle.Hash{}, fmt.Errorf("%w: %s", ErrNotFound, prefix)
	case 1:
		return found[0], nil
	default:
		return bundle.Hash{}, &AmbiguousError{Prefix: prefix, IDs: found}
	}
}
