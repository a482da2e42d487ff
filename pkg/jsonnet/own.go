package jsonnet

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/syntax"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// Own returns an engine that evaluates with the evaluator of package vm. What
// it has compiled is kept for later evaluations.
func Own() Engine { return &own{machine: vm.NewMachine(syntax.Parse)} }

type own struct{ machine *vm.Machine }

// Evaluate implements Engine.
func (o *own) Evaluate(ctx context.Context, req Request) (*Result, diag.List, error) {
	return evaluateOwn(ctx, req, o.machine, o.machine.New)
}

// errTimeout is the cause of a context that a request's limit has ended.
var errTimeout = errors.New("timeout")

// evaluateOwn evaluates a request in an evaluation that start makes.
func evaluateOwn(ctx context.Context, req Request, m *vm.Machine, start func(vm.Options) *vm.Evaluation) (*Result, diag.List, error) {
	data, err := req.Importer.Read(req.File)
	if err != nil {
		var diags diag.List
		diags.Errorf("jsonnet/import", diag.Span{File: req.File}, "the file cannot be read: %s", cause(err))
		return nil, diags, nil
	}
	limited := ctx
	if req.Limits.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeoutCause(ctx, req.Limits.Timeout, errTimeout)
		defer cancel()
	}
	run := &ownRun{machine: m, evaluation: &evaluation{req: req}}
	run.vm = start(run.options())
	text, origins, err := run.run(limited, data)
	if err != nil {
		diags, err := run.explain(ctx, err)
		return nil, diags, err
	}
	read := &Inputs{Ext: run.vm.ExtVarsRead(), TLA: run.params}
	return &Result{JSON: append(text, '\n'), Origin: &ownOrigin{file: req.File, origins: origins}, Read: read}, nil, nil
}

// ownRun is one evaluation of a request.
type ownRun struct {
	*evaluation
	machine *vm.Machine
	vm      *vm.Evaluation
	// params are those of an entry that is a function.
	params []string
}

func (r *ownRun) options() vm.Options {
	o := vm.Options{
		Import: r.req.Importer.Find, Entry: r.entry(), NoOrigins: r.req.NoOrigins, Trace: r.traceOf(), Profile: r.req.Profile, ExtVars: map[string]vm.Arg{},
		MaxStack: r.req.Limits.MaxStack, MaxSteps: r.req.Limits.MaxSteps, MaxMemory: r.req.Limits.MaxMemory,
	}
	for name, a := range r.req.Ext {
		o.ExtVars[name] = vm.Arg(a)
	}
	for _, n := range r.req.Natives {
		o.Natives = append(o.Natives, vm.NativeFunction(n))
	}
	return o
}

// run evaluates the same program as Upstream does: one that imports the
// entry, applies it to the arguments if it is a function, and the transform to
// that.
func (r *ownRun) run(ctx context.Context, data []byte) ([]byte, *vm.Origins, error) {
	params, err := r.machine.Parameters(r.req.File, data)
	if err != nil {
		return nil, nil, err
	}
	r.params = params
	evaluate := func() (vm.Value, error) { return r.vm.Snippet(ctx, "", r.wrapper(vm.Entry, params)) }
	if r.direct() {
		evaluate = func() (vm.Value, error) { return r.vm.File(ctx, r.req.File, data) }
	}
	v, err := evaluate()
	if err != nil {
		return nil, nil, err
	}
	if _, ok := v.Parameters(); ok {
		args := map[string]vm.Arg{}
		for _, name := range r.arguments(params) {
			args[name] = vm.Arg(r.req.TLA[name])
		}
		if v, err = r.vm.CallTop(ctx, v, args); err != nil {
			return nil, nil, err
		}
	}
	return r.vm.JSON(ctx, v)
}

// explain turns an error into a diagnostic, as Upstream's engine words it.
func (r *ownRun) explain(ctx context.Context, err error) (diag.List, error) {
	var failure *vm.Error
	var cancelled *vm.Cancelled
	switch {
	case errors.As(err, &cancelled) && ctx.Err() != nil:
		return nil, fmt.Errorf("evaluate %s: %w", r.req.File, context.Cause(ctx))
	case errors.As(err, &cancelled):
		return r.limit("jsonnet/timeout", cancelled.Trace, "look for an endless recursion, or raise jsonnet.timeout in monctl.cue",
			"the evaluation takes longer than "+r.req.Limits.Timeout.String()), nil
	case errors.As(err, &failure) && failure.Limit == vm.LimitMemory:
		return r.limit("jsonnet/memory", failure.Trace, "look for strings or arrays that grow without end, or raise jsonnet.maxMemory in monctl.cue", failure.Msg), nil
	case errors.As(err, &failure) && failure.Limit == vm.LimitSteps:
		return r.limit("jsonnet/timeout", failure.Trace, "look for an endless recursion", failure.Msg), nil
	case errors.As(err, &failure):
		diags := r.runtime(jsonnet.RuntimeError{Msg: failure.Msg, StackTrace: stackTrace(failure.Trace)})
		if hint := diag.DidYouMean(failure.Missing, failure.Fields); failure.Missing != "" && hint != "" {
			diags[0].Hint = hint
		}
		unwritable(&diags[0], failure.Value)
		return diags, nil
	}
	if errors.Is(err, syntax.ErrTooDeep) {
		if l, message, ok := r.embedded(err.Error()); ok {
			return r.syntax(l, message, nil), nil
		}
	}
	if _, ok := vm.AsStatic(err); ok {
		return r.diagnose(err), nil
	}
	return nil, fmt.Errorf("evaluate %s: %w", r.req.File, err)
}

// limit reports a limit at the place where the evaluation was.
func (r *ownRun) limit(code string, trace []vm.Frame, hint, message string) diag.List {
	var diags diag.List
	frames := r.frames(stackTrace(trace))
	place := diag.Span{File: r.req.File}
	if i := r.blame(frames); i >= 0 {
		place = frames[i].Span
		frames = relevant(frames, i, true)
	}
	d := diags.Errorf(code, place, "%s", message)
	d.Hint = hint
	d.Pointer = manifested(stackTrace(trace))
	d.Related = r.shown(frames)
	return diags
}

// unwritable shows a value that has no JSON where it is written as a field or
// element, and where it was made. The stack, which is upstream's, knows neither.
func unwritable(d *diag.Diagnostic, v vm.Origin) {
	if d.Span.Start.Line != 0 {
		return
	}
	var places []diag.Span
	for _, l := range [...]ast.LocationRange{v.Named, v.Made} {
		if l.IsSet() && (l.FileName != "" || isArgument(l)) {
			places = append(places, span(l))
		}
	}
	if len(places) == 0 {
		return
	}
	d.Span = places[0]
	for _, made := range places[1:] {
		if !within(made, d.Span) { // else it is shown already
			d.Related = append(d.Related, diag.Related{Message: "the function is made here", Span: made})
		}
	}
}

func within(a, b diag.Span) bool {
	return a.File == b.File && a.Start.Compare(b.Start) >= 0 && a.End.Compare(b.End) <= 0
}

// deepTrace is how much of a stack is looked at: a diagnostic shows maxFrames
// that are not the library's.
const deepTrace = 2000

// stackTrace converts the inner end of a stack.
func stackTrace(frames []vm.Frame) []jsonnet.TraceFrame {
	frames = frames[max(0, len(frames)-deepTrace):]
	out := make([]jsonnet.TraceFrame, len(frames))
	for i, f := range frames {
		out[i] = jsonnet.TraceFrame{Name: f.Name, Loc: f.Loc}
	}
	return out
}
