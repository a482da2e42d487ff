package vm

import (
	"unsafe"

	"github.com/google/go-jsonnet/ast"
)

// kind is what a value is.
type kind uint8

const (
	kindNull kind = iota
	kindBoolean
	kindNumber
	kindString
	kindArray
	kindObject
	kindFunction
	// kindThunk marks a value that has not been asked for yet. Evaluating
	// code never returns one; arguments, elements and slots hold them.
	kindThunk
)

func (k kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object", "function", "thunk"}[k]
}

// header starts everything that a Value points at.
type header struct {
	kind kind
	// silent marks a site whose frames show no place, since the code of
	// std.jsonnet would stand there in upstream's stack.
	silent bool
	// made is the expression that made the value, nil if unknown. For a
	// thunk it means nothing.
	made *ast.NodeBase
}

// Value is a Jsonnet value or a thunk. Numbers and booleans live in the Value
// itself; their header belongs to the expression that made them, so that even
// they know where they come from. The zero Value is none at all: an empty
// slot or an argument that was not given.
type Value struct {
	h *header
	n float64
}

// given says whether there is a value (or thunk) at all.
func (v Value) given() bool { return v.h != nil }

func (v Value) kind() kind { return v.h.kind }

func (v Value) isNull() bool { return v.h.kind == kindNull }

func (v Value) bool() bool { return v.n != 0 }

func (v Value) num() float64 { return v.n }

// The conversions below are valid only for values of the kind.

func (v Value) str() *String      { return (*String)(unsafe.Pointer(v.h)) }
func (v Value) array() *Array     { return (*Array)(unsafe.Pointer(v.h)) }
func (v Value) object() *Object   { return (*Object)(unsafe.Pointer(v.h)) }
func (v Value) fn() *Function     { return (*Function)(unsafe.Pointer(v.h)) }
func (v Value) thunk() *thunk     { return (*thunk)(unsafe.Pointer(v.h)) }
func (s *String) value() Value    { return Value{h: &s.header} }
func (a *Array) value() Value     { return Value{h: &a.header} }
func (o *Object) value() Value    { return Value{h: &o.header} }
func (fn *Function) value() Value { return Value{h: &fn.header} }

// null is the null of the engine's own making.
var null = Value{h: &header{kind: kindNull}}

// Array is an array. Its elements may be thunks and stay so after they have
// been forced, since a thunk knows which expression stands for the element.
// An Array is never changed after it has been made.
type Array struct {
	header
	elems []Value
}

// site is a place in the program that makes values or that errors name. It
// carries headers for the numbers and booleans that are made there.
type site struct {
	number, boolean header
}

func newSite(n *ast.NodeBase) site {
	return site{number: header{kind: kindNumber, made: n}, boolean: header{kind: kindBoolean, made: n}}
}

// base is the node of the desugared program, nil if there is none.
func (s *site) base() *ast.NodeBase { return s.number.made }

// Constructors for operators and natives: what they make is attributed to the
// expression that is being evaluated.

func (e *Evaluation) number(n float64) Value { return Value{h: &e.cur.number, n: n} }

func (e *Evaluation) boolean(b bool) Value {
	if b {
		return Value{h: &e.cur.boolean, n: 1}
	}
	return Value{h: &e.cur.boolean}
}

// array makes an array of elements that the caller does not use any more.
func (e *Evaluation) array(elems []Value) Value {
	e.alloc(arrayBytes + 16*len(elems))
	return (&Array{header: header{kind: kindArray, made: e.cur.base()}, elems: elems}).value()
}

// arrayBytes is about what an array or string takes beside its content.
const arrayBytes = 48
