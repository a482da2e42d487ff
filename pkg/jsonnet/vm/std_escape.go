package vm

import "strings"

func stdEscapeNatives() []nativeDecl {
	return []nativeDecl{
		{"escapeStringJson", "str_", stdEscapeStringJSON},
		{"escapeStringPython", "str", stdEscapeStringJSON},
		{"escapeStringBash", "str_", func(e *Evaluation, a []Value) Value {
			return e.string("'" + strings.ReplaceAll(e.toText(a[0]), "'", `'"'"'`) + "'")
		}},
		{"escapeStringDollars", "str_", func(e *Evaluation, a []Value) Value {
			return e.string(strings.ReplaceAll(e.toText(a[0]), "$", "$$"))
		}},
		{"escapeStringXML", "str_", func(e *Evaluation, a []Value) Value {
			return e.string(strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", `"`, "&quot;", "'", "&apos;").Replace(e.toText(a[0])))
		}},
	}
}

func stdEscapeStringJSON(e *Evaluation, a []Value) Value {
	return e.string(string(appendQuoted(nil, e.toText(a[0]))))
}
