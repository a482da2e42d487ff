package vm

import (
	"strings"

	"github.com/google/go-jsonnet/ast"
)

// binary is a binary operator that evaluates both sides.
type binary struct {
	site
	op          ast.BinaryOp
	left, right code
}

func (sc *scope) compileBinary(n *ast.Binary, t tail) code {
	s := newSite(&n.NodeBase)
	left, right := sc.compile(n.Left, tailNone), sc.compile(n.Right, t.within())
	switch n.Op {
	case ast.BopAnd:
		return &logical{s, false, left, right}
	case ast.BopOr:
		return &logical{s, true, left, right}
	default:
		return &binary{s, n.Op, left, right}
	}
}

func (c *binary) eval(e *Evaluation, f *frame) Value {
	a := c.left.eval(e, f)
	b := c.right.eval(e, f)
	e.cur = &c.site
	switch c.op {
	case ast.BopPlus:
		return e.plus(a, b)
	case ast.BopManifestEqual:
		return e.boolean(e.equals(a, b))
	case ast.BopManifestUnequal:
		return e.boolean(!e.equals(a, b))
	case ast.BopLess:
		return e.boolean(e.compare(a, b) < 0)
	case ast.BopLessEq:
		return e.boolean(e.compare(a, b) <= 0)
	case ast.BopGreater:
		return e.boolean(e.compare(a, b) > 0)
	case ast.BopGreaterEq:
		return e.boolean(e.compare(a, b) >= 0)
	default:
		return e.arithmetic(c.op, e.wantNumber(a), e.wantNumber(b))
	}
}

func (c *binary) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

func (e *Evaluation) arithmetic(op ast.BinaryOp, x, y float64) Value {
	switch op {
	case ast.BopMinus:
		return e.checkedNumber(x - y)
	case ast.BopMult:
		return e.checkedNumber(x * y)
	case ast.BopDiv:
		if y == 0 {
			e.fail("Division by zero.")
		}
		return e.checkedNumber(x / y)
	default:
		a, b := e.bits(x), e.bits(y)
		if y < 0 && (op == ast.BopShiftL || op == ast.BopShiftR) { // before -0.5 becomes 0
			e.fail("Shift by negative exponent.")
		}
		return e.bitwise(op, a, b)
	}
}

func (e *Evaluation) bitwise(op ast.BinaryOp, a, b int64) Value {
	switch op {
	case ast.BopBitwiseAnd:
		return e.number(float64(a & b))
	case ast.BopBitwiseOr:
		return e.number(float64(a | b))
	case ast.BopBitwiseXor:
		return e.number(float64(a ^ b))
	default:
		if op == ast.BopShiftL {
			return e.number(float64(a << (uint64(b) % 64)))
		}
		return e.number(float64(a >> (uint64(b) % 64)))
	}
}

// bits returns the operand of a bitwise operator.
func (e *Evaluation) bits(x float64) int64 {
	const limit = 1<<53 - 1
	if x < -limit || x > limit {
		e.fail("Bitwise operator argument %v outside of range [%v, %v]", x, int64(-limit), int64(limit))
	}
	return int64(x)
}

// logical is && and ||.
type logical struct {
	site
	// or is the value of the left side that decides.
	or          bool
	left, right code
}

func (c *logical) eval(e *Evaluation, f *frame) Value {
	v := c.left.eval(e, f)
	if v.h.kind != kindBoolean {
		e.cur = &c.site
		e.typeError(v, kindBoolean)
	}
	if v.bool() == c.or {
		return v
	}
	v = c.right.eval(e, f)
	if v.h.kind != kindBoolean {
		e.cur = &c.site
		e.typeError(v, kindBoolean)
	}
	return v
}
func (c *logical) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// unary is a unary operator.
type unary struct {
	site
	op      ast.UnaryOp
	operand code
}

func (sc *scope) compileUnary(n *ast.Unary, t tail) code {
	operand := sc.compile(n.Expr, t.within())
	if l, ok := operand.(*literal); ok && n.Op == ast.UopMinus && l.value.kind() == kindNumber {
		return &literal{Value{&header{kind: kindNumber, made: &n.NodeBase}, -l.value.n}}
	}
	return &unary{newSite(&n.NodeBase), n.Op, operand}
}

func (c *unary) eval(e *Evaluation, f *frame) Value {
	v := c.operand.eval(e, f)
	e.cur = &c.site
	switch c.op {
	case ast.UopNot:
		return e.boolean(!e.wantBoolean(v))
	case ast.UopBitwiseNot:
		return e.number(float64(^int64(e.wantNumber(v))))
	case ast.UopPlus:
		return e.number(e.wantNumber(v))
	default:
		return e.number(-e.wantNumber(v))
	}
}
func (c *unary) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// plus is the operator +.
func (e *Evaluation) plus(a, b Value) Value {
	ka, kb := a.kind(), b.kind()
	switch {
	case kb == kindString:
		return e.concat(e.toString(a), b.str())
	case ka == kindNumber:
		return e.checkedNumber(a.n + e.wantNumber(b))
	case ka == kindString:
		return e.concat(a.str(), e.toString(b))
	case ka == kindObject:
		return e.sum(a.object(), e.wantObject(b))
	case ka == kindArray:
		x, y := a.array().elems, e.wantArray(b).elems
		e.alloc(16 * (len(x) + len(y)))
		elems := make([]Value, 0, len(x)+len(y))
		return e.array(append(append(elems, x...), y...))
	}
	e.fail("Unexpected type %v", ka)
	return null
}

// equals is the operator ==.
func (e *Evaluation) equals(a, b Value) bool {
	if a.kind() != b.kind() {
		return false
	}
	switch a.kind() {
	case kindNull:
		return true
	case kindBoolean, kindNumber:
		return a.n == b.n
	case kindString:
		return a.h == b.h || a.str().bytes() == b.str().bytes() && e.flat(a.str()) == e.flat(b.str())
	case kindArray:
		x, y := a.array().elems, b.array().elems
		if len(x) != len(y) {
			return false
		}
		e.nest()
		defer e.unnest()
		for i := range x {
			if !e.equals(e.force(x[i]), e.force(y[i])) {
				return false
			}
		}
		return true
	case kindObject:
		return e.equalObjects(a.object(), b.object())
	default:
		e.fail("Cannot test equality of functions")
		return false
	}
}

func (e *Evaluation) equalObjects(x, y *Object) bool {
	names, others := e.fieldNames(x, false), e.fieldNames(y, false)
	if len(names) != len(others) {
		return false
	}
	for i := range names {
		if names[i] != others[i] {
			return false
		}
	}
	e.nest()
	defer e.unnest()
	for _, n := range names {
		if !e.equals(e.get(x, n), e.get(y, n)) {
			return false
		}
	}
	return true
}

// compare orders numbers, strings and arrays.
func (e *Evaluation) compare(a, b Value) int {
	switch a.kind() {
	case kindNumber:
		y := e.wantNumber(b)
		switch {
		case a.n < y:
			return -1
		case a.n > y:
			return 1
		}
		return 0
	case kindString:
		y := e.wantString(b)
		return strings.Compare(e.flat(a.str()), e.flat(y))
	case kindArray:
		x, y := a.array().elems, e.wantArray(b).elems
		e.nest()
		defer e.unnest()
		for i := range min(len(x), len(y)) {
			left := e.force(x[i])
			if c := e.compare(left, e.force(y[i])); c != 0 {
				return c
			}
		}
		switch {
		case len(x) < len(y):
			return -1
		case len(x) > len(y):
			return 1
		}
		return 0
	default:
		e.fail("Unexpected type %v", a.kind())
		return 0
	}
}
