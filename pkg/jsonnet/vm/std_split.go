package vm

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func stdSplitNatives() []nativeDecl {
	return []nativeDecl{
		{"split", "str ~c", stdSplit},
		{"splitLimit", "str c maxsplits", stdSplitLimit},
		{"splitLimitR", "str c maxsplits", stdSplitLimitR},
		{"parseInt", "str", stdParseInt},
		{"parseOctal", "str", stdParseDigits("parseOctal", 8)},
		{"parseHex", "str", stdParseDigits("parseHex", 16)},
		{"lines", "arr", stdLines},
		{"deepJoin", "arr", stdDeepJoin},
		{"join", "sep arr", stdJoin},
		{"repeat", "what ~count", stdRepeat},
		{"findSubstr", "pat ~str", stdFindSubstr},
		{"format", "~str ~vals", stdFormat},
	}
}

func stdSplit(e *Evaluation, a []Value) Value {
	if a[0].kind() == kindString {
		if c := e.force(a[1]); c.kind() == kindString && c.str().bytes() > 0 {
			return e.strings(strings.Split(e.flat(a[0].str()), e.flat(c.str())))
		}
	}
	return e.standard("split", a)
}

// splitArguments checks the arguments of splitLimit and splitLimitR.
func (e *Evaluation) splitArguments(name string, a []Value) (s, sep string, limit int) {
	s = e.wantText(a[0])
	sep = e.wantText(a[1])
	limit = e.wantInt(a[2])
	if limit < -1 {
		e.fail("std.%s third parameter should be -1 or non-negative, got %v", name, limit)
	}
	if sep == "" {
		e.fail("std.%s second parameter should have length 1 or greater, got 0", name)
	}
	return s, sep, limit
}

func stdSplitLimit(e *Evaluation, a []Value) Value {
	s, sep, limit := e.splitArguments("splitLimit", a)
	if limit >= 0 {
		limit++ // Go counts the parts, not the splits
	}
	return e.strings(strings.SplitN(s, sep, limit))
}

func stdSplitLimitR(e *Evaluation, a []Value) Value {
	s, sep, limit := e.splitArguments("splitLimitR", a)
	n := strings.Count(s, sep)
	if limit >= 0 {
		n = min(n, limit)
	}
	parts := make([]string, n+1)
	for ; n > 0; n-- {
		i := strings.LastIndex(s, sep)
		parts[n] = s[i+len(sep):]
		s = s[:i]
	}
	parts[0] = s
	return e.strings(parts)
}

func stdParseInt(e *Evaluation, a []Value) Value {
	s := e.wantText(a[0])
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		e.fail("%s is not a base 10 integer", s)
	}
	return e.number(float64(n))
}

// stdParseDigits reads digits as std.jsonnet does, for which ':' is the digit
// after '9'.
func stdParseDigits(name string, base float64) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		if a[0].kind() != kindString || a[0].str().bytes() == 0 {
			return e.standard(name, a)
		}
		sum := 0.0
		for _, r := range e.flat(a[0].str()) {
			digit := r - '0'
			switch {
			case r >= 'a':
				digit = r - 'a' + 10
			case r >= 'A':
				digit = r - 'A' + 10
			}
			if digit < 0 || float64(digit) >= base {
				return e.standard(name, a)
			}
			sum = float64(base*sum) + float64(digit)
		}
		if math.IsInf(sum, 0) {
			return e.standard(name, a)
		}
		return e.number(sum)
	}
}

func stdLines(e *Evaluation, a []Value) Value {
	if a[0].kind() != kindArray {
		return e.standard("lines", a)
	}
	elems := slices.Concat(a[0].array().elems, []Value{e.string("")})
	return e.joinStrings("\n", elems)
}

func stdDeepJoin(e *Evaluation, a []Value) Value {
	switch a[0].kind() {
	case kindString:
		return a[0]
	case kindArray:
		return e.string(string(e.deepJoin(nil, a[0])))
	default:
		return e.standard("deepJoin", a)
	}
}

func (e *Evaluation) deepJoin(b []byte, v Value) []byte {
	switch v.kind() {
	case kindString:
		s := e.flat(v.str())
		e.alloc(len(s))
		return append(b, s...)
	case kindArray:
		e.nest()
		for _, v := range v.array().elems {
			b = e.deepJoin(b, e.force(v))
		}
		e.unnest()
		return b
	default:
		e.fail("Expected string or array, got %s", v.kind())
		return nil
	}
}

func stdJoin(e *Evaluation, a []Value) Value {
	elems := e.wantArray(a[1]).elems
	switch a[0].kind() {
	case kindString:
		return e.joinStrings(e.flat(a[0].str()), elems)
	case kindArray:
		return e.joinArrays(a[0].array().elems, elems)
	default:
		e.fail("join first parameter should be string or array, got %s", a[0].kind())
		return null
	}
}

// joinStrings evaluates all elements first: what they come to is put together
// once, and not copied whenever it grows.
func (e *Evaluation) joinStrings(sep string, elems []Value) Value {
	parts := make([]string, 0, len(elems))
	e.alloc(16 * len(elems))
	size := 0
	for _, v := range elems {
		e.step()
		v = e.force(v)
		if v.isNull() {
			continue
		}
		if len(parts) > 0 {
			size += len(sep)
		}
		parts = append(parts, e.wantText(v))
		size += len(parts[len(parts)-1])
	}
	e.alloc(size)
	return e.string(strings.Join(parts, sep))
}

func (e *Evaluation) joinArrays(sep, elems []Value) Value {
	parts := make([][]Value, 0, len(elems))
	e.alloc(24 * len(elems))
	for _, v := range elems {
		e.step()
		v = e.force(v)
		if v.isNull() {
			continue
		}
		if len(parts) > 0 {
			parts = append(parts, sep)
		}
		parts = append(parts, e.wantArray(v).elems)
	}
	return e.chain(parts)
}

// chain puts arrays together.
func (e *Evaluation) chain(parts [][]Value) Value {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	e.allocMany(size, 16)
	return e.array(slices.Concat(parts...))
}

func stdRepeat(e *Evaluation, a []Value) Value {
	switch what := a[0]; what.kind() {
	case kindString:
		n := max(e.wantInt(e.force(a[1])), 0)
		e.allocMany(n, what.str().bytes())
		return e.string(strings.Repeat(e.flat(what.str()), n))
	case kindArray:
		n := max(e.wantInt(e.force(a[1])), 0)
		e.allocMany(n, 16*len(what.array().elems))
		return e.array(slices.Repeat(what.array().elems, n))
	default:
		return e.standard("repeat", a)
	}
}

// allocMany accounts for n times size bytes, which may be a lot.
func (e *Evaluation) allocMany(n, size int) {
	if size > 0 && n > maxStringBytes/size {
		e.failLimit(LimitMemory, "%d times %d bytes", n, size)
	}
	e.alloc(n * size)
}

// stdFindSubstr lists where a pattern stands, in code points; occurrences may
// overlap.
func stdFindSubstr(e *Evaluation, a []Value) Value {
	if a[0].kind() != kindString {
		return e.standard("findSubstr", a)
	}
	str := e.force(a[1])
	if str.kind() != kindString {
		return e.standard("findSubstr", a)
	}
	pattern, s := e.flat(a[0].str()), e.flat(str.str())
	elems := []Value{}
	for index := 0; pattern != ""; {
		i := strings.Index(s, pattern)
		if i < 0 {
			break
		}
		e.step()
		e.alloc(16)
		index += utf8.RuneCountInString(s[:i])
		elems = append(elems, e.number(float64(index)))
		_, n := utf8.DecodeRuneInString(s[i:])
		index++
		s = s[i+n:]
	}
	return e.array(elems)
}
