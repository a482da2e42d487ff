package vm

import (
	"context"
	"runtime"
	"runtime/metrics"

	"github.com/google/go-jsonnet/ast"
)

// Evaluation is one run of programs of a Machine. It belongs to one goroutine
// at a time; the values it makes belong to it.
type Evaluation struct {
	machine *Machine
	options Options
	ctx     context.Context //nolint:containedctx // an evaluation lives as long as one call

	// cur is the expression that is being evaluated, as far as anybody can
	// ask for it: operators and calls set it before they do anything that
	// can fail, make a value, or evaluate something else.
	cur *site
	// stack holds, for each thunk, field and function that is being
	// evaluated, the expression that asked for it.
	stack []call
	// path leads to the value that is being manifested.
	path []step
	// args is the stack of the arguments of natives.
	args []Value
	// next is the call that a function ends with, see function.go.
	next tailCall

	// depth counts levels of the Go stack, which tail calls do not shorten.
	depth int
	limits
	profiler profiler
	// tracker is nil where nobody asks for what values needed.
	tracker *tracker
	// parts are those of the latest result.
	parts    *Parts
	interned map[string]*Name
	imports  imports
	// std is the standard library, stdOf holds it with std.thisFile.
	std    *Object
	stdFor map[*unit]*Object
	// extVars and natives are made when they are first asked for.
	extVars map[string]Value
	natives map[string]Value
	// extVarsRead are the names in extVars in the order of their making.
	extVarsRead []string
}

// call is an entry of the stack.
type call struct {
	site *site
	// trimmable calls vanish when their function ends with another call.
	trimmable bool
}

// limits counts what an evaluation uses.
type limits struct {
	steps, memory int64
	// nextPoll is the step at which the context is looked at.
	nextPoll int64
	// look is the memory after which the heap is looked at.
	look      int64
	startHeap int64
}

// Options are what an evaluation depends on.
type Options struct {
	// Import finds what a file imports. from is "" for code without file. The
	// data must not change later.
	Import func(from, path string) (name string, data []byte, err error)
	// Entry is the path that code without file imports as the constant Entry,
	// so that the same code serves for many files.
	Entry string
	// ExtVars are the external variables, Natives the functions for
	// std.native.
	ExtVars map[string]Arg
	Natives []NativeFunction
	// Trace receives the messages of std.trace with the places of the calls;
	// nil discards them.
	Trace func(at ast.LocationRange, text string)
	// MaxStack is how many calls may be nested, MaxSteps how many may be
	// made, MaxMemory how many bytes of values may be alive, about.
	MaxStack  int
	MaxSteps  int64
	MaxMemory int64
	// NoOrigins says that nobody asks where the values of a result come from.
	NoOrigins bool
	// Parts are those of an earlier result of the same program, by an evaluation
	// of which Renew or Reuse has made this one; nil if there are none.
	Parts *Parts
	// Profile collects what the evaluation spends; nil for none.
	Profile *Profile
}

func (o Options) withDefaults() Options {
	if o.MaxStack <= 0 {
		o.MaxStack = defaultMaxStack
	}
	if o.MaxMemory <= 0 {
		o.MaxMemory = defaultMaxMemory
	}
	return o
}

// Arg is an external variable or top-level argument: a string, or code.
type Arg struct {
	Code bool
	Text string
}

// NativeFunction is a function for std.native. Arguments and result are
// values as encoding/json has them.
type NativeFunction struct {
	Name   string
	Params []string
	Func   func(args []any) (any, error)
}

const (
	// defaultMaxStack is upstream's.
	defaultMaxStack = 500
	// defaultMaxMemory bounds evaluations that have no limit of their own.
	defaultMaxMemory = 2 << 30
	// maxDepth keeps the Go stack, whose overflow nothing survives, below
	// its limit.
	maxDepth = 100_000
	// pollSteps is after how many steps the context is looked at.
	pollSteps = 1 << 10
)

// push enters a thunk, field or function that s asks for and returns what pop
// wants.
func (e *Evaluation) push(s *site) int {
	n := len(e.stack)
	if n >= e.options.MaxStack || e.depth >= maxDepth {
		e.failStack()
	}
	e.stack = append(e.stack, call{site: s})
	e.depth++
	e.steps++
	if e.steps >= e.nextPoll {
		e.poll()
	}
	return n
}

// room fails where upstream has no room for a call that this engine needs
// none for.
func (e *Evaluation) room(s *site) {
	if len(e.stack) >= e.options.MaxStack {
		e.cur = s
		e.failStack()
	}
}

func (e *Evaluation) pop(n int) {
	e.stack = e.stack[:n]
	e.depth--
}

func (e *Evaluation) failStack() {
	panic(&Error{Msg: "max stack frames exceeded.", Trace: e.trace(), Limit: LimitStack})
}

// step counts one step of a loop in Go.
func (e *Evaluation) step() {
	e.steps++
	if e.steps >= e.nextPoll {
		e.poll()
	}
}

// nest enters a recursion in Go that is no call; unnest leaves it.
func (e *Evaluation) nest() {
	e.step()
	if e.depth++; e.depth >= maxDepth {
		e.failStack()
	}
}

func (e *Evaluation) unnest() { e.depth-- }

func (e *Evaluation) poll() {
	e.nextPoll = e.steps + pollSteps
	if e.profiler.Profile != nil {
		e.nextPoll = e.steps + profileSteps
		e.profiler.sample(e)
	}
	if err := e.ctx.Err(); err != nil {
		panic(&Cancelled{Cause: context.Cause(e.ctx), Trace: e.trace()})
	}
	if limit := e.options.MaxSteps; limit > 0 && e.steps > limit {
		e.failLimit(LimitSteps, "the evaluation takes more than %d steps", limit)
	}
}

// alloc accounts for n bytes of values that are about to be made.
func (e *Evaluation) alloc(n int) {
	e.memory += int64(n)
	if e.memory > e.look {
		e.lookAtHeap(int64(n))
	}
}

// lookAtHeap is called when the values made since the last time might exceed
// the limit. What the collector has freed does not count, nor does what other
// evaluations hold as long as this one has not made as much itself.
func (e *Evaluation) lookAtHeap(n int64) {
	limit := e.options.MaxMemory
	live := heapBytes() - e.startHeap
	if e.memory > limit && live+n > e.share() {
		// Much of it may be garbage.
		runtime.GC()
		live = heapBytes() - e.startHeap
	}
	if n > limit || e.memory > limit && live+n > e.share() {
		e.failLimit(LimitMemory, "the evaluation needs more than %d MiB of memory", limit>>20)
	}
	e.look = e.memory + max(limit-live, limit/8)
	e.poll()
}

// share is how far the heap may grow: what other evaluations hold cannot be
// told from what this one does.
func (e *Evaluation) share() int64 {
	return e.options.MaxMemory * max(e.machine.active.Load(), 1)
}

func heapBytes() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(min(sample[0].Value.Uint64(), 1<<62))
}
