package vm

import "math"

// stdMathNatives are the functions of real numbers and the predicates.
func stdMathNatives() []nativeDecl {
	var all []nativeDecl
	for name, f := range map[string]func(float64) float64{
		"ceil": math.Ceil, "floor": math.Floor, "sqrt": math.Sqrt, "round": math.Round,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
		"log": math.Log, "exp": exp,
		"mantissa": func(f float64) float64 { m, _ := math.Frexp(f); return m },
		"exponent": func(f float64) float64 { _, x := math.Frexp(f); return float64(x) },
	} {
		all = append(all, nativeDecl{name, "x", func(e *Evaluation, a []Value) Value { return e.checkedNumber(f(e.wantNumber(a[0]))) }})
	}
	for name, f := range map[string]func(float64) bool{
		"isEven":    func(f float64) bool { return math.Mod(math.Trunc(f), 2) == 0 },
		"isOdd":     func(f float64) bool { return math.Mod(math.Trunc(f), 2) != 0 },
		"isInteger": func(f float64) bool { return math.Trunc(f) == f },
		"isDecimal": func(f float64) bool { return math.Trunc(f) != f },
	} {
		all = append(all, nativeDecl{name, "x", func(e *Evaluation, a []Value) Value { return e.boolean(f(e.wantNumber(a[0]))) }})
	}
	for name, f := range map[string]struct {
		params string
		of     func(x, y float64) float64
	}{
		"pow":   {"x n", math.Pow},
		"hypot": {"x y", math.Hypot},
		"atan2": {"y x", math.Atan2},
	} {
		all = append(all, nativeDecl{name, f.params, func(e *Evaluation, a []Value) Value {
			x := e.wantNumber(a[0])
			return e.checkedNumber(f.of(x, e.wantNumber(a[1])))
		}})
	}
	return all
}

func exp(f float64) float64 {
	r := math.Exp(f)
	if r == 0 && f > 0 {
		return math.Inf(1)
	}
	return r
}

func stdNumberNatives() []nativeDecl {
	return []nativeDecl{
		{"modulo", "x y", stdModulo},
		{"xor", "x y", func(e *Evaluation, a []Value) Value {
			x := e.wantBoolean(a[0])
			return e.boolean(x != e.wantBoolean(a[1]))
		}},
		{"xnor", "x y", func(e *Evaluation, a []Value) Value {
			x := e.wantBoolean(a[0])
			return e.boolean(x == e.wantBoolean(a[1]))
		}},
		{"sum", "arr", func(e *Evaluation, a []Value) Value { return e.number(e.total(e.wantArray(a[0]).elems)) }},
		{"avg", "arr", func(e *Evaluation, a []Value) Value {
			elems := e.wantArray(a[0]).elems
			if len(elems) == 0 {
				e.fail("Cannot calculate average of an empty array.")
			}
			return e.number(e.total(elems) / float64(len(elems)))
		}},
		{"mod", "~a ~b", stdMod},
		{"abs", "n", stdAbs},
		{"sign", "n", stdSign},
		{"max", "~a ~b", stdChoice("max", func(a, b float64) bool { return a > b })},
		{"min", "~a ~b", stdChoice("min", func(a, b float64) bool { return a < b })},
		{"clamp", "~x ~minVal ~maxVal", stdClamp},
	}
}

func (e *Evaluation) total(elems []Value) float64 {
	sum := 0.0
	for _, v := range elems {
		e.step()
		sum += e.wantNumber(e.force(v))
	}
	return sum
}

func stdModulo(e *Evaluation, a []Value) Value {
	x := e.wantNumber(a[0])
	y := e.wantNumber(a[1])
	if y == 0 {
		e.fail("Division by zero.")
	}
	return e.checkedNumber(math.Mod(x, y))
}

// stdMod is the operator %.
func stdMod(e *Evaluation, a []Value) Value {
	switch x := e.force(a[0]); x.kind() {
	case kindNumber:
		if y := e.force(a[1]); y.kind() == kindNumber {
			return stdModulo(e, []Value{x, y})
		}
	case kindString:
		return stdFormat(e, a)
	default:
	}
	return e.standard("mod", a)
}

// stdAbs makes -0 of 0, as std.jsonnet's definition does.
func stdAbs(e *Evaluation, a []Value) Value {
	switch {
	case a[0].kind() != kindNumber:
		return e.standard("abs", a)
	case a[0].num() > 0:
		return a[0]
	default:
		return e.number(-a[0].num())
	}
}

func stdSign(e *Evaluation, a []Value) Value {
	switch {
	case a[0].kind() != kindNumber:
		return e.standard("sign", a)
	case a[0].num() > 0:
		return e.number(1)
	case a[0].num() < 0:
		return e.number(-1)
	default:
		return e.number(0)
	}
}

func stdChoice(name string, first func(a, b float64) bool) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		if x := e.force(a[0]); x.kind() == kindNumber {
			if y := e.force(a[1]); y.kind() == kindNumber {
				if first(x.num(), y.num()) {
					return x
				}
				return y
			}
		}
		return e.standard(name, a)
	}
}

func stdClamp(e *Evaluation, a []Value) Value {
	x := e.force(a[0])
	if x.kind() == kindNumber {
		if least := e.force(a[1]); least.kind() == kindNumber {
			if x.num() < least.num() {
				return least
			}
			if most := e.force(a[2]); most.kind() == kindNumber {
				if x.num() > most.num() {
					return most
				}
				return x
			}
		}
	}
	return e.standard("clamp", a)
}
