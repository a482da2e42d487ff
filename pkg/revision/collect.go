package revision

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
)

// Collected is what a collection removed.
type Collected struct {
	Revisions []bundle.Hash
	Blobs     int
}

// Collect removes the oldest revisions beyond those to keep, and the bodies
// that no revision needs any more. A revision is as old as its last activation
// or, if it never ran, as its manifest. The active one is always kept, and so
// are the bodies that were stored since the collection before, which an upload
// may still be bringing together.
//
// If any manifest is damaged, nothing is removed, since what it needs is not
// known.
func (s *Store) Collect() (Collected, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.ids()
	if err != nil {
		return Collected{}, err
	}
	manifests := make([]Manifest, 0, len(ids))
	for _, id := range ids {
		m, err := s.manifest(id)
		if err != nil {
			return Collected{}, fmt.Errorf("collect old revisions: %w", err)
		}
		manifests = append(manifests, m)
	}
	keep, drop := s.divide(manifests)
	needed := s.fresh
	for _, m := range keep {
		for _, h := range m.hashes() {
			needed[h] = true
		}
	}
	var out Collected
	for _, m := range drop {
		if err := s.opts.FS.Remove(s.manifestPath(m.ID)); err != nil {
			return out, fmt.Errorf("collect old revisions: %w", err)
		}
		out.Revisions = append(out.Revisions, m.ID)
	}
	if len(drop) > 0 {
		// A manifest must not come back without its bodies.
		if err := s.opts.FS.SyncDir(filepath.Join(s.dir, "revisions")); err != nil {
			return out, fmt.Errorf("collect old revisions: %w", err)
		}
	}
	s.fresh = map[bundle.Hash]bool{}
	out.Blobs, err = s.sweep(needed)
	return out, err
}

// divide says which revisions are kept and which are dropped.
func (s *Store) divide(all []Manifest) (keep, drop []Manifest) {
	last := map[bundle.Hash]time.Time{}
	for _, m := range all {
		last[m.ID] = m.Created
	}
	for _, a := range s.activations {
		last[a.Revision] = a.Time
	}
	active, _ := s.active()
	all = slices.Clone(all)
	newestFirst(all)
	slices.SortStableFunc(all, func(a, b Manifest) int {
		if (a.ID == active.Revision) != (b.ID == active.Revision) {
			if a.ID == active.Revision {
				return -1
			}
			return 1
		}
		return last[b.ID].Compare(last[a.ID])
	})
	n := min(len(all), s.opts.Keep)
	return all[:n], all[n:]
}

// sweep removes the bodies that are not needed.
func (s *Store) sweep(needed map[bundle.Hash]bool) (int, error) {
	root := filepath.Join(s.dir, "blobs")
	dirs, err := os.ReadDir(root)
	if err != nil {
		return 0, fmt.Errorf("collect old blobs: %w", err)
	}
	n := 0
	for _, d := range dirs {
		files, err := os.ReadDir(filepath.Join(root, d.Name()))
		if err != nil {
			return n, fmt.Errorf("collect old blobs: %w", err)
		}
		for _, f := range files {
			var h bundle.Hash
			if h.UnmarshalText([]byte(f.Name())) != nil || needed[h] {
				continue
			}
			if err := s.opts.FS.Remove(filepath.Join(root, d.Name(), f.Name())); err != nil {
				return n, fmt.Errorf("collect old blobs: %w", err)
			}
			delete(s.known, h)
			n++
		}
	}
	return n, nil
}
