package vm

import "fmt"

// stdMachineNatives are the functions that reach out of the program.
func stdMachineNatives() []nativeDecl {
	return []nativeDecl{
		{"extVar", "x", func(e *Evaluation, a []Value) Value {
			name := e.wantText(a[0])
			v := e.extVar(name)
			if !v.given() {
				e.fail("Undefined external variable: %s", name)
			}
			return v
		}},
		{"native", "x", func(e *Evaluation, a []Value) Value { return e.nativeFunction(e.wantText(a[0])) }},
		{"trace", "str rest", func(e *Evaluation, a []Value) Value {
			text := e.wantText(a[0])
			if w := e.options.Trace; w != nil {
				place := e.trace()
				loc := place[len(place)-1].Loc
				name := loc.FileName
				if loc.File != nil {
					name = string(loc.File.DiagnosticFileName)
				}
				fmt.Fprintf(w, "TRACE: %s:%d %s\n", name, loc.Begin.Line, text)
			}
			return a[1]
		}},
	}
}
