package vm

import (
	"fmt"
	"strconv"

	"github.com/google/go-jsonnet/ast"
)

// Error is an error during evaluation. Inside the package it travels as a
// panic; the exported functions return it.
type Error struct {
	// Msg is worded as upstream's engine words it.
	Msg string
	// Trace is the stack, outermost first.
	Trace []Frame
	// Limit is set if a limit ended the evaluation.
	Limit Limit
	// Missing is the name of a field that an object was asked for and does not
	// have, Fields are those that it has.
	Missing string
	Fields  []string
	// Value is where a value comes from that could not be manifested.
	Value Origin
}

func (e *Error) Error() string { return "RUNTIME ERROR: " + e.Msg }

// Frame is one entry of a stack trace: an expression that asked for another
// one's value, and the function or thunk it stands in.
type Frame struct {
	Name string
	Loc  ast.LocationRange
}

// StaticError is a mistake that keeps a program from being run: a syntax
// error or an unknown variable.
type StaticError interface {
	error
	Loc() ast.LocationRange
}

// Limit names what an evaluation has used up.
type Limit string

const (
	// LimitNone says that the program itself failed.
	LimitNone Limit = ""
	// LimitStack is the number of nested calls.
	LimitStack Limit = "stack"
	// LimitSteps is the number of calls.
	LimitSteps Limit = "steps"
	// LimitMemory is the memory of the values that were made.
	LimitMemory Limit = "memory"
)

// Cancelled says that the context ended, and where the evaluation was.
type Cancelled struct {
	Cause error
	Trace []Frame
}

func (e *Cancelled) Error() string { return "evaluation ended: " + e.Cause.Error() }

// Unwrap returns the context's cause.
func (e *Cancelled) Unwrap() error { return e.Cause }

// fail ends the evaluation at the expression that is being evaluated.
func (e *Evaluation) fail(format string, args ...any) {
	msg := format
	if len(args) > 0 {
		msg = fmt.Sprintf(format, args...)
	}
	panic(&Error{Msg: msg, Trace: e.trace()})
}

// failField ends the evaluation for want of a field.
func (e *Evaluation) failField(o *Object, name *Name) {
	failure := &Error{Msg: "Field does not exist: " + name.text, Trace: e.trace(), Missing: name.text}
	for _, n := range e.listFields(o).all {
		failure.Fields = append(failure.Fields, n.text)
	}
	panic(failure)
}

// failAt ends the evaluation at a place.
func (e *Evaluation) failAt(s *site, format string, args ...any) {
	e.cur = s
	e.fail(format, args...)
}

func (e *Evaluation) failLimit(l Limit, format string, args ...any) {
	panic(&Error{Msg: fmt.Sprintf(format, args...), Trace: e.trace(), Limit: l})
}

// trace describes the stack and the current expression.
func (e *Evaluation) trace() []Frame {
	frames := make([]Frame, 0, len(e.stack)+1)
	path := e.path
	add := func(s *site) {
		var f Frame
		switch {
		case s == nil || s == &silentSite:
			return
		case s == &pathSite:
			if len(path) == 0 {
				return
			}
			f.Loc = ast.MakeLocationRangeMessage(path[0].String())
			path = path[1:]
		case s.base() != nil && !s.number.silent:
			b := s.base()
			f.Loc = b.LocRange
			if b.Ctx != nil {
				f.Name = *b.Ctx
			}
		}
		frames = append(frames, f)
	}
	for _, c := range e.stack {
		add(c.site)
	}
	add(e.cur)
	return frames
}

// step is one level of the value that is being manifested.
type step struct {
	name  *Name
	index int
}

func (s step) String() string {
	if s.name != nil {
		return fmt.Sprintf("Field %#v", s.name.text)
	}
	return "Array element " + strconv.Itoa(s.index)
}

// messageSite is a place that is no expression.
func messageSite(msg string) *site {
	s := newSite(&ast.NodeBase{LocRange: ast.MakeLocationRangeMessage(msg)})
	return &s
}

// pathSite stands for the next step of the path, silentSite for no place.
var (
	pathSite   = newSite(nil)
	silentSite = newSite(nil)
)

// typeError complains about the kind of a value.
func (e *Evaluation) typeError(v Value, want kind) {
	e.fail("Unexpected type %s, expected %s", v.kind(), want)
}

// The functions below return their operand as what it has to be.

func (e *Evaluation) wantNumber(v Value) float64 {
	if v.h.kind != kindNumber {
		e.typeError(v, kindNumber)
	}
	return v.n
}

func (e *Evaluation) wantBoolean(v Value) bool {
	if v.h.kind != kindBoolean {
		e.typeError(v, kindBoolean)
	}
	return v.n != 0
}

func (e *Evaluation) wantString(v Value) *String {
	if v.h.kind != kindString {
		e.typeError(v, kindString)
	}
	return v.str()
}

func (e *Evaluation) wantArray(v Value) *Array {
	if v.h.kind != kindArray {
		e.typeError(v, kindArray)
	}
	return v.array()
}

func (e *Evaluation) wantObject(v Value) *Object {
	if v.h.kind != kindObject {
		e.typeError(v, kindObject)
	}
	return v.object()
}

func (e *Evaluation) wantFunction(v Value) *Function {
	if v.h.kind != kindFunction {
		e.typeError(v, kindFunction)
	}
	return v.fn()
}

// wantInt returns a number that is an integer of 32 bits.
func (e *Evaluation) wantInt(v Value) int {
	n := e.wantNumber(v)
	i := int(int32(n))
	if float64(i) != n {
		e.fail("Expected an integer, but got %v", n)
	}
	return i
}

// checkedNumber makes a number that has to be finite.
func (e *Evaluation) checkedNumber(n float64) Value {
	if n-n != 0 {
		if n != n {
			e.fail("Not a number")
		}
		e.fail("Overflow")
	}
	return e.number(n)
}
