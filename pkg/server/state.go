package server

import (
	"fmt"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server/am"
)

// StateError means that silences or the notification log cannot be read.
// Nothing was changed.
type StateError struct {
	Err *am.CorruptStateError
}

// Error says which file is damaged.
func (e *StateError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *StateError) Unwrap() error { return e.Err }

// Diagnostic returns the error as a finding with the code server/state.
func (e *StateError) Diagnostic() diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "server/state",
		Summary: fmt.Sprintf("the %s in %s cannot be read", e.Err.What, e.Err.File),
		Detail:  e.Err.Err.Error(),
		Hint:    e.Err.Hint(),
		Span:    diag.Span{File: e.Err.File},
	}
}
