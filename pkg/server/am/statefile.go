package am

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The least and the greatest time between two writes that nobody waits for,
// and how long after a failed one the next is tried.
const (
	minWritePause = 100 * time.Millisecond
	maxWritePause = 5 * time.Second
	retryPause    = 2 * time.Second
)

// stateFile keeps a snapshot on disk in step with what it is a snapshot of.
// Changes are coalesced: while one write is under way or lately done, any
// number of changes wait for one more.
type stateFile struct {
	path     string
	snapshot func(io.Writer) (int64, error)
	failed   func(file string, err error)
	log      *slog.Logger

	wake  chan struct{} // capacity 1: there is something to write
	hurry chan struct{} // capacity 1: and somebody waits for it
	ended chan struct{} // closed when run has returned

	mu       sync.Mutex
	changes  uint64        // how often the state changed
	written  uint64        // value of changes that is on disk for sure
	tried    uint64        // value of changes that the last attempt was for
	attempts uint64        // how often writing was tried
	lastErr  error         // of the last attempt
	done     chan struct{} // closed and replaced after each attempt
}

func newStateFile(path string, snapshot func(io.Writer) (int64, error), opts Options) *stateFile {
	return &stateFile{
		path:     path,
		snapshot: snapshot,
		failed:   opts.WriteFailed,
		log:      opts.Logger,
		wake:     make(chan struct{}, 1),
		hurry:    make(chan struct{}, 1),
		ended:    make(chan struct{}),
		done:     make(chan struct{}),
	}
}

// changed notes that there is something to write. It does not block and may be
// called under the lock of what the snapshot is taken of.
func (f *stateFile) changed() {
	f.mu.Lock()
	f.changes++
	f.mu.Unlock()
	signal(f.wake)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // Somebody signalled already and was not heard yet.
	}
}

// sync returns once every change noted before the call is on disk, or an
// attempt to write them has failed.
func (f *stateFile) sync(ctx context.Context) error {
	f.mu.Lock()
	goal, before := f.changes, f.attempts
	for {
		switch {
		case f.written >= goal:
			f.mu.Unlock()
			return nil
		case f.attempts > before && f.tried >= goal && f.lastErr != nil:
			err := f.lastErr
			f.mu.Unlock()
			return err
		}
		done := f.done
		f.mu.Unlock()
		signal(f.hurry)
		select {
		case <-done:
		case <-f.ended:
			return f.afterEnd(goal)
		case <-ctx.Done():
			return ctx.Err()
		}
		f.mu.Lock()
	}
}

func (f *stateFile) afterEnd(goal uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.written >= goal {
		return nil
	}
	return errors.Join(fmt.Errorf("write %q: the server is closed", f.path), f.lastErr)
}

// run writes until stop is closed, and once more then if need be.
func (f *stateFile) run(stop <-chan struct{}) {
	defer close(f.ended)
	var rest <-chan time.Time
	for {
		wake := f.wake
		if rest != nil {
			wake = nil // Changes wait for the end of the rest; those in a hurry do not.
		}
		select {
		case <-stop:
			f.write()
			return
		case <-rest:
			rest = nil
		case <-wake:
		case <-f.hurry:
		}
		if pause, wrote := f.write(); wrote {
			rest = time.After(pause)
		}
	}
}

// write brings the file up to date if it is not, and returns for how long it
// should not be written again.
func (f *stateFile) write() (pause time.Duration, wrote bool) {
	f.mu.Lock()
	goal := f.changes
	if goal == f.written {
		f.mu.Unlock()
		return 0, false
	}
	f.mu.Unlock()

	start := time.Now()
	err := writeAtomically(f.path, f.snapshot)
	pause = min(max(minWritePause, 10*time.Since(start)), maxWritePause)
	if err != nil {
		pause = retryPause
		f.log.Error("state cannot be written, will be tried again", "file", f.path, "err", err)
		f.failed(f.path, err)
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.written = goal
	}
	f.tried, f.lastErr = goal, err
	f.attempts++
	close(f.done)
	f.done = make(chan struct{})
	return pause, true
}

// temporary is the pattern of the names of files that are being written.
func temporary(path string) string { return "." + filepath.Base(path) + "-*.tmp" }

// writeAtomically replaces the file by what snapshot writes: afterwards either
// the old or the new content is there, whenever the machine stops.
func writeAtomically(path string, snapshot func(io.Writer) (int64, error)) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, temporary(path))
	if err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name()) //nolint:errcheck // The error that led here is the one to report.
			err = fmt.Errorf("write %q: %w", path, err)
		}
	}()
	if _, err := snapshot(tmp); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// unsaved returns why the last changes are not on disk, nil if they are.
func (f *stateFile) unsaved() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.written == f.changes {
		return nil
	}
	return f.lastErr
}
