package vm

import (
	"slices"
	"strconv"
	"strings"
)

// tomlManifest is std.manifestTomlEx. A table's own values come first, then
// its subtables; a subtable is an object, or an array of nothing but objects.
type tomlManifest struct {
	manifest
	indent string
}

func stdManifestTomlEx(e *Evaluation, a []Value) Value {
	return e.manifestTOML(a[0], e.wantText(a[1]))
}

func (e *Evaluation) manifestTOML(v Value, indent string) Value {
	if v.kind() != kindObject {
		e.fail("TOML body must be an object. Got %s", v.kind())
	}
	m := tomlManifest{manifest: manifest{e: e}, indent: indent}
	m.table(v.object(), nil, "")
	return e.string(string(m.out))
}

// table writes the fields of a table. keys are the keys of its heading.
func (m *tomlManifest) table(o *Object, keys []string, margin string) {
	m.enter()
	e := m.e
	// Upstream evaluates and writes in one pass, so that what is wrong with
	// the first field is what is said.
	var sections []byte
	first := true
	for _, name := range e.fieldNames(o, false) {
		v := e.get(o, name)
		section := m.isSection(v)
		m.descend(name.text)
		if section {
			values := m.out
			m.out = sections
			m.print("\n\n")
			m.counted = len(m.out)
			m.section(v, append(slices.Clip(keys), name.text), margin)
			sections, m.out = m.out, values
			m.counted = len(m.out)
			m.ascend()
			continue
		}
		if !first {
			m.print("\n")
		}
		first = false
		at := len(m.out)
		m.out = appendTOMLKey(m.out, name.text)
		m.print(" = ")
		m.value(v, false)
		line := string(m.out[at:])
		m.out = append(m.out[:at], margin...)
		m.print(strings.ReplaceAll(line, "\n", "\n"+margin))
		m.ascend()
	}
	m.out = append(m.out, sections...)
	m.leave()
}

// isSection says whether a value gets a heading of its own.
func (m *tomlManifest) isSection(v Value) bool {
	switch v.kind() {
	case kindObject:
		return true
	case kindArray:
		for _, elem := range v.array().elems {
			if m.e.force(elem).kind() != kindObject {
				return false
			}
		}
		return len(v.array().elems) > 0
	default:
		return false
	}
}

func (m *tomlManifest) section(v Value, keys []string, margin string) {
	m.enter()
	if v.kind() == kindObject {
		m.heading("[", keys, "]", v.object(), margin)
		m.table(v.object(), keys, margin+m.indent)
		m.leave()
		return
	}
	for i, elem := range v.array().elems {
		if i > 0 {
			m.print("\n\n")
		}
		o := m.e.force(elem).object()
		m.descend(strconv.Itoa(i))
		m.heading("[[", keys, "]]", o, margin)
		m.table(o, keys, margin+m.indent)
		m.ascend()
	}
	m.leave()
}

func (m *tomlManifest) heading(left string, keys []string, right string, o *Object, margin string) {
	m.print(margin)
	m.print(left)
	for i, k := range keys {
		if i > 0 {
			m.print(".")
		}
		m.out = appendTOMLKey(m.out, k)
	}
	m.print(right)
	if len(m.e.fieldNames(o, false)) > 0 {
		m.print("\n")
	}
}

// value writes what is no section: on one line when inline, else an array has
// a line for each element.
func (m *tomlManifest) value(v Value, inline bool) {
	m.enter()
	e := m.e
	switch v.kind() {
	case kindNull:
		e.fail("Tried to manifest \"null\" at %v", m.path)
	case kindBoolean:
		m.out = strconv.AppendBool(m.out, v.bool())
	case kindNumber:
		m.out = appendNumber(m.out, v.num())
	case kindString:
		m.out = appendQuoted(m.out, e.flat(v.str()))
	case kindArray:
		m.array(v.array().elems, inline)
	case kindObject:
		m.print("{ ")
		for i, name := range e.fieldNames(v.object(), false) {
			field := e.get(v.object(), name)
			if i > 0 {
				m.print(", ")
			}
			m.descend(name.text)
			m.out = appendTOMLKey(m.out, name.text)
			m.print(" = ")
			m.value(field, true)
			m.ascend()
		}
		m.print(" }")
	default:
		e.fail("Tried to manifest function at %v", m.path)
	}
	m.leave()
}

func (m *tomlManifest) array(elems []Value, inline bool) {
	if len(elems) == 0 {
		m.print("[]")
		return
	}
	separator, indent := "\n", m.indent
	if inline {
		separator, indent = " ", ""
	}
	m.print("[")
	m.print(separator)
	for i, elem := range elems {
		v := m.e.force(elem)
		if i > 0 {
			m.print(",")
			m.print(separator)
		}
		m.print(indent)
		m.descend(strconv.Itoa(i))
		m.value(v, true)
		m.ascend()
	}
	m.print(separator)
	m.print("]")
}
