package vm

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// literal is an expression whose value is known when it is compiled.
type literal struct{ value Value }

func (c *literal) eval(*Evaluation, *frame) Value  { return c.value }
func (c *literal) delay(*Evaluation, *frame) Value { return c.value }
func (c *literal) base() *ast.NodeBase             { return c.value.h.made }

// overflow is a number that is too large.
type overflow struct{ site }

func (c *overflow) eval(e *Evaluation, _ *frame) Value {
	e.failAt(&c.site, "overflow")
	return null
}
func (c *overflow) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// variable reads the slot of a local or parameter.
type variable struct {
	site
	depth int
	bind  *bind
}

func (c *variable) eval(e *Evaluation, f *frame) Value {
	for i := c.depth; i > 0; i-- {
		f = f.parent
	}
	v := f.slots[c.bind.slot]
	if v.h == nil {
		return c.initialise(e, f)
	}
	if v.h.kind == kindThunk {
		e.cur = &c.site
		v = e.force(v)
		if e.tracker == nil { // the thunk knows what it has needed
			f.slots[c.bind.slot] = v
		}
	}
	if c.bind.fragment != 0 {
		e.tracker.touch(c.bind.fragment)
	}
	return v
}

func (c *variable) initialise(e *Evaluation, f *frame) Value {
	e.tracker.touch(c.bind.fragment)
	if c.bind.ready {
		e.room(&c.site)
		v := c.bind.init.eval(e, f)
		f.slots[c.bind.slot] = v
		return v
	}
	e.cur = &c.site
	outer := e.tracker.open()
	n := e.push(&c.site)
	v := c.bind.init.eval(e, f)
	e.pop(n)
	f.slots[c.bind.slot] = e.tracker.keep(v, outer)
	return v
}

// delay makes a thunk of its own even where the slot has one, so that the
// stack of an error shows this place too.
func (c *variable) delay(e *Evaluation, f *frame) Value {
	in := f
	for i := c.depth; i > 0; i-- {
		in = in.parent
	}
	v := in.slots[c.bind.slot]
	switch {
	case v.h == nil:
		if l, ok := c.bind.init.(*literal); ok {
			e.tracker.touch(c.bind.fragment)
			return l.value
		}
	case v.h.kind != kindThunk:
		e.tracker.touch(c.bind.fragment)
		return v
	default:
		if t := v.thunk(); t.value.h != nil {
			e.tracker.touch(c.bind.fragment)
			return e.force(v)
		}
	}
	e.alloc(thunkBytes)
	return newThunk(c, f)
}

// dollarRef is $. Its slot is filled from the start.
type dollarRef struct{ variable }

func (c *dollarRef) eval(e *Evaluation, f *frame) Value {
	e.room(&c.site)
	return c.variable.eval(e, f)
}

// selfRef is self.
type selfRef struct{ site }

func (c *selfRef) eval(_ *Evaluation, f *frame) Value  { return f.self.value() }
func (c *selfRef) delay(_ *Evaluation, f *frame) Value { return f.self.value() }

// functionLiteral makes a function value.
type functionLiteral struct {
	site
	code *functionCode
}

func (c *functionLiteral) eval(e *Evaluation, f *frame) Value {
	e.alloc(thunkBytes)
	return (&Function{header: header{kind: kindFunction, made: c.base()}, code: c.code, frame: f}).value()
}
func (c *functionLiteral) delay(e *Evaluation, f *frame) Value { return c.eval(e, f) }

// arrayLiteral makes an array of unevaluated elements.
type arrayLiteral struct {
	site
	elems []code
}

func (c *arrayLiteral) eval(e *Evaluation, f *frame) Value {
	e.alloc(arrayBytes + (16+thunkBytes)*len(c.elems))
	elems := make([]Value, len(c.elems))
	for i, el := range c.elems {
		elems[i] = el.delay(e, f)
	}
	return (&Array{header{kind: kindArray, made: c.base()}, elems}).value()
}

func (c *arrayLiteral) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

func (c *arrayLiteral) appendTo(e *Evaluation, f *frame, out []Value) []Value {
	e.alloc((16 + thunkBytes) * len(c.elems))
	for _, el := range c.elems {
		out = append(out, el.delay(e, f))
	}
	return out
}

// objectLiteral makes an object whose field names are known.
type objectLiteral struct{ *objectCode }

func (c *objectLiteral) eval(e *Evaluation, f *frame) Value {
	return e.literal(&c.site, layer{shape: c.shape, code: c.objectCode, frame: f}).value()
}
func (c *objectLiteral) delay(e *Evaluation, f *frame) Value { return c.eval(e, f) }

// dynamicObject makes an object with computed field names.
type dynamicObject struct{ *objectCode }

func (c *dynamicObject) eval(e *Evaluation, f *frame) Value {
	s := &shape{
		names: make([]*Name, 0, len(c.names)), fields: make([]*fieldCode, 0, len(c.names)),
	}
	for i, nc := range c.names {
		v := nc.eval(e, f)
		if v.h.kind == kindNull {
			continue
		}
		e.cur = &c.site
		if v.h.kind != kindString {
			e.fail("Field name must be string, got %v", v.kind())
		}
		name := e.nameOf(v.str())
		if len(c.names) <= 4*linear && slices.Contains(s.names, name) {
			e.failDuplicate(name)
		}
		s.names = append(s.names, name)
		s.fields = append(s.fields, c.fields[i])
	}
	if len(c.names) > 4*linear && hasDuplicate(s.names) {
		e.failDuplicate(firstDuplicate(s.names))
	}
	e.alloc(48 * len(s.names))
	return e.literal(&c.site, layer{shape: s, code: c.objectCode, frame: f}).value()
}

func (c *dynamicObject) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

func firstDuplicate(names []*Name) *Name {
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return n
		}
	}
	return nil
}

func (e *Evaluation) failDuplicate(name *Name) {
	e.fail("Duplicate field name: %s", appendQuoted(nil, name.text))
}

// framed gives an initialiser a frame of its own for its locals.
type framed struct {
	code
	slots int
}

func (c *framed) eval(e *Evaluation, f *frame) Value {
	return c.code.eval(e, newFrame(c.slots, f, f.self, f.layer))
}

func (c *framed) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// nested counts for the Go stack that an expression is deep within others.
type nested struct{ code }

func (c *nested) eval(e *Evaluation, f *frame) Value {
	e.nest()
	v := c.code.eval(e, f)
	e.unnest()
	return v
}

func (c *nested) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

func (c *nested) appendTo(e *Evaluation, f *frame, out []Value) []Value {
	e.nest()
	out = appendTo(c.code, e, f, out)
	e.unnest()
	return out
}

// stdRef is the standard library's object: with std.thisFile if unit is set.
type stdRef struct {
	site
	unit *unit
}

func (c *stdRef) eval(e *Evaluation, _ *frame) Value {
	if c.unit == nil || c.unit.standard {
		return e.std.value()
	}
	return e.stdWithFile(c.unit).value()
}
func (c *stdRef) delay(e *Evaluation, f *frame) Value { return c.eval(e, f) }

// errorExpr is error.
type errorExpr struct {
	site
	msg code
}

func (c *errorExpr) eval(e *Evaluation, f *frame) Value {
	v := c.msg.eval(e, f)
	e.cur = &c.site
	msg := e.toText(v)
	panic(&Error{Msg: msg, Trace: e.trace()})
}
func (c *errorExpr) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// conditional is if.
type conditional struct {
	site
	cond, then, otherwise code
}

func (c *conditional) eval(e *Evaluation, f *frame) Value {
	if c.test(e, f) {
		return c.then.eval(e, f)
	}
	return c.otherwise.eval(e, f)
}

func (c *conditional) test(e *Evaluation, f *frame) bool {
	v := c.cond.eval(e, f)
	if v.h.kind != kindBoolean {
		e.cur = &c.site
		e.typeError(v, kindBoolean)
	}
	return v.n != 0
}

func (c *conditional) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

func (c *conditional) appendTo(e *Evaluation, f *frame, out []Value) []Value {
	if c.test(e, f) {
		return appendTo(c.then, e, f, out)
	}
	return appendTo(c.otherwise, e, f, out)
}
