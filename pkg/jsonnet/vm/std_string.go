package vm

import (
	"math"
	"strings"
	"unicode/utf8"
)

func stdStringNatives() []nativeDecl {
	return []nativeDecl{
		{"isEmpty", "str", func(e *Evaluation, a []Value) Value { return e.boolean(e.wantText(a[0]) == "") }},
		{"equalsIgnoreCase", "str1 str2", func(e *Evaluation, a []Value) Value {
			s := e.wantText(a[0])
			return e.boolean(strings.EqualFold(s, e.wantText(a[1])))
		}},
		{"trim", "str", func(e *Evaluation, a []Value) Value { return e.string(strings.TrimSpace(e.wantText(a[0]))) }},
		{"startsWith", "a ~b", stdHasAffix("startsWith", strings.HasPrefix)},
		{"endsWith", "a ~b", stdHasAffix("endsWith", strings.HasSuffix)},
		{"stringChars", "str", stdStringChars},
		{"substr", "str from len", stdSubstr},
		{"asciiUpper", "str", stdASCIICase("asciiUpper", 'a', 'z')},
		{"asciiLower", "str", stdASCIICase("asciiLower", 'A', 'Z')},
		{"strReplace", "str from to", stdStrReplace},
		{"lstripChars", "str chars", func(e *Evaluation, a []Value) Value { return e.strip(a, true, false) }},
		{"rstripChars", "str chars", func(e *Evaluation, a []Value) Value { return e.strip(a, false, true) }},
		{"stripChars", "str chars", func(e *Evaluation, a []Value) Value { return e.strip(a, true, true) }},
		{"char", "n", stdChar},
		{"codepoint", "str", stdCodepoint},
	}
}

func stdHasAffix(name string, has func(s, affix string) bool) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		if s := a[0]; s.kind() == kindString {
			if affix := e.force(a[1]); affix.kind() == kindString {
				return e.boolean(has(e.flat(s.str()), e.flat(affix.str())))
			}
		}
		return e.standard(name, a)
	}
}

func stdStringChars(e *Evaluation, a []Value) Value {
	if a[0].kind() != kindString {
		return e.standard("stringChars", a)
	}
	return e.array(e.chars(e.flat(a[0].str())))
}

func stdSubstr(e *Evaluation, a []Value) Value {
	if a[0].kind() != kindString {
		e.fail("substr first parameter should be a string, got %s", a[0].kind())
	}
	if a[1].kind() != kindNumber {
		e.fail("substr second parameter should be a number, got %s", a[1].kind())
	}
	from := a[1].num()
	if math.Mod(from, 1) != 0 {
		e.fail("substr second parameter should be an integer, got %f", from)
	}
	if from < 0 {
		e.fail("substr second parameter should be greater than zero, got %f", from)
	}
	if a[2].kind() != kindNumber {
		e.fail("substr third parameter should be a number, got %s", a[2].kind())
	}
	length := a[2].num()
	if float64(int32(length)) != length {
		e.fail("substr third parameter should be an integer, got %f", length)
	}
	if length < 0 {
		e.fail("substr third parameter should be greater than zero, got %d", int(length))
	}
	s := a[0].str()
	if from >= float64(e.length(s)) {
		return e.string("")
	}
	return e.slice(s, int(from), min(int(from)+int(length), e.length(s)))
}

// slice returns the code points from..to of a string that has them.
func (e *Evaluation) slice(s *String, from, to int) Value {
	text := e.flat(s)
	if e.ascii(s) {
		return e.string(text[from:to])
	}
	start := runeOffset(text, from)
	return e.string(text[start : start+runeOffset(text[start:], to-from)])
}

// runeOffset returns where the n-th code point starts.
func runeOffset(s string, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

func stdASCIICase(name string, from, to byte) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		if a[0].kind() != kindString {
			return e.standard(name, a)
		}
		s := e.flat(a[0].str())
		b := []byte(s)
		changed := false
		for i, c := range b {
			if c >= from && c <= to {
				b[i] = c ^ ' '
				changed = true
			}
		}
		if !changed {
			return a[0]
		}
		return e.string(string(b))
	}
}

func stdStrReplace(e *Evaluation, a []Value) Value {
	s := e.wantText(a[0])
	from := e.wantText(a[1])
	to := e.wantText(a[2])
	if from == "" {
		e.fail("'from' string must not be zero length.")
	}
	n := strings.Count(s, from)
	if n == 0 {
		return a[0]
	}
	e.alloc(len(s) + n*(len(to)-len(from)))
	return e.string(strings.ReplaceAll(s, from, to))
}

// strip removes characters from the ends of a string. What chars is matters
// only when there is a character to look at.
func (e *Evaluation) strip(a []Value, left, right bool) Value {
	if a[0].kind() != kindString {
		e.typeError(a[0], kindString)
	}
	s := e.flat(a[0].str())
	for left && s != "" {
		_, n := utf8.DecodeRuneInString(s)
		if !e.member(a[1], s[:n]) {
			break
		}
		s = s[n:]
	}
	for right && s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		if !e.member(a[1], s[len(s)-n:]) {
			break
		}
		s = s[:len(s)-n]
	}
	if len(s) == a[0].str().bytes() {
		return a[0]
	}
	// Libraries trim what they are given: to whoever looks for its source, the
	// rest of a text was made where the text was.
	rest := e.string(s)
	rest.h.made = a[0].h.made
	return rest
}

// member says whether a character is in a string or an array.
func (e *Evaluation) member(chars Value, c string) bool {
	e.step()
	if chars.kind() == kindString {
		return strings.Contains(e.flat(chars.str()), c)
	}
	return e.contains(chars, e.string(c))
}

// maxCodepoint is Unicode's last code point.
const maxCodepoint = 0x10FFFF

func stdChar(e *Evaluation, a []Value) Value {
	n := e.wantNumber(a[0])
	if n > maxCodepoint {
		e.fail("Invalid unicode codepoint, got %v", n)
	}
	if n < 0 {
		e.fail("Codepoints must be >= 0, got %v", n)
	}
	return e.string(string(rune(n)))
}

func stdCodepoint(e *Evaluation, a []Value) Value {
	s := e.wantString(a[0])
	if n := e.length(s); n != 1 {
		e.fail("codepoint takes a string of length 1, got length %v", n)
	}
	r, _ := utf8.DecodeRuneInString(e.flat(s))
	return e.number(float64(r))
}
