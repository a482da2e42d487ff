package vm

import "slices"

func stdFunctionalNatives() []nativeDecl {
	return []nativeDecl{
		{"map", "func ~arr", stdMap},
		{"mapWithIndex", "func ~arr", stdMapWithIndex},
		{"mapWithKey", "func ~obj", stdMapWithKey},
		{"filter", "func arr", func(e *Evaluation, a []Value) Value {
			elems := e.wantArray(a[1]).elems
			return e.array(e.filter(e.wantFunction(a[0]), elems))
		}},
		{"filterMap", "filter_func ~map_func ~arr", stdFilterMap},
		{"flatMap", "func arr", stdFlatMap},
		{"foldl", "func arr init", func(e *Evaluation, a []Value) Value {
			fn, elems := e.foldArguments("foldl", a)
			acc := a[2]
			for _, v := range elems {
				e.step()
				acc = e.call(fn, acc, v)
			}
			return acc
		}},
		{"foldr", "func arr init", func(e *Evaluation, a []Value) Value {
			fn, elems := e.foldArguments("foldr", a)
			acc := a[2]
			for _, v := range slices.Backward(elems) {
				e.step()
				acc = e.call(fn, v, acc)
			}
			return acc
		}},
	}
}

func (e *Evaluation) foldArguments(name string, a []Value) (fn *Function, elems []Value) {
	fn = e.wantFunction(a[0])
	elems, ok := e.elements(a[1])
	if !ok {
		e.fail("%s second parameter should be string or array, got %s", name, a[1].kind())
	}
	return fn, elems
}

func stdMap(e *Evaluation, a []Value) Value {
	if a[0].kind() == kindFunction {
		if elems, ok := e.elements(e.force(a[1])); ok {
			return e.array(e.mapElements(a[0].fn(), elems))
		}
	}
	return e.standard("map", a)
}

// mapElements makes thunks of a function of each element.
func (e *Evaluation) mapElements(fn *Function, elems []Value) []Value {
	out := make([]Value, len(elems))
	for i, v := range elems {
		e.step()
		out[i] = e.callLater(fn, v)
	}
	return out
}

func stdMapWithIndex(e *Evaluation, a []Value) Value {
	if a[0].kind() == kindFunction {
		if elems, ok := e.elements(e.force(a[1])); ok {
			out := make([]Value, len(elems))
			for i, v := range elems {
				e.step()
				out[i] = e.callLater(a[0].fn(), e.number(float64(i)), v)
			}
			return e.array(out)
		}
	}
	return e.standard("mapWithIndex", a)
}

func stdMapWithKey(e *Evaluation, a []Value) Value {
	if a[0].kind() == kindFunction {
		if obj := e.force(a[1]); obj.kind() == kindObject {
			names := slices.Clone(e.fieldNames(obj.object(), false))
			values := make([]Value, len(names))
			for i, name := range names {
				e.step()
				values[i] = e.callLater(a[0].fn(), name.value(), e.getLater(obj.object(), name))
			}
			return e.object(names, values)
		}
	}
	return e.standard("mapWithKey", a)
}

func (e *Evaluation) filter(fn *Function, elems []Value) []Value {
	out := make([]Value, 0, len(elems))
	for _, v := range elems {
		e.step()
		if e.wantBoolean(e.call(fn, v)) {
			out = append(out, v)
		}
	}
	return slices.Clip(out)
}

func stdFilterMap(e *Evaluation, a []Value) Value {
	if a[0].kind() == kindFunction {
		if fn := e.force(a[1]); fn.kind() == kindFunction {
			if arr := e.force(a[2]); arr.kind() == kindArray {
				return e.array(e.mapElements(fn.fn(), e.filter(a[0].fn(), arr.array().elems)))
			}
		}
	}
	return e.standard("filterMap", a)
}

func stdFlatMap(e *Evaluation, a []Value) Value {
	fn := e.wantFunction(a[0])
	switch arr := a[1]; arr.kind() {
	case kindArray:
		var out []Value
		for _, v := range arr.array().elems {
			e.step()
			part := e.wantArray(e.call(fn, v)).elems
			e.alloc(16 * len(part))
			out = append(out, part...)
		}
		return e.array(slices.Clip(out))
	case kindString:
		var b []byte
		for _, c := range e.chars(e.flat(arr.str())) {
			e.step()
			part := e.wantText(e.call(fn, c))
			e.alloc(len(part))
			b = append(b, part...)
		}
		return e.string(string(b))
	default:
		e.fail("std.flatMap second param must be array / string, got %s", arr.kind())
		return null
	}
}
