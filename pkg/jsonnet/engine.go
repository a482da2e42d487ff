package jsonnet

import (
	"context"
	"time"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// Engine evaluates Jsonnet. Implementations are safe for concurrent use.
type Engine interface {
	// Evaluate evaluates one request. Mistakes in the program are
	// diagnostics; the error is for cancellation and bugs of the engine.
	Evaluate(ctx context.Context, req Request) (*Result, diag.List, error)
}

// Arg is an external variable or a top-level argument.
type Arg struct {
	// Code says that Text is Jsonnet code and not the string itself.
	Code bool
	Text string
}

// Request is one evaluation.
type Request struct {
	// File is the entry, relative to the importer's directory.
	File string
	// Transform is Jsonnet code for a function of one parameter that is
	// applied to the entry's value before it is manifested; "" for none.
	Transform string
	Importer  *Importer
	// Ext are the external variables. TLA are the arguments for an entry that
	// is a function; those that it has no parameter for are left out.
	Ext, TLA map[string]Arg
	// AllTLA says that an argument without a parameter is a mistake, as for the
	// jsonnet command, and not left out.
	AllTLA  bool
	Natives []Native
	Limits  Limits
	// MaxTrace is how many places of the stack a diagnostic shows; 0 for the
	// engine's default, less for all there are.
	MaxTrace int
	// Trace receives the messages of std.trace, one after the other, before
	// Evaluate returns; nil discards them.
	Trace func(Trace)
	// NoOrigins says that the result's Origin is not asked for more than the
	// entry file, which spares the own engine memory.
	NoOrigins bool
	// Profile, if it is not nil, collects where the own engine spends time and
	// memory.
	Profile *vm.Profile
}

// Native is a function that programs reach through std.native(Name). Its
// arguments and result are values as encoding/json has them.
type Native struct {
	Name   string
	Params []string
	Func   func(args []any) (any, error)
}

// Limits bound an evaluation; zero means the engine's default.
type Limits struct {
	MaxStack int
	Timeout  time.Duration
	// MaxSteps is how many calls, thunks and fields are evaluated at most.
	// Only the own engine counts them.
	MaxSteps int64
	// MaxMemory is how much the heap may grow during the evaluation, in bytes.
	MaxMemory int64
}

// Result is what an evaluation made.
type Result struct {
	// JSON is the manifested value.
	JSON []byte
	// Origin leads from JSON Pointers in JSON to the source.
	Origin Origin
	// Read are the inputs that the evaluation looked at; with other values of
	// the others, it makes the same. It is nil if the engine cannot tell.
	Read *Inputs
}

// Inputs are names of external variables, in the order in which they were
// looked at, and of top-level arguments that are or could have been given.
type Inputs struct{ Ext, TLA []string }

// Origin leads from a place in a result to the source that made it.
type Origin interface {
	// At returns the source of the value at a JSON Pointer or, where that is
	// not known, of the nearest value around it; the entry file at least.
	At(pointer string) diag.Span
}
