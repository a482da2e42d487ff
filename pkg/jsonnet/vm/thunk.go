package vm

import (
	"unsafe"

	"github.com/google/go-jsonnet/ast"
)

// code is compiled code of an expression.
type code interface {
	// eval evaluates it to a value that is no thunk.
	eval(e *Evaluation, f *frame) Value
	// delay returns its value where that can neither fail nor cost much, and
	// a thunk otherwise.
	delay(e *Evaluation, f *frame) Value
	// base is the node of the desugared program.
	base() *ast.NodeBase
}

// thunk is an expression that has not been evaluated yet, in its frame. After
// the evaluation it holds the value; the code stays, for it tells where an
// element stands. As in upstream's engine a thunk that needs itself is simply
// evaluated again, until the stack's limit ends it.
type thunk struct {
	kind kind // at the place of header.kind
	code code
	// rest is the frame, and after the evaluation the *need of the value.
	rest  unsafe.Pointer
	value Value
}

func (t *thunk) needs() *need { return (*need)(t.rest) }

func (t *thunk) asValue() Value { return Value{h: (*header)(unsafe.Pointer(t))} }

func newThunk(c code, f *frame) Value {
	return (&thunk{kind: kindThunk, code: c, rest: unsafe.Pointer(f)}).asValue()
}

// force returns the value behind a thunk, and any other value as it is.
func (e *Evaluation) force(v Value) Value {
	if v.h.kind != kindThunk {
		return v
	}
	t := v.thunk()
	if t.value.h == nil {
		return e.evaluate(t)
	}
	if e.tracker != nil {
		e.tracker.read(t.needs())
	}
	return t.value
}

func (e *Evaluation) evaluate(t *thunk) Value {
	cur := e.cur
	outer := e.tracker.open()
	n := e.push(cur)
	v := t.code.eval(e, (*frame)(t.rest))
	e.pop(n)
	e.cur = cur
	t.value, t.rest = v, unsafe.Pointer(e.tracker.end(outer))
	return v
}

// later is code in Go that is run when its value is asked for.
type later struct {
	site
	run func() Value
}

func (c *later) eval(e *Evaluation, _ *frame) Value {
	e.cur = &c.site
	return e.force(c.run())
}

func (c *later) delay(*Evaluation, *frame) Value { return newThunk(c, nil) }

// later returns a thunk that is computed by a function in Go.
func (e *Evaluation) later(run func() Value) Value {
	e.alloc(thunkBytes * 2)
	c := &later{newSite(e.cur.base()), run}
	c.number.silent = true
	return newThunk(c, nil)
}

// thunkBytes is what a thunk takes.
const thunkBytes = 48
