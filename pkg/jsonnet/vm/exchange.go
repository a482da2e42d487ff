package vm

import (
	"fmt"
	"slices"
)

// toGo returns a value as encoding/json has it, evaluating all of it.
func (e *Evaluation) toGo(v Value) any {
	cur := e.cur
	n := e.push(cur)
	defer func() {
		e.pop(n)
		e.cur = cur
	}()
	switch v.kind() {
	case kindBoolean:
		return v.bool()
	case kindNumber:
		return v.n
	case kindString:
		return e.flat(v.str())
	case kindFunction:
		e.fail("couldn't manifest function as JSON")
	case kindArray:
		out := make([]any, 0, len(v.array().elems))
		for _, el := range v.array().elems {
			out = append(out, e.toGo(e.force(el)))
		}
		return out
	case kindObject:
		o := v.object()
		e.assert(o)
		out := map[string]any{}
		for _, name := range e.fieldNames(o, false) {
			out[name.text] = e.toGo(e.get(o, name))
		}
		return out
	default:
		return nil
	}
	return nil
}

// fromGo makes a value of one as encoding/json has it.
func (e *Evaluation) fromGo(x any) Value {
	switch x := x.(type) {
	case nil:
		return null
	case bool:
		return e.boolean(x)
	case float64:
		return e.checkedNumber(x)
	case int:
		return e.number(float64(x))
	case int8:
		return e.number(float64(x))
	case int16:
		return e.number(float64(x))
	case int32:
		return e.number(float64(x))
	case int64:
		return e.number(float64(x))
	case string:
		return e.string(validText(x))
	case []any:
		elems := make([]Value, len(x))
		for i, el := range x {
			elems[i] = e.fromGo(el)
		}
		return e.array(elems)
	case map[string]any:
		names := make([]string, 0, len(x))
		for name := range x {
			names = append(names, name)
		}
		slices.Sort(names)
		fields, values := make([]*Name, len(x)), make([]Value, len(x))
		for i, name := range names {
			fields[i], values[i] = e.intern(validText(name)), e.fromGo(x[name])
		}
		return e.object(fields, values)
	}
	e.fail("Not a json type: %s", fmt.Sprintf("%#+v", x))
	return null
}

// nativeFunction returns a function of the embedding program, null if there
// is none of the name.
func (e *Evaluation) nativeFunction(name string) Value {
	if v, ok := e.natives[name]; ok {
		return v
	}
	v := null
	for _, n := range e.options.Natives {
		if n.Name == name {
			v = e.newNative(n)
		}
	}
	e.natives[name] = v
	return v
}

func (e *Evaluation) newNative(n NativeFunction) Value {
	nt := &Native{name: n.Name}
	for _, p := range n.Params {
		nt.params = append(nt.params, param{name: e.intern(p)})
		// Upstream evaluates and converts one argument after the other.
		nt.lazy = append(nt.lazy, true)
	}
	nt.run = func(e *Evaluation, args []Value) Value {
		in := make([]any, len(args))
		for i, a := range args {
			in[i] = e.toGo(e.force(a))
		}
		out, err := callGo(n, in)
		if err != nil {
			e.fail("%s", err.Error())
		}
		return e.fromGo(out)
	}
	return (&Function{header: header{kind: kindFunction}, native: nt}).value()
}

func callGo(n NativeFunction, args []any) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("native function %#v panicked: %v", n.Name, r)
		}
	}()
	return n.Func(args)
}
