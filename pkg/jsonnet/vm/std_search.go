package vm

import "strings"

func stdSearchNatives() []nativeDecl {
	return []nativeDecl{
		{"member", "arr x", func(e *Evaluation, a []Value) Value {
			if a[0].kind() == kindString {
				x := e.wantText(a[1])
				return e.boolean(strings.Contains(e.flat(a[0].str()), x))
			}
			return e.boolean(e.contains(a[0], a[1]))
		}},
		{"contains", "arr elem", func(e *Evaluation, a []Value) Value {
			e.wantArray(a[0])
			return e.boolean(e.contains(a[0], a[1]))
		}},
		{"count", "arr ~x", stdCount},
		{"find", "~value arr", stdFind},
		{"all", "arr", stdQuantifier("all", false)},
		{"any", "arr", stdQuantifier("any", true)},
		{"minArray", "arr keyF? onEmpty?", stdExtreme(func(order int) bool { return order > 0 })},
		{"maxArray", "arr keyF? onEmpty?", stdExtreme(func(order int) bool { return order < 0 })},
	}
}

// contains says whether an array has an element.
func (e *Evaluation) contains(arr, x Value) bool {
	if arr.kind() != kindArray {
		e.fail("std.member first argument must be an array or a string")
	}
	for _, v := range arr.array().elems {
		e.step()
		if e.equals(e.force(v), x) {
			return true
		}
	}
	return false
}

func stdCount(e *Evaluation, a []Value) Value {
	n := 0
	for _, v := range e.wantArray(a[0]).elems {
		e.step()
		v = e.force(v)
		if e.equals(v, e.force(a[1])) {
			n++
		}
	}
	return e.number(float64(n))
}

func stdFind(e *Evaluation, a []Value) Value {
	if a[1].kind() != kindArray {
		return e.standard("find", a)
	}
	found := []Value{}
	for i, v := range a[1].array().elems {
		e.step()
		v = e.force(v)
		if e.equals(v, e.force(a[0])) {
			found = append(found, e.number(float64(i)))
		}
	}
	return e.array(found)
}

// stdQuantifier looks for an element that decides.
func stdQuantifier(name string, decisive bool) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		if a[0].kind() != kindArray {
			return e.standard(name, a)
		}
		for _, v := range a[0].array().elems {
			e.step()
			v = e.force(v)
			if v.kind() != kindBoolean {
				return e.standard(name, a)
			}
			if v.bool() == decisive {
				return e.boolean(decisive)
			}
		}
		return e.boolean(!decisive)
	}
}

func stdExtreme(better func(order int) bool) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		elems := e.wantArray(a[0]).elems
		key := e.keyFunction(a[1])
		if len(elems) == 0 {
			if !a[2].given() {
				e.fail("Expected at least one element in array. Got none")
			}
			return a[2]
		}
		best := e.force(elems[0])
		bestKey := key(elems[0])
		for _, v := range elems[1:] {
			e.step()
			current := e.force(v)
			currentKey := key(v)
			if better(e.compare(bestKey, currentKey)) {
				best, bestKey = current, currentKey
			}
		}
		return best
	}
}

// keyFunction makes a Go function of a keyF, which may not be given.
func (e *Evaluation) keyFunction(keyF Value) func(Value) Value {
	if !keyF.given() {
		return e.force
	}
	fn := e.wantFunction(keyF)
	return func(v Value) Value { return e.call(fn, v) }
}
