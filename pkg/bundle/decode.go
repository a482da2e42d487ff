package bundle

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonReader reads valid JSON into values whose texts are parts of the
// document, several times as fast as encoding/json takes tokens from it. It
// gives up where something is wrong or rare; DecodeJSON then lets encoding/json
// have a look, which knows how to say what is wrong.
type jsonReader struct {
	text string
	pos  int
}

// document reads the one document that the text is.
func (r *jsonReader) document() (Value, bool) {
	v, ok := r.value(0)
	return v, ok && r.space() == 0 && r.pos == len(r.text)
}

// space skips white space and returns the byte after it, 0 at the end.
func (r *jsonReader) space() byte {
	for ; r.pos < len(r.text); r.pos++ {
		switch c := r.text[r.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (r *jsonReader) value(depth int) (Value, bool) {
	if depth > maxDepth {
		return Value{}, false
	}
	switch c := r.space(); {
	case c == '"':
		s, ok := r.string()
		return Value{Kind: String, Text: s}, ok
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case r.word("true"):
		return Value{Kind: Bool, Text: "true"}, true
	case r.word("false"):
		return Value{Kind: Bool, Text: "false"}, true
	}
	return Value{}, r.word("null")
}

func (r *jsonReader) word(w string) bool {
	if !strings.HasPrefix(r.text[r.pos:], w) {
		return false
	}
	r.pos += len(w)
	return true
}

func (r *jsonReader) array(depth int) (Value, bool) {
	v := Value{Kind: Array}
	r.pos++
	if r.space() == ']' {
		r.pos++
		return v, true
	}
	for {
		e, ok := r.value(depth + 1)
		if !ok {
			return Value{}, false
		}
		v.Elem = append(v.Elem, e)
		switch r.space() {
		case ',':
			r.pos++
		case ']':
			r.pos++
			return v, true
		default:
			return Value{}, false
		}
	}
}

func (r *jsonReader) object(depth int) (Value, bool) {
	v := Value{Kind: Map}
	r.pos++
	if r.space() == '}' {
		r.pos++
		return v, true
	}
	sorted := true
	for {
		if r.space() != '"' {
			return Value{}, false
		}
		key, ok := r.string()
		if !ok || r.space() != ':' {
			return Value{}, false
		}
		r.pos++
		e, ok := r.value(depth + 1)
		if !ok {
			return Value{}, false
		}
		sorted = sorted && (len(v.Keys) == 0 || v.Keys[len(v.Keys)-1] < key)
		v.Keys, v.Elem = append(v.Keys, key), append(v.Elem, e)
		switch r.space() {
		case ',':
			r.pos++
		case '}':
			r.pos++
			return v, sorted || unique(v.Keys)
		default:
			return Value{}, false
		}
	}
}

func unique(keys []string) bool {
	seen := make(map[string]struct{}, len(keys))
	for _, k := range keys {
		seen[k] = struct{}{}
	}
	return len(seen) == len(keys)
}

// string reads a string; without escapes it is a part of the text.
func (r *jsonReader) string() (string, bool) {
	start := r.pos + 1
	for i := start; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.pos = i + 1
			s := r.text[start:i]
			return s, utf8.ValidString(s)
		case c == '\\':
			return r.escaped(start, i)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escaped reads a string whose first escape is at i.
func (r *jsonReader) escaped(start, i int) (string, bool) {
	var b strings.Builder
	for i < len(r.text) {
		switch c := r.text[i]; {
		case c == '"':
			b.WriteString(r.text[start:i])
			r.pos = i + 1
			return b.String(), utf8.ValidString(b.String())
		case c < ' ':
			return "", false
		case c != '\\':
			i++
			continue
		}
		b.WriteString(r.text[start:i])
		if i+1 >= len(r.text) {
			return "", false
		}
		n := strings.IndexByte(`"\/bfnrt`, r.text[i+1])
		switch {
		case n >= 0:
			b.WriteByte("\"\\/\b\f\n\r\t"[n])
			i += 2
		case r.text[i+1] == 'u' && i+6 <= len(r.text):
			code, err := strconv.ParseUint(r.text[i+2:i+6], 16, 16)
			if err != nil || code >= 0xd800 && code < 0xe000 { // half of a pair
				return "", false
			}
			b.WriteRune(rune(code))
			i += 6
		default:
			return "", false
		}
		start = i
	}
	return "", false
}

// exactDigits is how long an integer can be that a float64 holds for certain
// and that formatNumber writes as it stands.
const exactDigits = 15

// number reads a number as RFC 8259 has it: the sign, an integer without
// leading zeros, a fraction, an exponent.
func (r *jsonReader) number() (Value, bool) {
	start := r.pos
	if r.text[r.pos] == '-' {
		r.pos++
	}
	first := r.pos
	if n := r.digits(); n == 0 || n > 1 && r.text[first] == '0' {
		return Value{}, false
	}
	integer := r.pos
	if r.at('.') {
		r.pos++
		if r.digits() == 0 {
			return Value{}, false
		}
	}
	if r.at('e') || r.at('E') {
		r.pos++
		if r.at('+') || r.at('-') {
			r.pos++
		}
		if r.digits() == 0 {
			return Value{}, false
		}
	}
	literal := r.text[start:r.pos]
	if r.pos == integer && r.pos-first <= exactDigits {
		return Value{Kind: Number, Text: literal}, true
	}
	return Value{Kind: Number, Text: canonicalNumber(literal)}, true
}

func (r *jsonReader) at(c byte) bool { return r.pos < len(r.text) && r.text[r.pos] == c }

func (r *jsonReader) digits() int {
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}
