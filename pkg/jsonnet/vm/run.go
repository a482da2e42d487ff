package vm

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sort"
)

// stop ends an evaluation with an error of another kind than *Error.
type stop struct{ err error }

// protect runs f as a call of the evaluation from outside: it turns panics
// into errors and leaves the evaluation in order.
func (e *Evaluation) protect(ctx context.Context, from *site, f func()) (err error) {
	if ctx.Err() != nil {
		return &Cancelled{Cause: context.Cause(ctx)}
	}
	e.ctx = ctx
	e.cur = from
	e.startHeap = heapBytes()
	e.look = e.memory + e.options.MaxMemory
	e.machine.active.Add(1)
	e.nextPoll = 0
	if e.profiler.Profile = e.options.Profile; e.profiler.Profile != nil {
		e.profiler.start(e)
	}
	defer func() {
		if e.profiler.Profile != nil {
			e.profiler.sample(e)
		}
		e.machine.active.Add(-1)
		e.ctx = nil
		if r := recover(); r != nil {
			err = e.recovered(r)
		}
		if err != nil {
			e.tracker.reset()
		}
		e.stack, e.path, e.depth = e.stack[:0], e.path[:0], 0
		clear(e.args)
		e.args, e.next, e.cur = e.args[:0], tailCall{}, &silentSite
	}()
	f()
	return nil
}

func (e *Evaluation) recovered(r any) error {
	switch r := r.(type) {
	case *Error:
		return r
	case *Cancelled:
		return r
	case stop:
		return r.err
	case error:
		return fmt.Errorf("the evaluator failed: %w\n%s", r, debug.Stack())
	default:
		return fmt.Errorf("the evaluator failed: %v\n%s", r, debug.Stack())
	}
}

var (
	evaluationSite    = messageSite("During evaluation")
	callSite          = messageSite("Top-level function call")
	manifestationSite = messageSite("During manifestation")
)

// File evaluates a file. The errors of all functions of an Evaluation are
// *Error for what goes wrong while the program runs, StaticError for programs
// that cannot be run, *Cancelled, and others for bugs.
func (e *Evaluation) File(ctx context.Context, name string, data []byte) (v Value, err error) {
	err = e.protect(ctx, evaluationSite, func() {
		f := e.importFile(name, data)
		if f.err != nil {
			panic(stop{f.err})
		}
		v = e.force(f.value)
	})
	return v, err
}

// Snippet evaluates code that is in no file; name stands in diagnostics.
func (e *Evaluation) Snippet(ctx context.Context, name, code string) (v Value, err error) {
	err = e.protect(ctx, evaluationSite, func() { v = e.force(e.code(name, "", code)) })
	return v, err
}

// Parameters returns the names of a function's parameters; ok is false for
// other values.
func (v Value) Parameters() (names []string, ok bool) {
	if v.kind() != kindFunction {
		return nil, false
	}
	for _, p := range v.fn().params() {
		names = append(names, p.name.text)
	}
	return names, true
}

// CallTop calls a function with top-level arguments.
func (e *Evaluation) CallTop(ctx context.Context, fn Value, args map[string]Arg) (v Value, err error) {
	err = e.protect(ctx, callSite, func() {
		names := make([]string, 0, len(args))
		for name := range args {
			names = append(names, name)
		}
		sort.Strings(names)
		var a arguments
		for _, name := range names {
			a.names = append(a.names, e.intern(name))
			a.named = append(a.named, e.argument("top-level-arg", name, args[name]))
		}
		v = e.apply(e.wantFunction(fn), a)
	})
	return v, err
}

// Apply calls a function of one parameter.
func (e *Evaluation) Apply(ctx context.Context, fn, arg Value) (v Value, err error) {
	err = e.protect(ctx, evaluationSite, func() { v = e.call(e.wantFunction(fn), arg) })
	return v, err
}

// JSON manifests a value as jsonnet prints it, without a newline at the end.
// There are no origins with Options.NoOrigins. Parts of Options.Parts that come
// out as they were are taken over.
func (e *Evaluation) JSON(ctx context.Context, v Value) (text []byte, origins *Origins, err error) {
	var keeper *keeper
	write := func() {
		w := writer{e: e, multiline: true, keeper: keeper}
		if !e.options.NoOrigins {
			w.origins = &Origins{}
			w.origins.add(v, nil)
		}
		w.value(v, 0)
		w.origins.leave(0)
		text, origins = w.text(), w.origins.compact()
	}
	err = e.protect(ctx, manifestationSite, func() {
		keeper = e.newKeeper()
		write()
		e.parts = keeper.parts(e, text, origins)
	})
	if err != nil && keeper.reuses() {
		// What fails may have been asked for first by a part that was taken over,
		// and the error tells who asked.
		keeper = nil
		err = e.protect(ctx, manifestationSite, write)
	}
	return text, origins, err
}

// Text returns the text of a string, for output as it is.
func (e *Evaluation) Text(ctx context.Context, v Value) (text string, err error) {
	err = e.protect(ctx, manifestationSite, func() {
		if v.kind() != kindString {
			e.fail("expected string result, got: %s", v.kind())
		}
		text = e.flat(v.str())
	})
	return text, err
}

// Document is a part of a result, Name being the file of a multiple one.
type Document struct {
	Name string
	Text string
}

// Multi manifests the fields of an object as files; as strings if asked to.
func (e *Evaluation) Multi(ctx context.Context, v Value, text bool) (docs []Document, err error) {
	err = e.protect(ctx, manifestationSite, func() {
		w := writer{e: e}
		w.value(v, 0) // all must be well before the first file is written
		if v.kind() != kindObject {
			e.fail("multi mode: top-level object was a %s, should be an object whose keys are filenames and values hold the JSON for that file.", v.kind())
		}
		for _, n := range e.fieldNames(v.object(), false) {
			f := e.get(v.object(), n)
			if text && f.kind() != kindString {
				e.fail("multi mode: top-level object's key %s has a value of type %s, should be a string", n.text, goType(f))
			}
			if text {
				docs = append(docs, Document{n.text, e.flat(f.str())})
				continue
			}
			w := writer{e: e, multiline: true}
			w.value(f, 0)
			docs = append(docs, Document{n.text, string(w.text())})
		}
	})
	return docs, err
}

// goType is how upstream's message names a type.
func goType(v Value) string {
	return map[kind]string{
		kindNull: "<nil>", kindBoolean: "bool", kindNumber: "float64",
		kindArray: "[]interface {}", kindObject: "map[string]interface {}",
	}[v.kind()]
}

// Stream manifests the elements of an array, each with a newline at the end.
func (e *Evaluation) Stream(ctx context.Context, v Value) (docs []string, err error) {
	err = e.protect(ctx, manifestationSite, func() {
		w := writer{e: e}
		w.value(v, 0)
		if v.kind() != kindArray {
			e.fail("stream mode: top-level object was a %s, should be an array whose elements hold the JSON for each document in the stream.", v.kind())
		}
		for _, el := range v.array().elems {
			w := writer{e: e, multiline: true}
			w.value(e.force(el), 0)
			docs = append(docs, string(w.text())+"\n")
		}
	})
	return docs, err
}

// AsStatic returns the static error within err, if there is one.
func AsStatic(err error) (StaticError, bool) {
	var s StaticError
	ok := errors.As(err, &s)
	return s, ok
}
