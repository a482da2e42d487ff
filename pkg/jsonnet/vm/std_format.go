package vm

import "unicode/utf8"

// stdFormat is std.format and the operator % of strings.
func stdFormat(e *Evaluation, a []Value) Value {
	values, str := e.force(a[1]), e.force(a[0])
	if str.kind() != kindString {
		return e.standard("format", a)
	}
	text := e.flat(str.str())
	codes, ok := parseFormat(text)
	if !ok {
		return e.standard("format", a)
	}
	f := formatter{e: e, out: make([]byte, 0, len(text)+len(text)/2)}
	switch values.kind() {
	case kindObject:
		ok = f.object(codes, values.object())
	case kindArray:
		ok = f.array(codes, values.array().elems)
	default:
		ok = f.array(codes, []Value{values})
	}
	if !ok {
		return e.standard("format", a)
	}
	return e.string(string(f.out))
}

// formatter writes the pieces of a format; its methods report !ok where
// std.jsonnet has to say what is wrong.
type formatter struct {
	e   *Evaluation
	out []byte
	// piece holds a conversion before it is padded.
	piece []byte
}

func (f *formatter) array(codes []formatCode, values []Value) (ok bool) {
	next := 0
	take := func() (v Value, ok bool) {
		if next >= len(values) {
			return v, false
		}
		next++
		return f.e.force(values[next-1]), true
	}
	takeWidth := func(width int) (int, bool) {
		if width != star {
			return width, true
		}
		v, ok := take()
		if !ok || v.kind() != kindNumber || v.num() != float64(int(v.num())) || v.num() < 0 || v.num() > maxFormatWidth {
			return 0, false
		}
		return int(v.num()), true
	}
	for i := range codes {
		c := &codes[i]
		if c.conv == 0 {
			f.out = append(f.out, c.text...)
			continue
		}
		width, ok := takeWidth(c.width)
		if !ok {
			return false
		}
		precision, ok := takeWidth(c.precision)
		if !ok {
			return false
		}
		if c.conv == '%' {
			f.percent(c, width)
			continue
		}
		v, ok := take()
		if !ok || !f.convert(c, v, width, precision) {
			return false
		}
	}
	return next >= len(values)
}

func (f *formatter) object(codes []formatCode, o *Object) (ok bool) {
	for i := range codes {
		c := &codes[i]
		switch {
		case c.conv == 0:
			f.out = append(f.out, c.text...)
			continue
		case c.width == star || c.precision == star:
			return false
		case c.conv == '%':
			f.percent(c, c.width)
			continue
		case !c.hasKey:
			return false
		}
		name := f.e.intern(c.key)
		if !f.e.hasField(o, name, true) || !f.convert(c, f.e.get(o, name), c.width, c.precision) {
			return false
		}
	}
	return true
}

func (f *formatter) percent(c *formatCode, width int) {
	f.out = c.pad(f.out, []byte("%"), width)
}

func (f *formatter) convert(c *formatCode, v Value, width, precision int) (ok bool) {
	f.e.step()
	start := len(f.out)
	switch {
	case c.conv == 's':
		f.text(c, f.e.toText(v), width)
	case c.conv == 'c' && v.kind() == kindString && f.e.length(v.str()) == 1:
		f.text(c, f.e.flat(v.str()), width)
	case c.conv == 'c' && v.kind() == kindNumber && v.num() >= 0 && v.num() <= maxCodepoint:
		f.text(c, string(rune(v.num())), width)
	case c.conv == 'c' || v.kind() != kindNumber:
		return false
	default:
		if f.piece, ok = c.number(f.piece[:0], v.num(), width, precision); !ok {
			return false
		}
		f.out = c.pad(f.out, f.piece, width)
	}
	f.e.alloc(len(f.out) - start)
	return true
}

func (f *formatter) text(c *formatCode, s string, width int) {
	if width == 0 || len(s) >= width*utf8.UTFMax {
		f.out = append(f.out, s...)
		return
	}
	f.out = c.pad(f.out, []byte(s), width)
}
