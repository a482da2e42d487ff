package revision

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/gofrs/flock"

	"github.com/monctl/monctl/pkg/bundle"
)

// Options are how to open a store.
type Options struct {
	// Keep is how many revisions Collect keeps; zero means 100.
	Keep int
	// KeepActivations is how many activations are remembered; zero means 1000.
	KeepActivations int
	// FS is how files are changed; nil means OS.
	FS FS
}

// Store is an open store. It is safe for concurrent use; it serialises changes.
type Store struct {
	dir  string
	opts Options
	lock *flock.Flock

	mu          sync.Mutex
	temp        int
	activations []Activation
	// known are the blobs that this process has stored or read and found to be
	// sound, so that they are not read again to say whether they are missing.
	known map[bundle.Hash]bool
	// fresh are the blobs stored since the last collection: what an upload
	// has brought and no manifest names yet.
	fresh map[bundle.Hash]bool
}

// Open opens the store in a directory and makes it if there is none. The error
// is a *LockedError if another process has it open, and a *CorruptError if it
// cannot be known which revision is active.
func Open(dir string, opts Options) (*Store, error) {
	if opts.Keep == 0 {
		opts.Keep = 100
	}
	if opts.KeepActivations == 0 {
		opts.KeepActivations = 1000
	}
	if opts.FS == nil {
		opts.FS = OS()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create data directory: %w", err)
	}
	l, err := lock(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, opts: opts, lock: l, known: map[bundle.Hash]bool{}, fresh: map[bundle.Hash]bool{}}
	if err := s.open(); err != nil {
		_ = l.Unlock()
		return nil, err
	}
	return s, nil
}

func (s *Store) open() error {
	for _, name := range []string{"blobs", "revisions", "tmp"} {
		if err := makeDir(s.opts.FS, s.dir, filepath.Join(s.dir, name)); err != nil {
			return err
		}
	}
	left, err := os.ReadDir(filepath.Join(s.dir, "tmp"))
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	for _, e := range left {
		if err := s.opts.FS.Remove(filepath.Join(s.dir, "tmp", e.Name())); err != nil {
			return fmt.Errorf("open store: remove what an interrupted write left: %w", err)
		}
	}
	s.activations, err = s.readActive()
	return err
}

// Close lets go of the directory.
func (s *Store) Close() error {
	if err := s.lock.Unlock(); err != nil {
		return fmt.Errorf("unlock data directory: %w", err)
	}
	return nil
}

// write puts a file in place atomically and durably. The store is locked.
func (s *Store) write(name string, data []byte) error {
	s.temp++
	temp := filepath.Join(s.dir, "tmp", strconv.Itoa(s.temp))
	if err := s.opts.FS.WriteFile(temp, data); err != nil {
		_ = s.opts.FS.Remove(temp) // the next Open does it otherwise
		return err
	}
	if err := s.opts.FS.Rename(temp, name); err != nil {
		_ = s.opts.FS.Remove(temp)
		return err
	}
	return s.opts.FS.SyncDir(filepath.Dir(name))
}

func (s *Store) activePath() string { return filepath.Join(s.dir, "active") }

func (s *Store) readActive() ([]Activation, error) {
	data, err := os.ReadFile(s.activePath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which revision is active: %w", err)
	}
	corrupt := func(problem string) error {
		return &CorruptError{
			File: s.activePath(), Problem: problem,
			Hint: "restore it from a backup, or move it away and deploy again; the revisions themselves are kept",
		}
	}
	var file activeFile
	if err := decodeStrict(data, &file); err != nil {
		return nil, corrupt(err.Error())
	}
	if file.FormatVersion != formatVersion {
		return nil, corrupt(fmt.Sprintf("format version %d is not known to this version of monctl", file.FormatVersion))
	}
	if len(file.Activations) == 0 {
		return nil, corrupt("it names no revision")
	}
	return file.Activations, nil
}

// Active returns the last activation, and whether there is one.
func (s *Store) Active() (Activation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active()
}

func (s *Store) active() (Activation, bool) {
	if len(s.activations) == 0 {
		return Activation{}, false
	}
	return s.activations[len(s.activations)-1], true
}

// History returns the activations, the last one first.
func (s *Store) History() []Activation {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Activation, 0, len(s.activations))
	for _, a := range slices.Backward(s.activations) {
		out = append(out, a)
	}
	return out
}

// Activate makes a revision the active one. When it returns without an error,
// this lasts; with one, the revision before it is still the active one, unless
// the error came from making the change last, when both are possible after a
// crash of the machine.
func (s *Store) Activate(a Activation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.manifest(a.Revision); err != nil {
		return fmt.Errorf("activate revision: %w", err)
	}
	next := append(append([]Activation(nil), s.activations...), a)
	if n := len(next) - s.opts.KeepActivations; n > 0 {
		next = next[n:]
	}
	data, err := encode(activeFile{FormatVersion: formatVersion, Activations: next})
	if err == nil {
		err = s.write(s.activePath(), data)
	}
	if err != nil {
		return fmt.Errorf("activate revision: %w", err)
	}
	s.activations = next
	return nil
}
