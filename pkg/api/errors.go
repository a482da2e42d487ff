package api

import (
	"fmt"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// ConflictError means that the server runs something else than the change was
// based on. Nothing was changed.
type ConflictError struct {
	// Active is what it runs, zero if nothing.
	Active bundle.Hash
}

// Error names what the server runs.
func (e *ConflictError) Error() string {
	if e.Active.IsZero() {
		return "the server has no active revision, but the change was based on one"
	}
	return fmt.Sprintf("the server runs revision %s by now, which the change was not based on", e.Active.Short())
}

// RejectedError means that the server found errors in what was to be
// activated. Nothing was changed.
type RejectedError struct {
	Diagnostics diag.List
}

// Error counts the errors and shows the first.
func (e *RejectedError) Error() string {
	for _, d := range e.Diagnostics {
		if d.Severity == diag.Error {
			return fmt.Sprintf("the server rejected the bundle with %d errors, the first: %s", e.Diagnostics.Count(diag.Error), d.Summary)
		}
	}
	return "the server rejected the bundle"
}

// UnauthenticatedError means that the server does not accept who is asking.
type UnauthenticatedError struct {
	URL     string
	Message string
}

// Error says where and why.
func (e *UnauthenticatedError) Error() string {
	return fmt.Sprintf("%s refuses the credentials: %s", e.URL, e.Message)
}

// UnreachableError means that no answer came, so what was asked for may or may
// not have been done.
type UnreachableError struct {
	URL string
	Err error
}

// Error says where and why.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no answer from the server at %s: %v", e.URL, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// RequestError is any other refusal.
type RequestError struct {
	// Status is the HTTP status.
	Status int
	// Code is empty if the answer was not one of monctl's server.
	Code    ErrorCode
	Message string
}

// Error returns the message.
func (e *RequestError) Error() string {
	return fmt.Sprintf("the server answered %d: %s", e.Status, e.Message)
}
