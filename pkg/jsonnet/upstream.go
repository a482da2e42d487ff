package jsonnet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// Upstream returns the engine that evaluates with go-jsonnet.
func Upstream() Engine { return upstream{} }

type upstream struct{}

// Evaluate implements Engine.
func (upstream) Evaluate(ctx context.Context, req Request) (*Result, diag.List, error) {
	// The entry is named by its path, never found in the library path.
	if _, err := req.Importer.Read(req.File); err != nil {
		var diags diag.List
		diags.Errorf("jsonnet/import", diag.Span{File: req.File}, "the file cannot be read: %s", cause(err))
		return nil, diags, nil
	}
	e := &evaluation{req: req, read: map[string]jsonnet.Contents{}, trace: traceWriter{emit: req.Trace}}
	defer e.trace.close()
	type outcome struct {
		json string
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		text, err := e.run()
		done <- outcome{text, err}
	}()
	diags, err := watch(ctx, req, done)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	o := <-done
	if o.err != nil {
		return nil, e.diagnose(o.err), nil
	}
	return &Result{JSON: []byte(o.json), Origin: fileOrigin(req.File)}, nil, nil
}

// watch waits until done has a value, a limit is exceeded or ctx ends.
func watch[T any](ctx context.Context, req Request, done chan T) (diag.List, error) {
	var diags diag.List
	span := diag.Span{File: req.File}
	timeout := make(<-chan time.Time)
	if req.Limits.Timeout > 0 {
		t := time.NewTimer(req.Limits.Timeout)
		defer t.Stop()
		timeout = t.C
	}
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	start := heap()
	for {
		select {
		case v := <-done:
			done <- v
			return nil, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("evaluate %s: %w", req.File, context.Cause(ctx))
		case <-timeout:
			d := diags.Errorf("jsonnet/timeout", span, "the evaluation takes longer than %s", req.Limits.Timeout)
			d.Hint = "look for an endless recursion, or raise jsonnet.timeout in monctl.cue"
			return diags, nil
		case <-poll.C:
			if req.Limits.MaxMemory > 0 && heap()-start > req.Limits.MaxMemory {
				d := diags.Errorf("jsonnet/memory", span, "the evaluation needs more than %d MiB of memory", req.Limits.MaxMemory>>20)
				d.Hint = "look for strings or arrays that grow without end, or raise jsonnet.maxMemory in monctl.cue"
				return diags, nil
			}
		}
	}
}

// heap returns the bytes of live and not yet swept objects.
func heap() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(min(sample[0].Value.Uint64(), 1<<62))
}

// evaluation is one run of a request, and a later one for its origins.
type evaluation struct {
	req Request
	// read holds the files by name; upstream insists on one instance each.
	read  map[string]jsonnet.Contents
	trace traceWriter
}

// Import implements jsonnet.Importer.
func (e *evaluation) Import(from, importedPath string) (jsonnet.Contents, string, error) {
	name, data, err := e.req.Importer.Find(from, importedPath)
	if err != nil {
		return jsonnet.Contents{}, "", err
	}
	c, ok := e.read[name]
	if !ok {
		c = jsonnet.MakeContentsRaw(data)
		e.read[name] = c
	}
	return c, name, nil
}

// fileOrigin is the origin of a result whose values do not know where they
// came from, as upstream's do not.
type fileOrigin string

// At implements Origin.
func (f fileOrigin) At(string) diag.Span { return diag.Span{File: string(f)} }

// run evaluates the request.
func (e *evaluation) run() (string, error) {
	machine := jsonnet.MakeVM()
	machine.Importer(e)
	machine.SetTraceOut(&e.trace)
	if e.req.Limits.MaxStack > 0 {
		machine.MaxStack = e.req.Limits.MaxStack
	}
	for name, a := range e.req.Ext {
		if a.Code {
			machine.ExtCode(name, a.Text)
		} else {
			machine.ExtVar(name, a.Text)
		}
	}
	for _, n := range e.req.Natives {
		f := &jsonnet.NativeFunction{Name: n.Name, Func: n.Func}
		for _, p := range n.Params {
			f.Params = append(f.Params, ast.Identifier(p))
		}
		machine.NativeFunction(f)
	}
	entry, _, err := machine.ImportAST(path.Dir(e.req.File)+"/", path.Base(e.req.File))
	if err != nil {
		return "", err
	}
	program := entry
	if !e.direct() {
		if program, err = jsonnet.SnippetToAST("", e.wrapper(e.entry(), vm.Parameters(entry))); err != nil {
			return "", err
		}
	}
	for _, p := range e.arguments(vm.Parameters(entry)) {
		if a := e.req.TLA[p]; a.Code {
			machine.TLACode(p, a.Text)
		} else {
			machine.TLAVar(p, a.Text)
		}
	}
	return machine.Evaluate(program)
}

// direct reports whether the entry is evaluated as it is, as the jsonnet command
// does, without a wrapper that takes room on the stack.
func (e *evaluation) direct() bool { return e.req.AllTLA && e.req.Transform == "" }

// entry is the path by which code without file imports the entry.
func (e *evaluation) entry() string {
	if path.IsAbs(e.req.File) {
		return e.req.File
	}
	return "./" + e.req.File
}

// wrapper is the program that imports the entry and applies the transform.
func (e *evaluation) wrapper(entry string, params []string) string {
	quoted := "(import @'" + strings.ReplaceAll(entry, "'", "''") + "')"
	transform := e.req.Transform
	if transform == "" {
		transform = "function(v) v"
	}
	if e.req.AllTLA {
		names := strings.Join(given(e.arguments(params)), ", ")
		return "local v = " + quoted + "; if std.isFunction(v) then function(" + strings.Join(e.arguments(params), ", ") + ") (" + transform + ")(v(" + names + ")) else (" + transform + ")(v)"
	}
	if params == nil {
		return "(" + transform + ")(" + quoted + ")"
	}
	passed := e.arguments(params)
	call := "(" + transform + ")(" + quoted + "(" + strings.Join(given(passed), ", ") + "))"
	if len(passed) == 0 {
		return call
	}
	return "function(" + strings.Join(passed, ", ") + ") " + call
}

// given are named arguments that pass variables on.
func given(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, name+"="+name)
	}
	return out
}

// arguments returns those parameters that the request has arguments for.
func (e *evaluation) arguments(params []string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(e.req.TLA)) {
		if slices.Contains(params, name) || e.req.AllTLA {
			out = append(out, name)
		}
	}
	return out
}

// located is implemented by upstream's static errors, whose type is internal.
type located interface {
	error
	Loc() ast.LocationRange
}

// diagnose turns an error of upstream into a diagnostic.
func (e *evaluation) diagnose(err error) diag.List {
	var static located
	var runtime jsonnet.RuntimeError
	switch {
	case errors.As(err, &static):
		return e.syntax(static.Loc(), strings.TrimSpace(strings.TrimPrefix(static.Error(), locationPrefix(static.Loc()))), nil)
	case errors.As(err, &runtime):
		return e.runtime(runtime)
	}
	var diags diag.List
	diags.Errorf("jsonnet/runtime", diag.Span{File: e.req.File}, "%s", firstLine(err.Error()))
	return diags
}

func locationPrefix(l ast.LocationRange) string {
	if !l.IsSet() {
		return ""
	}
	return l.String()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
