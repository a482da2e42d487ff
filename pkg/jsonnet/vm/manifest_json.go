package vm

import "strconv"

func stdManifestNatives() []nativeDecl {
	return []nativeDecl{
		{"manifestJsonEx", "value indent newline? key_val_sep?", stdManifestJSONEx},
		{"manifestJson", "value", func(e *Evaluation, a []Value) Value { return e.manifestJSON(a[0], "    ", "\n", ": ") }},
		{"manifestJsonMinified", "value", func(e *Evaluation, a []Value) Value { return e.manifestJSON(a[0], "", "", ":") }},
		{"manifestYamlDoc", "value indent_array_in_object? quote_keys?", stdManifestYamlDoc},
		{"manifestYamlStream", "value ~indent_array_in_object? ~c_document_end? ~quote_keys?", stdManifestYamlStream},
		{"manifestTomlEx", "value indent", stdManifestTomlEx},
		{"manifestToml", "value", func(e *Evaluation, a []Value) Value { return e.manifestTOML(a[0], "  ") }},
		{"manifestPython", "v", stdManifestPython},
		{"manifestPythonVars", "conf", stdManifestPythonVars},
	}
}

func stdManifestJSONEx(e *Evaluation, a []Value) Value {
	indent := e.wantText(a[1])
	newline, separator := "\n", ": "
	if a[2].given() {
		newline = e.wantText(a[2])
	}
	if a[3].given() {
		separator = e.wantText(a[3])
	}
	return e.manifestJSON(a[0], indent, newline, separator)
}

func (e *Evaluation) manifestJSON(v Value, indent, newline, separator string) Value {
	m := jsonManifest{manifest: manifest{e: e}, indent: indent, newline: newline, separator: separator}
	m.value(v)
	return e.string(string(m.out))
}

// manifest is what the writers of the manifest functions have in common.
type manifest struct {
	e   *Evaluation
	out []byte
	// counted is how much of the output has been accounted for.
	counted int
	// depth is how many levels deep the value is; upstream allows as many as
	// calls.
	depth int
	// path leads to the value, for messages.
	path []string
}

// enter goes one level deeper; leave comes back and accounts for the output.
func (m *manifest) enter() {
	if m.depth >= m.e.options.MaxStack {
		m.e.fail("max manifest depth exceeded, possible infinite recursion")
	}
	m.depth++
	m.e.nest()
}

func (m *manifest) leave() {
	m.depth--
	m.e.unnest()
	m.account()
}

func (m *manifest) account() {
	m.e.alloc(len(m.out) - m.counted)
	m.counted = len(m.out)
}

func (m *manifest) print(s string) { m.out = append(m.out, s...) }

// descend makes the path one longer, ascend shorter.
func (m *manifest) descend(key string) { m.path = append(m.path, key) }
func (m *manifest) ascend()            { m.path = m.path[:len(m.path)-1] }

// jsonManifest is std.manifestJsonEx. Its layout is that of a result but for
// empty arrays and objects, which it breaks too.
type jsonManifest struct {
	manifest
	indent, newline, separator string
	margin                     string
}

func (m *jsonManifest) value(v Value) {
	m.enter()
	e := m.e
	switch v.kind() {
	case kindNull:
		m.print("null")
	case kindBoolean:
		m.out = strconv.AppendBool(m.out, v.bool())
	case kindNumber:
		m.out = appendShortNumber(m.out, v.num())
	case kindString:
		m.out = appendJSONString(m.out, e.flat(v.str()))
	case kindArray:
		m.items('[', ']', len(v.array().elems), func(i int) {
			elem := e.force(v.array().elems[i])
			m.descend(strconv.Itoa(i))
			m.value(elem)
		})
	case kindObject:
		names := e.fieldNames(v.object(), false)
		m.items('{', '}', len(names), func(i int) {
			field := e.get(v.object(), names[i])
			m.descend(names[i].text)
			m.out = appendJSONString(m.out, names[i].text)
			m.print(m.separator)
			m.value(field)
		})
	default:
		e.fail("tried to manifest function at %s", m.path)
	}
	m.leave()
}

func (m *jsonManifest) items(left, right byte, n int, item func(i int)) {
	margin := m.margin
	m.margin += m.indent
	m.out = append(m.out, left)
	m.print(m.newline)
	for i := range n {
		if i > 0 {
			m.print(",")
			m.print(m.newline)
		}
		m.print(m.margin)
		item(i)
		m.ascend()
	}
	m.margin = margin
	m.print(m.newline)
	m.print(m.margin)
	m.out = append(m.out, right)
}
