package vm

import "slices"

func stdArrayNatives() []nativeDecl {
	return []nativeDecl{
		{"makeArray", "sz func", stdMakeArray},
		{"range", "from to", stdRange},
		{"reverse", "arr", stdReverse},
		{"flattenArrays", "arrs", stdFlattenArrays},
		{"flattenDeepArray", "value", stdFlattenDeepArray},
		{"slice", "~indexable ~index ~end step", stdSlice},
		{"removeAt", "arr i", func(e *Evaluation, a []Value) Value { return e.removeAt(e.wantArray(a[0]).elems, e.wantInt(a[1])) }},
		{"remove", "arr elem", stdRemove},
	}
}

func stdMakeArray(e *Evaluation, a []Value) Value {
	n := max(e.wantInt(a[0]), 0)
	fn := e.wantFunction(a[1])
	e.allocMany(n, 16)
	elems := make([]Value, n)
	for i := range elems {
		e.step()
		elems[i] = e.callLater(fn, e.number(float64(i)))
	}
	return e.array(elems)
}

func stdRange(e *Evaluation, a []Value) Value {
	from := e.wantInt(a[0])
	n := max(e.wantInt(a[1])-from+1, 0)
	e.allocMany(n, 16)
	elems := make([]Value, n)
	for i := range elems {
		e.step()
		elems[i] = e.number(float64(from + i))
	}
	return e.array(elems)
}

func stdReverse(e *Evaluation, a []Value) Value {
	elems := slices.Clone(e.wantArray(a[0]).elems)
	slices.Reverse(elems)
	return e.array(elems)
}

// stdFlattenArrays adds arrays up. std.jsonnet adds whatever there is, so a
// string among them makes the result one.
func stdFlattenArrays(e *Evaluation, a []Value) Value {
	if a[0].kind() != kindArray {
		return e.standard("flattenArrays", a)
	}
	var parts [][]Value
	for _, v := range a[0].array().elems {
		e.step()
		e.alloc(24)
		v = e.force(v)
		if v.kind() != kindArray {
			return e.standard("flattenArrays", a)
		}
		parts = append(parts, v.array().elems)
	}
	return e.chain(parts)
}

func stdFlattenDeepArray(e *Evaluation, a []Value) Value {
	return e.array(slices.Clip(e.flattenDeep(nil, a[0])))
}

func (e *Evaluation) flattenDeep(out []Value, v Value) []Value {
	value := e.force(v)
	if value.kind() != kindArray {
		e.alloc(16)
		return append(out, v)
	}
	e.nest()
	for _, elem := range value.array().elems {
		out = e.flattenDeep(out, elem)
	}
	e.unnest()
	return out
}

// stdSlice is the operator a[index:end:step]. std.jsonnet counts in floats
// and cuts off the fraction where it takes an element.
func stdSlice(e *Evaluation, a []Value) Value {
	step, ok := number(a[3], 1)
	if !ok || step <= 0 {
		return e.standard("slice", a)
	}
	v := e.force(a[0])
	length := 0.0
	switch v.kind() {
	case kindString:
		length = float64(e.length(v.str()))
	case kindArray:
		length = float64(len(v.array().elems))
	default:
		return e.standard("slice", a)
	}
	index, ok := number(e.force(a[1]), 0)
	if !ok {
		return e.standard("slice", a)
	}
	end, ok := number(e.force(a[2]), length)
	if !ok {
		return e.standard("slice", a)
	}
	if index < 0 {
		index = max(0, length+index)
	}
	if end < 0 {
		end = length + end
	}
	end = min(end, length)
	if v.kind() == kindString {
		return e.sliceString(v.str(), index, end, step)
	}
	elems := []Value{}
	for ; index < end; index += step {
		e.step()
		e.alloc(16)
		elems = append(elems, v.array().elems[int(index)])
	}
	return e.array(slices.Clip(elems))
}

func (e *Evaluation) sliceString(s *String, index, end, step float64) Value {
	if index >= end {
		return e.string("")
	}
	if step == 1 && index == float64(int(index)) {
		last := int(end)
		if end != float64(last) {
			last++ // an end between two elements is after the first
		}
		return e.slice(s, int(index), last)
	}
	runes := []rune(e.flat(s))
	var out []rune
	for ; index < end; index += step {
		e.step()
		e.alloc(4)
		out = append(out, runes[int(index)])
	}
	return e.string(string(out))
}

// number returns a number or, for null, its default.
func number(v Value, missing float64) (n float64, ok bool) {
	switch v.kind() {
	case kindNull:
		return missing, true
	case kindNumber:
		return v.num(), true
	default:
		return 0, false
	}
}

func (e *Evaluation) removeAt(elems []Value, i int) Value {
	if i < 0 || i >= len(elems) { // upstream crashes
		e.fail("Index %d out of bounds, not within [0, %v)", i, len(elems))
	}
	return e.array(slices.Concat(elems[:i], elems[i+1:]))
}

func stdRemove(e *Evaluation, a []Value) Value {
	elems := e.wantArray(a[0]).elems
	for i, v := range elems {
		e.step()
		if e.equals(e.force(v), a[1]) {
			return e.removeAt(elems, i)
		}
	}
	return a[0]
}
