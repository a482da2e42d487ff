package vm

// pythonManifest is std.manifestPython.
type pythonManifest struct{ manifest }

func stdManifestPython(e *Evaluation, a []Value) Value {
	m := pythonManifest{manifest{e: e}}
	m.value(a[0])
	return e.string(string(m.out))
}

func stdManifestPythonVars(e *Evaluation, a []Value) Value {
	o := e.wantObject(a[0])
	m := pythonManifest{manifest{e: e}}
	for _, name := range e.fieldNames(o, false) {
		v := e.get(o, name)
		m.print(name.text)
		m.print(" = ")
		m.value(v)
		m.print("\n")
	}
	return e.string(string(m.out))
}

func (m *pythonManifest) value(v Value) {
	m.enter()
	e := m.e
	switch v.kind() {
	case kindNull:
		m.print("None")
	case kindBoolean:
		if v.bool() {
			m.print("True")
		} else {
			m.print("False")
		}
	case kindNumber:
		m.out = appendNumber(m.out, v.num())
	case kindString:
		m.out = appendQuoted(m.out, e.flat(v.str()))
	case kindArray:
		m.print("[")
		for i, elem := range v.array().elems {
			if i > 0 {
				m.print(", ")
			}
			m.value(e.force(elem))
		}
		m.print("]")
	case kindObject:
		m.print("{")
		for i, name := range e.fieldNames(v.object(), false) {
			if i > 0 {
				m.print(", ")
			}
			m.out = appendQuoted(m.out, name.text)
			m.print(": ")
			m.value(e.get(v.object(), name))
		}
		m.print("}")
	default:
		e.fail("cannot manifest function")
	}
	m.leave()
}
