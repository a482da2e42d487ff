package prom

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/prometheus/prometheus/tsdb/record"
	"github.com/prometheus/prometheus/tsdb/wlog"

	"github.com/monctl/monctl/pkg/diag"
)

// walPage is the size in which the write-ahead log is written (tsdb/wlog,
// pageSize): only what lies in the last page can be torn by a crash.
const walPage = 32 * 1024

// StateError says that the data directory cannot be used as it is. Nothing in
// it was changed.
type StateError struct {
	// Dir is the directory or file that is at fault.
	Dir string
	// Hint is what the user can do.
	Hint string
	Err  error
}

// Error implements error.
func (e *StateError) Error() string { return fmt.Sprintf("open storage %q: %v", e.Dir, e.Err) }

// Unwrap returns the cause.
func (e *StateError) Unwrap() error { return e.Err }

// Diagnostic returns the error as a finding with the code server/state.
func (e *StateError) Diagnostic() diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "server/state",
		Summary: fmt.Sprintf("the storage in %s cannot be opened", e.Dir),
		Detail:  e.Err.Error(),
		Hint:    e.Hint,
		Span:    diag.Span{File: e.Dir},
	}
}

// newStateError chooses the hint by what upstream says.
func newStateError(dir string, err error) *StateError {
	e := &StateError{Dir: dir, Err: err}
	switch {
	case errors.Is(err, os.ErrPermission):
		e.Hint = "give the server's user read and write access to the directory"
	case strings.Contains(err.Error(), "lock DB directory"):
		e.Hint = "another server uses this directory: stop it, or choose another state directory"
	case strings.Contains(err.Error(), "block"):
		e.Hint = "nothing was deleted; move the damaged block out of the directory (its samples are lost) and start again, or restore it from a backup"
	default:
		e.Hint = "nothing was deleted; move the directory away to start with an empty one, or restore it from a backup"
	}
	return e
}

// checkWAL refuses a write-ahead log that upstream would "repair" by deleting
// samples. A torn last page is what an unclean shutdown leaves behind; that is
// left to upstream, which cuts it off.
func checkWAL(dir string, logger *slog.Logger) error {
	wal := filepath.Join(dir, "wal")
	if info, err := os.Stat(wal); errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return newStateError(wal, err)
	} else if !info.IsDir() {
		return newStateError(wal, errors.New("not a directory"))
	}
	first, last, err := wlog.Segments(wal)
	if err != nil {
		return newStateError(wal, err)
	}
	checkpoint, index, err := wlog.LastCheckpoint(wal)
	switch {
	case errors.Is(err, record.ErrNotFound):
	case err != nil:
		return newStateError(wal, err)
	default:
		first = index + 1
		if err := checkCheckpoint(checkpoint); err != nil {
			return newWALError(checkpoint, err)
		}
	}
	for last > first && segmentSize(wal, last) == 0 {
		last--
	}
	for i := max(first, 0); i <= last; i++ {
		err := checkSegment(wal, i)
		if err == nil {
			continue
		}
		if i == last && tornTail(wal, i, err) {
			logger.Warn("The write-ahead log ends in a torn record, as after an unclean shutdown; it is cut off there",
				"segment", i, "err", err)
			return nil
		}
		return newWALError(wlog.SegmentName(wal, i), err)
	}
	return nil
}

func newWALError(name string, err error) *StateError {
	return &StateError{
		Dir: name,
		Err: fmt.Errorf("the write-ahead log is damaged: %w", err),
		Hint: "nothing was deleted; restore the file from a backup, or move the whole wal directory away " +
			"(the samples of the last hours are lost) and start again",
	}
}

func checkCheckpoint(dir string) error {
	r, err := wlog.NewSegmentsReader(dir)
	if err != nil {
		return err
	}
	defer r.Close()
	return readAll(r)
}

func checkSegment(wal string, index int) error {
	s, err := wlog.OpenReadSegment(wlog.SegmentName(wal, index))
	if err != nil {
		return err
	}
	r := wlog.NewSegmentBufReader(s)
	defer r.Close()
	return readAll(r)
}

func readAll(r io.Reader) error {
	reader := wlog.NewReader(r)
	for reader.Next() { // only the error at the end matters
	}
	return reader.Err()
}

// tornTail reports whether err lies within the last page of the segment.
func tornTail(wal string, index int, err error) bool {
	var corruption *wlog.CorruptionErr
	return errors.As(err, &corruption) && corruption.Segment == index &&
		segmentSize(wal, index)-corruption.Offset < walPage
}

func segmentSize(wal string, index int) int64 {
	info, err := os.Stat(wlog.SegmentName(wal, index))
	if err != nil {
		return 0
	}
	return info.Size()
}
