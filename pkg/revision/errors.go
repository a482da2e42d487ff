package revision

import (
	"errors"
	"fmt"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// ErrNotFound means that no revision answers to an identifier.
var ErrNotFound = errors.New("no such revision")

// ErrNoneActive means that nothing was ever activated.
var ErrNoneActive = errors.New("no revision is active yet")

// AmbiguousError means that the beginning of an identifier fits several
// revisions.
type AmbiguousError struct {
	Prefix string
	IDs    []bundle.Hash
}

// Error names the revisions that fit.
func (e *AmbiguousError) Error() string {
	var ids []string
	for _, id := range e.IDs {
		ids = append(ids, id.Short())
	}
	return fmt.Sprintf("revision %q is ambiguous: %s", e.Prefix, strings.Join(ids, ", "))
}

// CorruptError means that a file of the store does not hold what it must.
type CorruptError struct {
	// File is the damaged file.
	File string
	// Problem says what is wrong with it.
	Problem string
	// Hint says what can be done.
	Hint string
}

// Error returns file, problem and hint.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s is damaged: %s; %s", e.File, e.Problem, e.Hint)
}

// Diagnostic returns the error as a finding with the code server/state.
func (e *CorruptError) Diagnostic() diag.Diagnostic {
	return diag.Diagnostic{
		Code: "server/state", Summary: fmt.Sprintf("%s is damaged: %s", e.File, e.Problem),
		Hint: e.Hint, Span: diag.Span{File: e.File},
	}
}

// LockedError means that another process uses the data directory.
type LockedError struct {
	Dir string
	// PID is the other process, zero if it cannot be known.
	PID int
}

// Error names the directory and the process.
func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("data directory %s is in use by %s; stop it or choose another directory", e.Dir, who)
}

// Diagnostic returns the error as a finding with the code server/locked.
func (e *LockedError) Diagnostic() diag.Diagnostic {
	summary := fmt.Sprintf("data directory %s is in use by another process", e.Dir)
	if e.PID != 0 {
		summary = fmt.Sprintf("data directory %s is in use by process %d", e.Dir, e.PID)
	}
	return diag.Diagnostic{
		Code: "server/locked", Summary: summary,
		Hint: "stop that process, or choose another directory", Span: diag.Span{File: e.Dir},
	}
}
