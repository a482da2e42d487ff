package vm

import (
	"strconv"
	"strings"
)

// yamlManifest is std.manifestYamlDoc.
type yamlManifest struct {
	manifest
	indentArrays, quoteKeys bool
	margin                  string
}

const yamlIndent = "  "

func stdManifestYamlDoc(e *Evaluation, a []Value) Value {
	m := yamlManifest{manifest: manifest{e: e}, quoteKeys: true}
	if a[1].given() {
		m.indentArrays = e.wantBoolean(a[1])
	}
	if a[2].given() {
		m.quoteKeys = e.wantBoolean(a[2])
	}
	m.value(a[0])
	return e.string(string(m.out))
}

// stdManifestYamlStream writes documents between markers. What the options
// are matters only when they are used.
func stdManifestYamlStream(e *Evaluation, a []Value) Value {
	if a[0].kind() != kindArray {
		return e.standard("manifestYamlStream", a)
	}
	m := yamlManifest{manifest: manifest{e: e}, quoteKeys: true}
	m.print("---\n")
	for i, elem := range a[0].array().elems {
		if i > 0 {
			m.print("\n---\n")
		}
		v := e.force(elem)
		if i == 0 {
			for _, option := range []Value{a[1], a[3]} {
				if option.given() {
					e.force(option)
				}
			}
			m.indentArrays, m.quoteKeys = e.option(a[1], false), e.option(a[3], true)
		}
		m.value(v)
	}
	if e.option(a[2], true) {
		m.print("\n...\n")
	} else {
		m.print("\n")
	}
	return e.string(string(m.out))
}

// option is a boolean argument that may not be given.
func (e *Evaluation) option(v Value, missing bool) bool {
	if !v.given() {
		return missing
	}
	return e.wantBoolean(e.force(v))
}

func (m *yamlManifest) value(v Value) {
	m.enter()
	switch v.kind() {
	case kindNull:
		m.print("null")
	case kindBoolean:
		m.out = strconv.AppendBool(m.out, v.bool())
	case kindNumber:
		m.out = appendShortNumber(m.out, v.num())
	case kindString:
		m.text(m.e.flat(v.str()))
	case kindArray:
		m.array(v.array().elems)
	case kindObject:
		m.object(v.object())
	default: // upstream writes nothing for a function
	}
	m.leave()
}

func (m *yamlManifest) text(s string) {
	lines, block := strings.CutSuffix(s, "\n")
	if !block {
		m.out = appendQuoted(m.out, s)
		return
	}
	m.print("|")
	for line := range strings.SplitSeq(lines, "\n") {
		m.newline(yamlIndent)
		m.print(line)
	}
}

func (m *yamlManifest) newline(indent string) {
	m.print("\n")
	m.print(m.margin)
	m.print(indent)
}

func (m *yamlManifest) array(elems []Value) {
	if len(elems) == 0 {
		m.print("[]")
		return
	}
	margin := m.margin
	for i, elem := range elems {
		if i > 0 {
			m.newline("")
		}
		v := m.e.force(elem)
		m.print("-")
		if v.kind() == kindArray && len(v.array().elems) > 0 {
			m.newline(yamlIndent)
		} else {
			m.print(" ")
		}
		if v.kind() == kindArray || v.kind() == kindObject {
			m.margin += yamlIndent
		}
		m.value(v)
		m.margin = margin
	}
}

func (m *yamlManifest) object(o *Object) {
	names := m.e.fieldNames(o, false)
	if len(names) == 0 {
		m.print("{}")
		return
	}
	margin := m.margin
	for i, name := range names {
		v := m.e.get(o, name)
		if i > 0 {
			m.newline("")
		}
		if m.quoteKeys || !yamlBareSafe(name.text) {
			m.out = appendQuoted(m.out, name.text)
		} else {
			m.print(name.text)
		}
		m.print(":")
		switch {
		case v.kind() == kindArray && len(v.array().elems) > 0:
			if m.indentArrays {
				m.margin += yamlIndent
			}
			m.newline("")
		case v.kind() == kindObject && len(m.e.fieldNames(v.object(), false)) > 0:
			m.margin += yamlIndent
			m.newline("")
		default:
			m.print(" ")
		}
		m.value(v)
		m.margin = margin
	}
}
