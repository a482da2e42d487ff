package vm

import (
	"slices"
	"sync/atomic"

	"github.com/google/go-jsonnet/ast"
)

// Object is an object: a stack of layers, one for each object literal that
// has been added up, with the values of the fields that have been asked for.
type Object struct {
	header
	// asserted is set as soon as the assertions are being checked, since
	// they may look at the object's fields; or if there are none.
	asserted bool
	// asserts says that some layer has assertions.
	asserts bool
	lookups uint8
	// size is the number of layers.
	size int32
	// checked is what the assertions have needed, see needs.go.
	checked *need
	// left and right are the operands of a sum that nobody has looked into
	// yet; then layers is empty.
	left, right *Object
	// layers are the literals, the last summand first: super of a field in
	// one layer are the layers behind it.
	layers []layer
	fields *fieldList
	index  map[*Name]position
}

// simpleObject is an object of one layer, with room for it.
type simpleObject struct {
	Object
	layer [1]layer
}

// layer is one object literal, with the frame around it, and what an object
// keeps for it: the frame of its locals and the values of its fields.
type layer struct {
	shape *shape
	code  *objectCode
	frame *frame

	locals *frame
	values []Value
}

// unbound is the layer for another object.
func (l layer) unbound() layer { return layer{shape: l.shape, code: l.code, frame: l.frame} }

type position struct{ layer, field int }

// objectBytes is about what an object takes beside its fields' values.
const objectBytes = 160

// shape is the list of a layer's fields. Shapes of compiled code are shared
// between evaluations.
type shape struct {
	names []*Name
	// hide is how visible the fields are, nil if fields says it, or if all
	// are as visible as they were.
	hide []ast.ObjectFieldHide
	// fields is how the fields are made, values are the values of objects
	// that natives made. frames is only set in object comprehensions, where
	// each field has its own.
	fields []*fieldCode
	values []Value
	frames []*frame
	// hides is the number of layers behind this one whose other fields it
	// hides: it stands for std.objectRemoveKey and defines no field.
	hides int

	table atomic.Pointer[map[*Name]int]
	list  atomic.Pointer[fieldList]
}

// visibility says how visible a field is.
func (s *shape) visibility(i int) ast.ObjectFieldHide {
	switch {
	case s.hide != nil:
		return s.hide[i]
	case s.fields != nil:
		return s.fields[i].hide
	default:
		return ast.ObjectFieldInherit
	}
}

// linear is up to how many fields a shape is searched without a table.
const linear = 8

func (s *shape) find(name *Name) int {
	if len(s.names) <= linear {
		for i, n := range s.names {
			if n == name {
				return i
			}
		}
		return -1
	}
	t := s.table.Load()
	if t == nil {
		m := make(map[*Name]int, len(s.names))
		for i, n := range s.names {
			m[n] = i
		}
		t = &m
		s.table.Store(t)
	}
	if i, ok := (*t)[name]; ok {
		return i
	}
	return -1
}

// literal makes an object of one layer.
func (e *Evaluation) literal(s *site, l layer) *Object {
	e.alloc(objectBytes + 16*len(l.shape.names))
	o := &simpleObject{Object: Object{header: header{kind: kindObject, made: s.base()}, size: 1}, layer: [1]layer{l}}
	o.asserts = l.code != nil && len(l.code.asserts) > 0
	o.asserted = !o.asserts
	o.layers = o.layer[:]
	return &o.Object
}

// object makes an object of visible fields, whose values may be thunks. The
// caller does not use the slices any more.
func (e *Evaluation) object(names []*Name, values []Value) Value {
	return e.literal(e.cur, layer{shape: &shape{names: names, values: values}}).value()
}

// sum makes the object left + right. Its layers are put together when
// somebody looks into it.
func (e *Evaluation) sum(left, right *Object) Value {
	e.alloc(objectBytes)
	asserts := left.asserts || right.asserts
	return (&Object{
		header: header{kind: kindObject, made: e.cur.base()}, asserts: asserts, asserted: !asserts,
		left: left, right: right, size: left.size + right.size,
	}).value()
}

// flatObject puts the layers of a sum together.
func (e *Evaluation) flatObject(o *Object) {
	if o.layers != nil {
		return
	}
	e.alloc(64 * int(o.size))
	layers := make([]layer, 0, o.size)
	var room [16]*Object
	todo := append(room[:0], o)
	for len(todo) > 0 {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if last.layers == nil {
			todo = append(todo, last.left, last.right)
			continue
		}
		for _, l := range last.layers {
			layers = append(layers, l.unbound())
		}
	}
	o.layers = layers
	o.left, o.right = nil, nil
}

// find looks a field up in the layers from start on; the layer is -1 if there
// is none.
func (e *Evaluation) find(o *Object, name *Name, start int) position {
	e.flatObject(o)
	if start == 0 && len(o.layers) > 3 {
		if o.index == nil {
			if o.lookups++; o.lookups > 3 {
				o.buildIndex()
			}
		}
		if o.index != nil {
			if p, ok := o.index[name]; ok {
				return p
			}
			return position{-1, -1}
		}
	}
	for i := start; i < len(o.layers); i++ {
		s := o.layers[i].shape
		at := s.find(name)
		if s.hides > 0 {
			// Upstream looks at what is hidden only where the search
			// starts at the restricted object itself.
			if i == start && at < 0 {
				i += s.hides
			}
			continue
		}
		if at >= 0 {
			return position{i, at}
		}
	}
	return position{-1, -1}
}

func (o *Object) buildIndex() {
	for i := range o.layers {
		if o.layers[i].shape.hides > 0 {
			o.lookups = 0
			return
		}
	}
	o.index = make(map[*Name]position, 2*len(o.layers[0].shape.names)+len(o.layers))
	for i, l := range slices.Backward(o.layers) {
		for j, n := range l.shape.names {
			o.index[n] = position{i, j}
		}
	}
}

// layerFrame returns the frame of the locals of a layer.
func (e *Evaluation) layerFrame(o *Object, i int) *frame {
	l := &o.layers[i]
	if l.locals == nil {
		l.locals = l.code.newFrame(l.frame, o, i)
	}
	return l.locals
}

func (c *objectCode) newFrame(parent *frame, o *Object, layer int) *frame {
	f := newFrame(c.slots, parent, o, layer)
	if c.dollar >= 0 {
		f.slots[c.dollar] = o.value()
	}
	return f
}

// field returns the value of a field.
func (e *Evaluation) field(o *Object, p position) Value {
	l := &o.layers[p.layer]
	s := l.shape
	if e.tracker != nil && s.fields != nil {
		e.tracker.touch(s.fields[p.field].body.get().fragment)
	}
	if l.values == nil {
		l.values = make([]Value, len(s.names))
	} else if v := l.values[p.field]; v.h != nil {
		return e.force(v)
	}
	outer := e.tracker.open()
	var v Value
	if s.values != nil {
		v = e.force(s.values[p.field])
	} else {
		v = e.makeField(o, p, s)
	}
	o.layers[p.layer].values[p.field] = e.tracker.keep(v, outer)
	return v
}

func (e *Evaluation) makeField(o *Object, p position, s *shape) Value {
	fc := s.fields[p.field]
	b := fc.body.get()
	if b.constant.h != nil && !fc.plus {
		e.room(e.cur)
		return b.constant
	}
	if !fc.plus {
		return e.evalField(o, p, s, b)
	}
	cur := e.cur
	n := e.push(cur)
	e.cur = fc.plusSite
	v := e.evalField(o, p, s, b)
	if super := e.find(o, s.names[p.field], p.layer+1); super.layer >= 0 {
		e.cur = fc.plusSite
		left := e.field(o, super)
		e.cur = fc.plusSite
		v = e.plus(left, v)
	}
	e.pop(n)
	e.cur = cur
	return v
}

func (e *Evaluation) evalField(o *Object, p position, s *shape, b *compiledBody) Value {
	var f *frame
	if s.frames != nil {
		f = s.fields[p.field].owner.newFrame(s.frames[p.field], o, p.layer)
	} else {
		f = e.layerFrame(o, p.layer)
	}
	if b.slots > 0 {
		f = newFrame(b.slots, f, o, p.layer)
	}
	cur := e.cur
	n := e.push(cur)
	v := b.code.eval(e, f)
	e.pop(n)
	e.cur = cur
	return v
}

// checkAssertions evaluates the assertions of all layers once.
func (e *Evaluation) checkAssertions(o *Object) {
	o.asserted = true
	passed := false
	defer func() {
		// A session may come back to the object after the failure.
		o.asserted = passed
	}()
	e.flatObject(o)
	cur := e.cur
	outer := e.tracker.open()
	for i := range o.layers {
		c := o.layers[i].code
		if c == nil {
			continue
		}
		for _, a := range c.asserts {
			b := a.body.get()
			e.tracker.touch(b.fragment)
			f := e.layerFrame(o, i)
			if b.slots > 0 {
				f = newFrame(b.slots, f, o, i)
			}
			n := e.push(cur)
			b.code.eval(e, f)
			e.pop(n)
			e.cur = cur
		}
	}
	passed = true
	o.checked = e.tracker.end(outer)
}

// assert sees that the assertions of an object hold, or are being checked.
func (e *Evaluation) assert(o *Object) {
	if !o.asserted {
		e.checkAssertions(o)
	} else if o.checked != nil {
		e.tracker.read(o.checked)
	}
}

// lookup returns the value of a field, or the zero Value if there is none.
func (e *Evaluation) lookup(o *Object, name *Name) Value {
	e.assert(o)
	p := e.find(o, name, 0)
	if p.layer < 0 {
		return Value{}
	}
	return e.field(o, p)
}

// get returns the value of a field that has to be there.
func (e *Evaluation) get(o *Object, name *Name) Value {
	v := e.lookup(o, name)
	if v.h == nil {
		e.failField(o, name)
	}
	return v
}

// getLater returns a thunk of a field's value.
func (e *Evaluation) getLater(o *Object, name *Name) Value {
	if p := e.find(o, name, 0); o.asserted && p.layer >= 0 {
		if l := &o.layers[p.layer]; l.values != nil && l.values[p.field].h != nil {
			return e.field(o, p)
		}
	}
	return e.later(func() Value { return e.get(o, name) })
}

// getSuper returns the value of a field as super sees it from a frame.
func (e *Evaluation) getSuper(f *frame, name *Name) Value {
	o := f.self
	e.assert(o)
	e.flatObject(o)
	if f.layer+1 >= len(o.layers) {
		e.fail("Attempt to use super when there is no super class.")
	}
	p := e.find(o, name, f.layer+1)
	if p.layer < 0 {
		e.failField(o, name)
	}
	return e.field(o, p)
}
