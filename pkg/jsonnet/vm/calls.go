package vm

import "github.com/google/go-jsonnet/ast"

// callExpr is a call of a function that is not known when it is compiled.
type callExpr struct {
	site
	target      code
	args, named []code
	names       []*Name
	tailstrict  bool
	tail        tail
}

func (c *callExpr) eval(e *Evaluation, f *frame) Value {
	t := c.target.eval(e, f)
	e.cur = &c.site
	fn := e.wantFunction(t)
	last := c.tail != tailNone && e.trimmable()
	if fn.native == nil && !last && len(c.names) == 0 && !c.tailstrict && len(c.args) == len(fn.code.params) {
		return c.simple(e, f, fn)
	}
	args := arguments{positional: make([]Value, len(c.args)), names: c.names, tailstrict: c.tailstrict}
	for i, a := range c.args {
		args.positional[i] = a.delay(e, f)
	}
	if len(c.named) > 0 {
		args.named = make([]Value, len(c.named))
		for i, a := range c.named {
			args.named[i] = a.delay(e, f)
		}
	}
	e.alloc((16 + thunkBytes) * (len(c.args) + len(c.named)))
	e.cur = &c.site
	if last {
		e.trim()
		if c.tail == tailCalls {
			e.next = tailCall{fn, args}
			return tailMark
		}
	}
	return e.apply(fn, args)
}

// simple is the common case: as many positional arguments as parameters.
func (c *callExpr) simple(e *Evaluation, f *frame, fn *Function) Value {
	b := fn.code.body.get()
	e.tracker.touch(b.fragment)
	e.alloc(64 + 16*b.slots + thunkBytes*len(c.args))
	in := newFrame(b.slots, fn.frame, fn.frame.self, fn.frame.layer)
	for i, a := range c.args {
		in.slots[i] = a.delay(e, f)
	}
	e.cur = &c.site
	n := e.push(&c.site)
	v := b.code.eval(e, in)
	e.pop(n)
	return v
}

func (c *callExpr) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// nativeCall is a call of a native with fitting positional arguments, whose
// values need no thunks.
type nativeCall struct {
	site
	native *Native
	args   []code
	trims  bool
}

func (c *nativeCall) eval(e *Evaluation, f *frame) Value {
	if c.trims && e.trimmable() {
		e.trim()
	}
	nt := c.native
	bottom := len(e.args)
	for range nt.params {
		e.args = append(e.args, Value{})
	}
	a := e.args[bottom:len(e.args):len(e.args)]
	for i, arg := range c.args {
		switch {
		case nt.lazy[i]:
			a[i] = arg.delay(e, f)
		default:
			if l, ok := arg.(*literal); ok {
				e.room(&c.site)
				a[i] = l.value
				continue
			}
			e.cur = &c.site
			n := e.push(&c.site)
			a[i] = arg.eval(e, f)
			e.pop(n)
		}
	}
	e.cur = &c.site
	v := nt.run(e, a)
	clear(a)
	e.args = e.args[:bottom]
	return v
}

func (c *nativeCall) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// comprehension is the call of $flatMapArray that an array comprehension has
// been desugared to.
type comprehension struct {
	site
	fn  *functionCode
	arr code
}

// appender is code that makes an array and can append it to another one.
type appender interface {
	appendTo(e *Evaluation, f *frame, out []Value) []Value
}

func appendTo(c code, e *Evaluation, f *frame, out []Value) []Value {
	if a, ok := c.(appender); ok {
		return a.appendTo(e, f, out)
	}
	v := c.eval(e, f)
	return append(out, e.wantArray(v).elems...)
}

func (sc *scope) compileComprehension(n *ast.Apply, nt *Native, args []code) code {
	if nt.name != "$flatMapArray" || len(args) != 2 {
		return nil
	}
	fn, ok := args[0].(*functionLiteral)
	if !ok || len(fn.code.params) != 1 {
		return nil
	}
	return &comprehension{newSite(&n.NodeBase), fn.code, args[1]}
}

func (c *comprehension) eval(e *Evaluation, f *frame) Value {
	out := c.appendTo(e, f, nil)
	e.cur = &c.site
	return (&Array{header{kind: kindArray, made: c.base()}, out}).value()
}

func (c *comprehension) appendTo(e *Evaluation, f *frame, out []Value) []Value {
	e.cur = &c.site
	n := e.push(&c.site)
	v := c.arr.eval(e, f)
	e.pop(n)
	e.cur = &c.site
	elems := e.wantArray(v).elems
	b := c.fn.body.get()
	e.tracker.touch(b.fragment)
	if out == nil {
		out = make([]Value, 0, len(elems))
	}
	e.alloc((80 + 16*b.slots) * len(elems))
	for _, el := range elems {
		in := newFrame(b.slots, f, f.self, f.layer)
		in.slots[0] = el
		n := e.push(&c.site)
		out = appendTo(b.code, e, in, out)
		e.pop(n)
		e.cur = &c.site
	}
	return out
}

func (c *comprehension) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// flatMapArray is $flatMapArray, for what the compiler does not know.
func flatMapArray(e *Evaluation, args []Value) Value {
	arr := e.wantArray(args[1])
	fn := e.wantFunction(args[0])
	var out []Value
	for _, el := range arr.elems {
		out = append(out, e.wantArray(e.call(fn, el)).elems...)
	}
	return e.array(out)
}

// objectFlatMerge is $objectFlatMerge, which an object comprehension has been
// desugared to: it makes one object of an array of objects with one field
// each. Every field keeps the frame it was written in.
func objectFlatMerge(e *Evaluation, args []Value) Value {
	arr := e.wantArray(args[0])
	n := len(arr.elems)
	s := &shape{
		names: make([]*Name, 0, n), fields: make([]*fieldCode, 0, n), frames: make([]*frame, 0, n),
	}
	seen := make(map[*Name]struct{}, n)
	for _, el := range arr.elems {
		o := e.wantObject(e.force(el))
		l := o.layers[0]
		for i, name := range l.shape.names {
			if _, ok := seen[name]; ok {
				e.failDuplicate(name)
			}
			seen[name] = struct{}{}
			s.names = append(s.names, name)
			s.fields = append(s.fields, l.shape.fields[i])
			s.frames = append(s.frames, l.frame)
		}
	}
	e.alloc(64 * n)
	return e.literal(e.cur, layer{shape: s}).value()
}
