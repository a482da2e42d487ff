package vm

import "slices"

func stdObjectNatives() []nativeDecl {
	return []nativeDecl{
		{"objectFieldsEx", "obj hidden", func(e *Evaluation, a []Value) Value {
			o := e.wantObject(a[0])
			return e.names(e.fieldNames(o, e.wantBoolean(a[1])))
		}},
		{"objectFields", "o", func(e *Evaluation, a []Value) Value { return e.names(e.fieldNames(e.wantObject(a[0]), false)) }},
		{"objectFieldsAll", "o", func(e *Evaluation, a []Value) Value { return e.names(e.fieldNames(e.wantObject(a[0]), true)) }},
		{"objectHasEx", "obj fname hidden", func(e *Evaluation, a []Value) Value {
			o, name := e.wantObject(a[0]), e.wantString(a[1])
			return e.boolean(e.hasField(o, e.nameOf(name), e.wantBoolean(a[2])))
		}},
		{"objectHas", "o f", func(e *Evaluation, a []Value) Value { return e.objectHas(a, false) }},
		{"objectHasAll", "o f", func(e *Evaluation, a []Value) Value { return e.objectHas(a, true) }},
		{"objectRemoveKey", "obj key", func(e *Evaluation, a []Value) Value {
			o := e.wantObject(a[0])
			return e.without(o, e.nameOf(e.wantString(a[1])))
		}},
		{"objectValues", "o", func(e *Evaluation, a []Value) Value { return e.fieldValues(a[0], false) }},
		{"objectValuesAll", "o", func(e *Evaluation, a []Value) Value { return e.fieldValues(a[0], true) }},
		{"objectKeysValues", "o", func(e *Evaluation, a []Value) Value { return e.keysValues(a[0], false) }},
		{"objectKeysValuesAll", "o", func(e *Evaluation, a []Value) Value { return e.keysValues(a[0], true) }},
		{"get", "o f ~default? inc_hidden?", stdGet},
	}
}

// names makes an array of names.
func (e *Evaluation) names(names []*Name) Value {
	elems := make([]Value, len(names))
	for i, n := range names {
		elems[i] = n.value()
	}
	return e.array(elems)
}

func (e *Evaluation) objectHas(a []Value, hidden bool) Value {
	o := e.wantObject(a[0])
	return e.boolean(e.hasField(o, e.nameOf(e.wantString(a[1])), hidden))
}

func (e *Evaluation) fieldValues(v Value, hidden bool) Value {
	o := e.wantObject(v)
	names := e.fieldNames(o, hidden)
	elems := make([]Value, len(names))
	for i, n := range names {
		e.step()
		elems[i] = e.getLater(o, n)
	}
	return e.array(elems)
}

func (e *Evaluation) keysValues(v Value, hidden bool) Value {
	o := e.wantObject(v)
	names := e.fieldNames(o, hidden)
	pair := []*Name{e.intern("key"), e.intern("value")}
	elems := make([]Value, len(names))
	for i, n := range names {
		e.step()
		elems[i] = e.object(slices.Clone(pair), []Value{n.value(), e.getLater(o, n)})
	}
	return e.array(elems)
}

func stdGet(e *Evaluation, a []Value) Value {
	o := e.wantObject(a[0])
	name := e.nameOf(e.wantString(a[1]))
	hidden := !a[3].given() || e.wantBoolean(a[3])
	switch {
	case e.hasField(o, name, hidden):
		return e.get(o, name)
	case a[2].given():
		return e.force(a[2])
	default:
		return null
	}
}
