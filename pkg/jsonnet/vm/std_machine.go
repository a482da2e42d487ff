package vm

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
			if trace := e.options.Trace; trace != nil {
				stack := e.trace()
				trace(stack[len(stack)-1].Loc, text)
			}
			return a[1]
		}},
	}
}
