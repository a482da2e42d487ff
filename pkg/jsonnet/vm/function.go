package vm

import "strings"

// Function is a function value: code with the frame it was defined in, or a
// native.
type Function struct {
	header
	code   *functionCode
	frame  *frame
	native *Native
}

// functionCode is what all values of one function expression share.
type functionCode struct {
	params []param
	// required is the number of parameters without default.
	required int
	body     body
}

// param is a parameter. The initialisers of optional ones are in the body.
type param struct {
	name     *Name
	optional bool
}

// Native is a function of the standard library that is written in Go. Natives
// never keep the slice of arguments.
type Native struct {
	name   string
	params []param
	// lazy marks the parameters that are passed as thunks.
	lazy []bool
	run  func(e *Evaluation, args []Value) Value
}

// nativeDecl declares a native. Params lists the names of the parameters; "?"
// after a name makes it optional (an argument that is not given is the zero
// Value), "~" before it passes the argument unevaluated, as a thunk or value.
type nativeDecl struct {
	name, params string
	run          func(e *Evaluation, args []Value) Value
}

func (d nativeDecl) native(t *names) *Native {
	n := &Native{name: d.name, run: d.run}
	for p := range strings.FieldsSeq(d.params) {
		p, lazy := strings.CutPrefix(p, "~")
		p, optional := strings.CutSuffix(p, "?")
		n.params = append(n.params, param{name: t.intern(p), optional: optional})
		n.lazy = append(n.lazy, lazy)
	}
	return n
}

func (fn *Function) params() []param {
	if fn.native != nil {
		return fn.native.params
	}
	return fn.code.params
}

// arguments are the arguments of a call: values or thunks.
type arguments struct {
	positional []Value
	names      []*Name
	named      []Value
	tailstrict bool
}

// tailCall is a call that a function ends with. Where the function itself was
// called with tailstrict, it returns the mark tailMark and leaves the call
// here for its caller, so that neither stack grows.
type tailCall struct {
	fn   *Function
	args arguments
}

var (
	tailHeader = header{kind: kindNull}
	tailMark   = Value{h: &tailHeader}
)

// call calls a function with positional arguments, which may be thunks, and
// returns its value.
func (e *Evaluation) call(fn *Function, args ...Value) Value {
	return e.apply(fn, arguments{positional: args})
}

// apply calls a function from the current expression.
func (e *Evaluation) apply(fn *Function, args arguments) Value {
	e.checkArguments(fn, args)
	if fn.native != nil {
		return e.applyNative(fn.native, args)
	}
	cur := e.cur
	f := e.bind(fn, args)
	if args.tailstrict {
		e.forceAll(fn, f)
	}
	n := e.push(cur)
	e.stack[n].trimmable = args.tailstrict
	v := fn.code.body.get().code.eval(e, f)
	for v.h == &tailHeader {
		v = e.continueTail()
	}
	e.pop(n)
	e.cur = cur
	return v
}

// continueTail makes the call that the last function ended with, in place of
// that function's own, which has been taken off the stack.
func (e *Evaluation) continueTail() Value {
	next := e.next
	e.next = tailCall{}
	e.checkArguments(next.fn, next.args)
	if next.fn.native != nil {
		return e.applyNative(next.fn.native, next.args)
	}
	f := e.bind(next.fn, next.args)
	if next.args.tailstrict {
		e.forceAll(next.fn, f)
	}
	n := e.push(e.cur)
	e.depth--
	e.stack[n].trimmable = next.args.tailstrict
	return next.fn.code.body.get().code.eval(e, f)
}

// trimmable says whether the innermost call was made with tailstrict, so that
// trim takes it off the stack when its last expression is a call.
func (e *Evaluation) trimmable() bool {
	n := len(e.stack)
	return n > 0 && e.stack[n-1].trimmable
}

func (e *Evaluation) trim() { e.stack = e.stack[:len(e.stack)-1] }

func (e *Evaluation) bind(fn *Function, args arguments) *frame {
	c := fn.code
	b := c.body.get()
	e.tracker.touch(b.fragment)
	e.alloc(64 + 16*b.slots)
	f := newFrame(b.slots, fn.frame, fn.frame.self, fn.frame.layer)
	copy(f.slots, args.positional)
	for i, name := range args.names {
		f.slots[paramIndex(c.params, name)] = args.named[i]
	}
	return f
}

// forceAll evaluates all arguments, defaults among them.
func (e *Evaluation) forceAll(fn *Function, f *frame) {
	cur := e.cur
	for i := range fn.code.params {
		if f.slots[i].h == nil {
			n := e.push(cur)
			v := fn.code.body.get().inits[i].eval(e, f)
			e.pop(n)
			e.cur = cur
			f.slots[i] = v
		} else {
			f.slots[i] = e.force(f.slots[i])
		}
	}
}

func paramIndex(params []param, name *Name) int {
	for i := range params {
		if params[i].name == name {
			return i
		}
	}
	return -1
}

// checkArguments fails as upstream does if the arguments do not fit.
func (e *Evaluation) checkArguments(fn *Function, args arguments) {
	params := fn.params()
	if len(args.positional) > len(params) {
		e.fail("function expected %v positional argument(s), but got %v", len(params), len(args.positional))
	}
	if len(args.positional) == len(params) && len(args.names) == 0 {
		return
	}
	for i, name := range args.names {
		at := paramIndex(params, name)
		repeated := at >= 0 && at < len(args.positional)
		for _, before := range args.names[:i] {
			repeated = repeated || before == name
		}
		if repeated {
			e.fail("Argument %v already provided", name.text)
		}
		if at < 0 {
			e.fail("function has no parameter %v", name.text)
		}
	}
	for i := len(args.positional); i < len(params); i++ {
		if params[i].optional {
			continue
		}
		given := false
		for _, name := range args.names {
			given = given || name == params[i].name
		}
		if !given {
			e.fail("Missing argument: %v", params[i].name.text)
		}
	}
}

// applyNative calls a native with arguments that have been checked.
func (e *Evaluation) applyNative(nt *Native, args arguments) Value {
	bottom := len(e.args)
	for range nt.params {
		e.args = append(e.args, Value{})
	}
	a := e.args[bottom:len(e.args):len(e.args)]
	copy(a, args.positional)
	for i, name := range args.names {
		a[paramIndex(nt.params, name)] = args.named[i]
	}
	for i := range a {
		if a[i].h != nil && !nt.lazy[i] {
			a[i] = e.force(a[i])
		}
	}
	v := nt.run(e, a)
	clear(a)
	e.args = e.args[:bottom]
	return v
}

// callLater returns a thunk of a call with positional arguments.
func (e *Evaluation) callLater(fn *Function, args ...Value) Value {
	if fn.native == nil && len(args) == len(fn.code.params) {
		f := e.bind(fn, arguments{positional: args})
		return fn.code.body.get().code.delay(e, f)
	}
	args = append([]Value(nil), args...)
	return e.later(func() Value { return e.call(fn, args...) })
}
