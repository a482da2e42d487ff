package am

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/silence"
)

// CorruptStateError says that a snapshot exists but cannot be read. The file
// was left as it is.
type CorruptStateError struct {
	// File is the path of the snapshot, What it holds.
	File, What string
	Err        error
}

// Error implements error.
func (e *CorruptStateError) Error() string {
	return fmt.Sprintf("restore %s: the file %q is damaged: %v", e.What, e.File, e.Err)
}

// Unwrap returns what reading the file said.
func (e *CorruptStateError) Unwrap() error { return e.Err }

// Hint says what the operator can do.
func (e *CorruptStateError) Hint() string {
	return fmt.Sprintf("restore %s from a backup, or move it aside to start without its %s", e.File, e.What)
}

// readState returns the content of a snapshot that check accepts, nil if there
// is none.
func readState(file, what string, aside bool, check func(io.Reader) error) ([]byte, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", what, err)
	}
	err = check(bytes.NewReader(data))
	if err == nil {
		return data, nil
	}
	if !aside {
		return nil, &CorruptStateError{File: file, What: what, Err: err}
	}
	if err := os.Rename(file, fmt.Sprintf("%s.corrupt-%d", file, time.Now().Unix())); err != nil {
		return nil, fmt.Errorf("move damaged %s aside: %w", what, err)
	}
	return nil, syncDir(filepath.Dir(file))
}

// checkSilences and checkLog read a snapshot with upstream's own reader, into
// something that is thrown away: the real one must not be made twice, since its
// metrics can be registered once only.
func checkSilences(r io.Reader) error {
	_, err := silence.New(silence.Options{SnapshotReader: r, Metrics: prometheus.NewRegistry()})
	return err
}

func checkLog(r io.Reader) error {
	_, err := nflog.New(nflog.Options{SnapshotReader: r, Metrics: prometheus.NewRegistry()})
	return err
}

// removeTemporaries deletes what writes that were killed have left behind.
func removeTemporaries(path string) error {
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), temporary(path)))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
