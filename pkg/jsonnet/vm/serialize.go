package vm

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/google/go-jsonnet/ast"
)

// toText returns a value as std.toString does.
func (e *Evaluation) toText(v Value) string {
	if v.kind() == kindString {
		return e.flat(v.str())
	}
	w := writer{e: e}
	w.value(v, 0)
	return string(w.text())
}

func (e *Evaluation) toString(v Value) *String {
	if v.kind() == kindString {
		return v.str()
	}
	return e.string(e.toText(v)).str()
}

// writer writes values as upstream does: on one line, or with three spaces.
// Evaluating goes on while it writes, as upstream's stack shows it.
type writer struct {
	e         *Evaluation
	buf       []byte
	multiline bool
	origins   *Origins
	keeper    *keeper
	// full is what has been written before buf, size how much that is. A
	// large result is put together once and not copied whenever it grows.
	full [][]byte
	size int
	// named is where the function is written as a field or element that is
	// about to fail.
	named *ast.LocationRange
}

// placeBytes is about what the origin of a value takes.
const placeBytes = 32

// smallBytes is room for a number, a word, or brackets and separators.
const smallBytes = 32

// value writes v, which is n levels deep. The expression that asks for it is
// the current one.
func (w *writer) value(v Value, depth int) {
	e := w.e
	cur := e.cur
	n := e.push(cur)
	e.alloc(placeBytes)
	w.room(smallBytes)
	switch v.kind() {
	case kindNull:
		w.buf = append(w.buf, "null"...)
	case kindBoolean:
		w.buf = strconv.AppendBool(w.buf, v.bool())
	case kindNumber:
		w.buf = appendNumber(w.buf, v.n)
	case kindString:
		w.quoted(e.flat(v.str()))
	case kindArray:
		w.array(v.array(), depth)
	case kindObject:
		w.object(v.object(), depth)
	default:
		e.cur = &silentSite
		panic(&Error{Msg: "couldn't manifest function as JSON", Trace: e.trace(), Value: placeOfValue(v, w.named).origin()})
	}
	e.pop(n)
	e.cur = cur
}

// bufferBytes is from which size on buffers are not copied into larger ones.
const bufferBytes = 256 << 10

// room makes room for n more bytes and accounts for it. What is large is
// continued elsewhere.
func (w *writer) room(n int) {
	if cap(w.buf)-len(w.buf) >= n {
		return
	}
	size := max(n, min(2*cap(w.buf), bufferBytes))
	w.e.alloc(size)
	if cap(w.buf) < bufferBytes {
		w.buf = slices.Grow(w.buf, size)
		return
	}
	w.full = append(w.full, w.buf)
	w.size += len(w.buf)
	w.buf = make([]byte, 0, size)
}

// raw writes text as it is.
func (w *writer) raw(text []byte) {
	w.room(len(text))
	w.buf = append(w.buf, text...)
}

// extent is how much has been written.
func (w *writer) extent() extent {
	x := extent{text: w.size + len(w.buf)}
	if w.origins != nil {
		x.places, x.keys = len(w.origins.places), len(w.origins.keys)
	}
	return x
}

// text returns all that has been written, with room for one more byte. The
// writer must not be used any more.
func (w *writer) text() []byte {
	if w.full == nil {
		return w.buf
	}
	// The parts are still there while the text is put together.
	w.e.alloc(w.size + len(w.buf))
	text := make([]byte, 0, w.size+len(w.buf)+1)
	for _, part := range w.full {
		text = append(text, part...)
	}
	return append(text, w.buf...)
}

func (w *writer) array(a *Array, depth int) {
	if len(a.elems) == 0 {
		w.buf = append(w.buf, "[ ]"...)
		return
	}
	e := w.e
	w.keeper.enter()
	w.buf = append(w.buf, '[')
	at := len(e.path)
	e.path = append(e.path, step{})
	for i, el := range a.elems {
		w.separate(i, depth+1)
		if w.keeper.take(w, i) {
			continue
		}
		e.path[at] = step{index: i}
		e.cur = &pathSite
		w.keeper.open(w, i)
		v := e.force(el)
		if w.origins != nil {
			w.origins.element(el, v)
		}
		if v.kind() == kindFunction {
			w.named = elementPlace(el)
		}
		entry := w.origins.enter()
		w.value(v, depth+1)
		w.origins.leave(entry)
		w.keeper.end(w)
	}
	e.path = e.path[:at]
	w.end(']', depth)
}

var assertionSite = messageSite("Checking object assertions")

func (w *writer) object(o *Object, depth int) {
	e := w.e
	names := e.fieldNames(o, false)
	if !o.asserted {
		e.cur = assertionSite
	}
	e.assert(o)
	if len(names) == 0 {
		w.buf = append(w.buf, "{ }"...)
		return
	}
	if w.origins != nil {
		w.origins.names(names)
	}
	w.keeper.enter()
	w.buf = append(w.buf, '{')
	at := len(e.path)
	e.path = append(e.path, step{})
	for i, name := range names {
		w.separate(i, depth+1)
		e.path[at] = step{name: name}
		e.cur = &pathSite
		w.quoted(name.text)
		w.buf = append(w.buf, ':', ' ')
		if w.keeper.take(w, i) {
			continue
		}
		w.keeper.open(w, i)
		p := e.find(o, name, 0)
		v := e.field(o, p)
		if w.origins != nil {
			w.origins.field(o, p, v)
		}
		if v.kind() == kindFunction {
			w.named = fieldPlace(o, p)
		}
		entry := w.origins.enter()
		w.value(v, depth+1)
		w.origins.leave(entry)
		w.keeper.end(w)
	}
	e.path = e.path[:at]
	w.end('}', depth)
}

func (w *writer) quoted(s string) {
	w.room(len(s) + smallBytes)
	w.buf = appendQuoted(w.buf, s)
}

func (w *writer) separate(i, depth int) {
	switch {
	case i == 0:
	case w.multiline:
		w.buf = append(w.buf, ',')
	default:
		w.buf = append(w.buf, ',', ' ')
	}
	if w.multiline {
		w.newline(depth)
	}
}

func (w *writer) end(bracket byte, depth int) {
	if w.multiline {
		w.newline(depth)
	}
	w.buf = append(w.buf, bracket)
}

const spaces = "                                                                "

func (w *writer) newline(depth int) {
	w.room(3*depth + smallBytes)
	w.buf = append(w.buf, '\n')
	for n := 3 * depth; n > 0; n -= len(spaces) {
		w.buf = append(w.buf, spaces[:min(n, len(spaces))]...)
	}
}

// appendNumber writes a number as Jsonnet does.
func appendNumber(b []byte, f float64) []byte {
	if f != math.Floor(f) {
		return strconv.AppendFloat(b, f, 'g', 17, 64)
	}
	if math.Abs(f) < 1<<53 && f != 0 {
		return strconv.AppendInt(b, int64(f), 10)
	}
	return strconv.AppendFloat(b, f, 'f', 0, 64)
}

const hexDigits = "0123456789abcdef"

// appendQuoted writes a string with Jsonnet's escapes.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < 0x7f {
			continue
		}
		if c >= utf8.RuneSelf {
			// Only the controls U+0080 to U+009F are escaped.
			if c == 0xc2 && i+1 < len(s) && s[i+1] < 0xa0 {
				b = append(b, s[start:i]...)
				i++
				b = append(b, '\\', 'u', '0', '0', hexDigits[s[i]>>4], hexDigits[s[i]&15])
				start = i + 1
			}
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
