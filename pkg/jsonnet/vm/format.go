package vm

import (
	"math"
	"strings"
	"unicode/utf8"
)

// The mini-language of std.format and the operator %, and how it renders
// numbers. The arithmetic repeats std.jsonnet's step by step, since its
// rounding is visible: %f works through pow(10, precision), not through the
// shortest decimal. What std.format refuses, or what only floats beyond the
// ordinary can lead to, is reported as !ok; then std.jsonnet's own version is
// run, whose error stands.

// star is a width or precision that is taken from the values.
const star = -1

// maxFormatWidth bounds widths, precisions and keys that are dealt with here:
// std.jsonnet makes a call for each character of them, so the stack ends the
// longer ones.
const maxFormatWidth = 64

// formatCode is a piece of literal text, or a conversion when conv is set.
type formatCode struct {
	text                         string
	conv                         byte
	caps                         bool
	key                          string
	hasKey                       bool
	alt, zero, left, blank, plus bool
	width, precision             int
	hasPrecision                 bool
}

// parseFormat splits a format into pieces.
func parseFormat(s string) (codes []formatCode, ok bool) {
	codes = make([]formatCode, 0, 2*strings.Count(s, "%")+1)
	for s != "" {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			return append(codes, formatCode{text: s}), true
		}
		if i > 0 {
			codes = append(codes, formatCode{text: s[:i]})
		}
		var c formatCode
		if c, s, ok = parseFormatCode(s[i+1:]); !ok {
			return nil, false
		}
		codes = append(codes, c)
	}
	return codes, true
}

// parseFormatCode parses what follows a percent sign.
func parseFormatCode(s string) (c formatCode, rest string, ok bool) {
	if s, ok = parseFormatKey(s, &c); !ok {
		return c, s, false
	}
	s = parseFormatFlags(s, &c)
	if c.width, s, ok = parseFormatWidth(s); !ok {
		return c, s, false
	}
	if strings.HasPrefix(s, ".") {
		c.hasPrecision = true
		if c.precision, s, ok = parseFormatWidth(s[1:]); !ok {
			return c, s, false
		}
	}
	if s != "" && (s[0] == 'h' || s[0] == 'l' || s[0] == 'L') {
		s = s[1:]
	}
	if s == "" {
		return c, s, false
	}
	switch s[0] {
	case 'd', 'i', 'u':
		c.conv = 'd'
	case 'o', 'x', 'e', 'f', 'g', 'c', 's', '%':
		c.conv = s[0]
	case 'X', 'E', 'F', 'G':
		c.conv, c.caps = s[0]+'a'-'A', true
	default:
		return c, s, false
	}
	return c, s[1:], true
}

func parseFormatKey(s string, c *formatCode) (rest string, ok bool) {
	if !strings.HasPrefix(s, "(") {
		return s, s != ""
	}
	c.key, s, ok = strings.Cut(s[1:], ")")
	c.hasKey = true
	return s, ok && len(c.key) <= maxFormatWidth
}

func parseFormatFlags(s string, c *formatCode) (rest string) {
	for ; s != ""; s = s[1:] {
		switch s[0] {
		case '#':
			c.alt = true
		case '0':
			c.zero = true
		case '-':
			c.left = true
		case ' ':
			c.blank = true
		case '+':
			c.plus = true
		default:
			return s
		}
	}
	return s
}

func parseFormatWidth(s string) (width int, rest string, ok bool) {
	if strings.HasPrefix(s, "*") {
		return star, s[1:], true
	}
	for s != "" && s[0] >= '0' && s[0] <= '9' {
		if width = width*10 + int(s[0]-'0'); width > maxFormatWidth {
			return 0, s, false
		}
		s = s[1:]
	}
	return width, s, s != ""
}

// pad appends s, filled up with spaces to the width in code points.
func (c *formatCode) pad(b, s []byte, width int) []byte {
	fill := width - utf8.RuneCount(s)
	if c.left {
		b = append(b, s...)
	}
	for ; fill > 0; fill-- {
		b = append(b, ' ')
	}
	if !c.left {
		b = append(b, s...)
	}
	return b
}

// number renders a number for every conversion but s and c.
func (c *formatCode) number(b []byte, f float64, width, precision int) (_ []byte, ok bool) {
	digits, places := 0, 6
	if c.hasPrecision {
		digits, places = precision, precision
	}
	zeros := 0
	if c.zero && !c.left {
		zeros = width
	}
	switch c.conv {
	case 'd':
		return c.integer(b, f <= -1, math.Floor(math.Abs(f)), zeros, digits, 10, ""), true
	case 'o':
		prefix := ""
		if c.alt {
			prefix = "0"
		}
		return c.integer(b, f <= -1, math.Floor(math.Abs(f)), zeros, digits, 8, prefix), true
	case 'x':
		return c.hex(b, math.Floor(f), zeros, digits), true
	case 'f':
		return c.decimal(b, f, zeros, true, places)
	case 'e':
		return c.scientific(b, f, zeros, true, places)
	default: // 'g'
		exponent := 0.0
		if f != 0 {
			exponent = decimalExponent(f)
		}
		if exponent < -4 || exponent >= float64(places) {
			return c.scientific(b, f, zeros, c.alt, places-1)
		}
		return c.decimal(b, f, zeros, c.alt, places-int(max(1, exponent+1)))
	}
}

func decimalExponent(f float64) float64 {
	return math.Floor(math.Log(math.Abs(f)) / math.Log(10))
}

func (c *formatCode) sign(b []byte, negative bool) []byte {
	switch {
	case negative:
		return append(b, '-')
	case c.plus:
		return append(b, '+')
	case c.blank:
		return append(b, ' ')
	default:
		return b
	}
}

// zerosBeside is the width that is left for the digits beside a sign.
func (c *formatCode) zerosBeside(negative bool, width, digits int) int {
	if negative || c.blank || c.plus {
		width--
	}
	return max(width, digits)
}

// integer renders the whole number of this magnitude.
func (c *formatCode) integer(b []byte, negative bool, magnitude float64, width, digits int, radix float64, prefix string) []byte {
	b = c.sign(b, negative)
	return appendDigits(b, magnitude, c.zerosBeside(negative, width, digits), radix, prefix)
}

// appendDigits appends a whole number, filled up with zeros.
func appendDigits(b []byte, magnitude float64, width int, radix float64, prefix string) []byte {
	var reversed [352]byte // enough for the largest float in octal
	n := 0
	if magnitude == 0 {
		reversed[0] = '0'
		n = 1
	} else {
		for rest := magnitude; rest != 0; rest = math.Floor(rest / radix) {
			reversed[n] = '0' + byte(math.Mod(rest, radix))
			n++
		}
		n += copy(reversed[n:], prefix)
	}
	for i := n; i < width; i++ {
		b = append(b, '0')
	}
	for n--; n >= 0; n-- {
		b = append(b, reversed[n])
	}
	return b
}

func (c *formatCode) hex(b []byte, whole float64, width, digits int) []byte {
	negative := whole < 0
	b = c.sign(b, negative)
	if c.alt {
		width -= 2
		if c.caps {
			b = append(b, "0X"...)
		} else {
			b = append(b, "0x"...)
		}
	}
	numerals := hexDigits
	if c.caps {
		numerals = "0123456789ABCDEF"
	}
	var reversed [260]byte
	n := 0
	for rest := math.Abs(whole); rest != 0; rest = math.Floor(rest / 16) {
		reversed[n] = numerals[int(math.Mod(rest, 16))]
		n++
	}
	if n == 0 {
		reversed[0] = '0'
		n = 1
	}
	for fill := c.zerosBeside(negative, width, digits) - n; fill > 0; fill-- {
		b = append(b, '0')
	}
	for n--; n >= 0; n-- {
		b = append(b, reversed[n])
	}
	return b
}

// decimal renders %f. The conversions to float64 keep the compiler from
// fusing a multiplication with an addition, which would round once less.
func (c *formatCode) decimal(b []byte, f float64, width int, trailing bool, places int) (_ []byte, ok bool) {
	if places < 0 || places > 300 {
		return nil, false
	}
	denominator := math.Pow(10, float64(places))
	numerator := float64(math.Abs(f)*denominator) + 0.5
	if math.IsInf(numerator, 0) {
		return nil, false
	}
	whole := 0.0
	if f != 0 {
		whole = math.Floor(numerator / denominator)
	}
	fraction := math.Mod(math.Floor(numerator), denominator)
	width -= places
	if places > 0 || c.alt {
		width--
	}
	b = c.integer(b, f < 0, whole, width, 0, 10, "")
	switch {
	case places == 0 && c.alt:
		return append(b, '.'), true
	case places == 0 || !trailing && fraction <= 0:
		return b, true
	}
	b = append(b, '.')
	b = appendDigits(b, fraction, places, 10, "")
	if !trailing {
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return b, true
}

// scientific renders %e.
func (c *formatCode) scientific(b []byte, f float64, width int, trailing bool, places int) (_ []byte, ok bool) {
	exponent := 0.0
	if f != 0 {
		exponent = decimalExponent(f)
	}
	letter := byte('e')
	if c.caps {
		letter = 'E'
	}
	suffix := (&formatCode{plus: true}).integer([]byte{letter}, exponent < 0, math.Abs(exponent), 3, 0, 10, "")
	mantissa := f / math.Pow(10, exponent)
	if exponent == -324 { // pow(10, -324) is 0
		mantissa = f * 10 / math.Pow(10, exponent+1)
	}
	if math.IsInf(mantissa, 0) || math.IsNaN(mantissa) {
		return nil, false
	}
	b, ok = c.decimal(b, mantissa, width-len(suffix), trailing, places)
	return append(b, suffix...), ok
}
