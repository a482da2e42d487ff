package vm

import "unicode/utf8"

func stdTypeNatives() []nativeDecl {
	all := []nativeDecl{
		{"id", "x", func(_ *Evaluation, a []Value) Value { return a[0] }},
		{"type", "x", func(e *Evaluation, a []Value) Value { return e.intern(a[0].kind().String()).value() }},
		{"isNull", "x", func(e *Evaluation, a []Value) Value { return e.boolean(a[0].isNull()) }},
		{"length", "x", stdLength},
		{"toString", "a", stdToString},
		{"equals", "x y", func(e *Evaluation, a []Value) Value { return e.boolean(e.equals(a[0], a[1])) }},
		{"primitiveEquals", "x y", stdPrimitiveEquals},
	}
	for name, k := range map[string]kind{
		"isString": kindString, "isNumber": kindNumber, "isBoolean": kindBoolean,
		"isObject": kindObject, "isArray": kindArray, "isFunction": kindFunction,
	} {
		all = append(all, nativeDecl{name, "v", func(e *Evaluation, a []Value) Value { return e.boolean(a[0].kind() == k) }})
	}
	return all
}

func stdLength(e *Evaluation, a []Value) Value {
	n := 0
	switch v := a[0]; v.kind() {
	case kindString:
		n = e.length(v.str())
	case kindArray:
		n = len(v.array().elems)
	case kindObject:
		n = len(e.fieldNames(v.object(), false))
	case kindFunction:
		for _, p := range v.fn().params() {
			if !p.optional {
				n++
			}
		}
	default:
		e.fail("Unexpected type %s", v.kind())
	}
	return e.number(float64(n))
}

func stdToString(e *Evaluation, a []Value) Value {
	if a[0].kind() == kindString {
		return a[0]
	}
	return e.string(e.toText(a[0]))
}

func stdPrimitiveEquals(e *Evaluation, a []Value) Value {
	x, y := a[0], a[1]
	if k := x.kind(); k == y.kind() && (k == kindArray || k == kindObject) {
		e.fail("primitiveEquals operates on primitive types, got %s", k)
	}
	return e.boolean(e.equals(x, y))
}

// wantText returns the text of what has to be a string.
func (e *Evaluation) wantText(v Value) string { return e.flat(e.wantString(v)) }

// chars makes strings of the code points of a string.
func (e *Evaluation) chars(s string) []Value {
	e.alloc(len(s) * 16)
	elems := make([]Value, 0, len(s))
	for i := 0; i < len(s); {
		_, n := utf8.DecodeRuneInString(s[i:])
		elems = append(elems, e.string(s[i:i+n]))
		e.step()
		i += n
	}
	return elems
}

// strings makes an array of strings.
func (e *Evaluation) strings(list []string) Value {
	elems := make([]Value, len(list))
	for i, s := range list {
		elems[i] = e.string(s)
	}
	return e.array(elems)
}

// elements returns the elements of an array or the characters of a string.
func (e *Evaluation) elements(v Value) (elems []Value, ok bool) {
	switch v.kind() {
	case kindArray:
		return v.array().elems, true
	case kindString:
		return e.chars(e.flat(v.str())), true
	default:
		return nil, false
	}
}
