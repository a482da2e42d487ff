package revision

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/monctl/monctl/pkg/bundle"
)

func (s *Store) blobPath(h bundle.Hash) string {
	name := h.String()
	return filepath.Join(s.dir, "blobs", name[:2], name)
}

// Missing returns those of some hashes whose content is not stored, or stored
// but damaged, in the order given and each once.
func (s *Store) Missing(hashes []bundle.Hash) ([]bundle.Hash, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var missing []bundle.Hash
	seen := map[bundle.Hash]bool{}
	for _, h := range hashes {
		if seen[h] || s.known[h] {
			continue
		}
		seen[h] = true
		_, err := s.blob(h)
		var corrupt *CorruptError
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.As(err, &corrupt):
			missing = append(missing, h)
		case err != nil:
			return nil, err
		}
	}
	return missing, nil
}

// PutBlob stores a body. Storing it again does nothing.
func (s *Store) PutBlob(b bundle.Blob) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh[b.Hash()] = true
	if s.known[b.Hash()] {
		return nil
	}
	if _, err := s.blob(b.Hash()); err == nil {
		return nil
	}
	name := s.blobPath(b.Hash())
	err := makeDir(s.opts.FS, filepath.Join(s.dir, "blobs"), filepath.Dir(name))
	if err == nil {
		err = s.write(name, b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("store blob %s: %w", b.Hash().Short(), err)
	}
	s.known[b.Hash()] = true
	return nil
}

// Blob returns a body. The error is a *CorruptError if it is not what was
// stored, and fs.ErrNotExist if it is not there.
func (s *Store) Blob(h bundle.Hash) (bundle.Blob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blob(h)
}

func (s *Store) blob(h bundle.Hash) (bundle.Blob, error) {
	data, err := os.ReadFile(s.blobPath(h))
	if err != nil {
		return bundle.Blob{}, fmt.Errorf("read blob: %w", err)
	}
	b := bundle.NewBlob(data)
	if b.Hash() != h {
		delete(s.known, h)
		return bundle.Blob{}, &CorruptError{
			File: s.blobPath(h), Problem: "its content does not match its name",
			Hint: "restore it from a backup, or deploy again from the sources, which replaces it",
		}
	}
	s.known[h] = true
	return b, nil
}
