package vm

// pythonManifest is std.manifestPython. Upstream's is written in Jsonnet; taken
// counts how much of the stack its calls would take.
type pythonManifest struct {
	manifest
	taken int
}

// What upstream's std.manifestPython takes of the stack: for a value that is
// written as it is, for one that is formatted, for the pairs of an object that
// has any, for variables and for none, and how much deeper it is within an element and a field.
const (
	pythonPlain     = 5
	pythonFormatted = 31
	pythonPairs     = 50
	pythonVars      = 32
	pythonNoVars    = 8
	pythonElement   = 20
	pythonField     = 38
)

// room fails where upstream has none for n more calls.
func (m *pythonManifest) room(n int) {
	if len(m.e.stack)+m.taken+n > m.e.options.MaxStack {
		m.e.failStack()
	}
}

// within writes a value that is as much deeper.
func (m *pythonManifest) within(deeper int, v Value) {
	m.taken += deeper
	m.value(v)
	m.taken -= deeper
}

func stdManifestPython(e *Evaluation, a []Value) Value {
	m := pythonManifest{manifest: manifest{e: e}}
	m.value(a[0])
	return e.string(string(m.out))
}

func stdManifestPythonVars(e *Evaluation, a []Value) Value {
	o := e.wantObject(a[0])
	m := pythonManifest{manifest: manifest{e: e}}
	m.room(pythonNoVars)
	for _, name := range e.fieldNames(o, false) {
		m.room(pythonVars)
		v := e.get(o, name)
		m.print(name.text)
		m.print(" = ")
		m.within(pythonElement, v)
		m.print("\n")
	}
	return e.string(string(m.out))
}

func (m *pythonManifest) value(v Value) {
	e := m.e
	e.nest()
	m.room(pythonPlain)
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
		m.room(pythonFormatted)
		m.out = appendQuoted(m.out, e.flat(v.str()))
	case kindArray:
		m.room(pythonFormatted)
		m.print("[")
		for i, elem := range v.array().elems {
			if i > 0 {
				m.print(", ")
			}
			m.within(pythonElement, e.force(elem))
		}
		m.print("]")
	case kindObject:
		m.room(pythonFormatted)
		m.print("{")
		for i, name := range e.fieldNames(v.object(), false) {
			m.room(pythonPairs)
			if i > 0 {
				m.print(", ")
			}
			m.out = appendQuoted(m.out, name.text)
			m.print(": ")
			m.within(pythonField, e.get(v.object(), name))
		}
		m.print("}")
	default:
		e.fail("cannot manifest function")
	}
	e.unnest()
	m.account()
}
