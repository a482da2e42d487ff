package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/view"
)

// Exit codes; docs/exit-codes.md.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitFindings    = 3
	exitAuth        = 4
	exitChanges     = 16
	exitInterrupted = 130
)

// codeError ends a command with a code; what there was to say has been said.
type codeError int

// Error implements error.
func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usageError is a mistake in how the command was called.
type usageError struct {
	err  error
	hint string
}

// Error implements error.
func (e *usageError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{err: fmt.Errorf(format, args...)} }

// hinted is an error that says what can be done about it.
type hinted struct {
	err  error
	hint string
}

// Error implements error.
func (e *hinted) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *hinted) Unwrap() error { return e.err }

// Hint returns what can be done.
func (e *hinted) Hint() string { return e.hint }

// conclude prints what a command's error says and returns the exit code.
func conclude(w io.Writer, cmd *cobra.Command, err error) int {
	var code codeError
	var usage *usageError
	var hint interface{ Hint() string }
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "monctl: interrupted")
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintf(w, "error: %s\n", oneLine(err))
		if usage.hint != "" {
			fmt.Fprintf(w, "  = help: %s\n", usage.hint)
		}
		fmt.Fprintf(w, "  = help: see '%s --help'\n", cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintf(w, "error: %s\n", oneLine(err))
	if errors.As(err, &hint) {
		fmt.Fprintf(w, "  = help: %s\n", hint.Hint())
	}
	return exitCodeOf(err)
}

// oneLine joins the lines of an error, which may quote what a server said.
func oneLine(err error) string {
	return view.Plain(strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), "; "))
}
