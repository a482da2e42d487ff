package vm

import "slices"

func stdSortNatives() []nativeDecl {
	return []nativeDecl{
		{"sort", "arr keyF?", func(e *Evaluation, a []Value) Value {
			elems, _ := e.sort(e.wantArray(a[0]).elems, a[1])
			return e.array(elems)
		}},
		{"uniq", "arr ~keyF?", stdUniq},
		{"set", "arr keyF?", func(e *Evaluation, a []Value) Value {
			elems, keys := e.sort(e.wantArray(a[0]).elems, a[1])
			return e.array(e.uniq(elems, func(i int) Value { return keys[i] }))
		}},
	}
}

// sort returns the elements in the order of their keys, with the keys.
func (e *Evaluation) sort(elems []Value, keyF Value) (sorted, keys []Value) {
	key := e.keyFunction(keyF)
	e.alloc(32 * len(elems))
	type pair struct{ elem, key Value }
	pairs := make([]pair, len(elems))
	for i, v := range elems {
		e.step()
		pairs[i] = pair{v, key(v)}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		e.step()
		return e.compare(a.key, b.key)
	})
	sorted, keys = make([]Value, len(elems)), make([]Value, len(elems))
	for i, p := range pairs {
		sorted[i], keys[i] = p.elem, p.key
	}
	return sorted, keys
}

// uniq drops elements whose key is that of the element before.
func (e *Evaluation) uniq(elems []Value, key func(i int) Value) []Value {
	if len(elems) < 2 {
		return elems
	}
	out := make([]Value, 1, len(elems))
	out[0] = elems[0]
	last := key(0)
	for i := 1; i < len(elems); i++ {
		e.step()
		if k := key(i); !e.equals(last, k) {
			out = append(out, elems[i])
			last = k
		}
	}
	return slices.Clip(out)
}

func stdUniq(e *Evaluation, a []Value) Value {
	elems, ok := e.elements(a[0])
	if !ok {
		return e.standard("uniq", a)
	}
	if len(elems) < 2 { // the key function is not even looked at
		return e.array(elems)
	}
	keyF := a[1]
	if keyF.given() {
		keyF = e.force(keyF)
	}
	key := e.keyFunction(keyF)
	return e.array(e.uniq(elems, func(i int) Value { return key(elems[i]) }))
}

func stdSetNatives() []nativeDecl {
	return []nativeDecl{
		{"setUnion", "a ~b ~keyF?", stdMergeSets("setUnion", true, true, true)},
		{"setInter", "a b ~keyF?", stdMergeSets("setInter", false, true, false)},
		{"setDiff", "a b ~keyF?", stdMergeSets("setDiff", true, false, false)},
		{"setMember", "~x arr ~keyF?", stdSetMember},
	}
}

// merge walks through two sets at a time, as std.jsonnet does: what it does
// with arrays that are no sets follows from that.
type merge struct {
	e          *Evaluation
	a, b       []Value
	keyF       Value
	key        func(Value) Value
	aKey, bKey Value
}

// order compares the keys of the first elements.
func (m *merge) order() int {
	e := m.e
	e.step()
	if m.key == nil {
		if m.keyF.given() {
			m.keyF = e.force(m.keyF)
		}
		m.key = e.keyFunction(m.keyF)
	}
	if !m.aKey.given() {
		m.aKey = m.key(m.a[0])
	}
	if !m.bKey.given() {
		m.bKey = m.key(m.b[0])
	}
	if e.equals(m.aKey, m.bKey) {
		return 0
	}
	if e.compare(m.aKey, m.bKey) < 0 {
		return -1
	}
	return 1
}

func (m *merge) nextA() { m.a, m.aKey = m.a[1:], Value{} }
func (m *merge) nextB() { m.b, m.bKey = m.b[1:], Value{} }

// stdMergeSets keeps the elements that only the left set has, those that both
// have (the left one), and those that only the right set has.
func stdMergeSets(name string, left, both, right bool) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		if a[0].kind() != kindArray {
			return e.standard(name, a)
		}
		b := e.force(a[1])
		if b.kind() != kindArray {
			return e.standard(name, a)
		}
		m := &merge{e: e, a: a[0].array().elems, b: b.array().elems, keyF: a[2]}
		out := []Value{}
		for len(m.a) > 0 && len(m.b) > 0 {
			e.alloc(16)
			switch m.order() {
			case 0:
				if both {
					out = append(out, m.a[0])
				}
				m.nextA()
				m.nextB()
			case -1:
				if left {
					out = append(out, m.a[0])
				}
				m.nextA()
			default:
				if right {
					out = append(out, m.b[0])
				}
				m.nextB()
			}
		}
		if left {
			out = append(out, m.a...)
		}
		if right {
			out = append(out, m.b...)
		}
		return e.array(slices.Clip(out))
	}
}

func stdSetMember(e *Evaluation, a []Value) Value {
	if a[1].kind() != kindArray {
		return e.standard("setMember", a)
	}
	m := &merge{e: e, a: a[:1:1], b: a[1].array().elems, keyF: a[2]}
	for len(m.b) > 0 {
		switch m.order() {
		case 0:
			return e.boolean(true)
		case -1:
			return e.boolean(false)
		default:
			m.nextB()
		}
	}
	return e.boolean(false)
}
