package bundle

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// ValueKind says which of JSON's six kinds a Value is.
type ValueKind uint8

// The kinds of values.
const (
	Null ValueKind = iota
	Bool
	Number
	String
	Array
	Map
)

// String returns the name of the kind as JSON calls it.
func (k ValueKind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Value is one value of a document.
type Value struct {
	Kind ValueKind
	// Text is the content of a String, the literal of a Number or Bool.
	Text string
	// Src is set for a scalar that YAML writes plain and JSON cannot say
	// ("yes", "0777", "1.0", "2026-01-01"). What it means depends on the field
	// that reads it, so Kind is String and it stays as it was written.
	Src string
	// Elem holds the elements of an Array, or the values of a Map by Keys.
	Elem []Value
	Keys []string
}

// StringValue returns a String.
func StringValue(s string) Value { return Value{Kind: String, Text: s} }

// BoolValue returns a Bool.
func BoolValue(b bool) Value { return Value{Kind: Bool, Text: strconv.FormatBool(b)} }

// NumberValue returns a Number with the shortest literal that reads back to f,
// which must be finite.
func NumberValue(f float64) Value { return Value{Kind: Number, Text: formatNumber(f)} }

// ArrayValue returns an Array.
func ArrayValue(elem ...Value) Value { return Value{Kind: Array, Elem: elem} }

// MapValue returns a Map of pairs, sorted by key.
func MapValue(pairs map[string]Value) Value {
	m := Value{Kind: Map}
	for k := range pairs {
		m.Keys = append(m.Keys, k)
	}
	slices.Sort(m.Keys)
	for _, k := range m.Keys {
		m.Elem = append(m.Elem, pairs[k])
	}
	return m
}

// Get returns the value of a Map's key.
func (v Value) Get(key string) (Value, bool) {
	if v.Kind == Map {
		if i := slices.Index(v.Keys, key); i >= 0 {
			return v.Elem[i], true
		}
	}
	return Value{}, false
}

// Has reports whether a Map has the key.
func (v Value) Has(key string) bool {
	_, ok := v.Get(key)
	return ok
}

// With returns the Map with key set to a value; v itself is not changed.
func (v Value) With(key string, elem Value) Value {
	out := Value{Kind: Map, Keys: slices.Clone(v.Keys), Elem: slices.Clone(v.Elem)}
	if i := slices.Index(out.Keys, key); i >= 0 {
		out.Elem[i] = elem
		return out
	}
	out.Keys, out.Elem = append(out.Keys, key), append(out.Elem, elem)
	return out
}

// Str returns the text of the scalar under a Map's key, or "".
func (v Value) Str(key string) string {
	e, _ := v.Get(key)
	if e.Kind == Array || e.Kind == Map || e.Kind == Null {
		return ""
	}
	return e.Text
}

// Array returns the elements of the Array under a Map's key, or nil.
func (v Value) Array(key string) []Value {
	e, _ := v.Get(key)
	if e.Kind != Array {
		return nil
	}
	return e.Elem
}

// Lookup follows a JSON Pointer (RFC 6901).
func (v Value) Lookup(pointer string) (Value, bool) {
	if pointer == "" {
		return v, true
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = unescapeToken(token)
		switch v.Kind {
		case Map:
			e, ok := v.Get(token)
			if !ok {
				return Value{}, false
			}
			v = e
		case Array:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v.Elem) {
				return Value{}, false
			}
			v = v.Elem[i]
		case Null, Bool, Number, String:
			return Value{}, false
		}
	}
	return v, true
}

// Walk calls visit for v and everything below it, parents first, with the
// pointer of each. Where visit returns false, it does not go deeper.
func (v Value) Walk(visit func(pointer string, v Value) bool) { v.walk("", visit) }

func (v Value) walk(pointer string, visit func(string, Value) bool) {
	if !visit(pointer, v) {
		return
	}
	for i, e := range v.Elem {
		if v.Kind == Map {
			e.walk(pointer+"/"+EscapeToken(v.Keys[i]), visit)
		} else {
			e.walk(pointer+"/"+strconv.Itoa(i), visit)
		}
	}
}

// MapScalars returns v with every String passed through f. It stops at the
// first error. Keys are left alone.
func (v Value) MapScalars(f func(pointer string, v Value) (Value, error)) (Value, error) {
	return v.mapScalars("", f)
}

func (v Value) mapScalars(pointer string, f func(string, Value) (Value, error)) (Value, error) {
	switch v.Kind {
	case String:
		return f(pointer, v)
	case Array, Map:
		elem := make([]Value, len(v.Elem))
		for i, e := range v.Elem {
			token := strconv.Itoa(i)
			if v.Kind == Map {
				token = EscapeToken(v.Keys[i])
			}
			var err error
			if elem[i], err = e.mapScalars(pointer+"/"+token, f); err != nil {
				return Value{}, err
			}
		}
		v.Elem = elem
	case Null, Bool, Number:
	}
	return v, nil
}

// EscapeToken escapes a key for use in a JSON Pointer.
func EscapeToken(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func unescapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// formatNumber writes the shortest decimal that reads back to f, in the form
// ECMAScript and therefore most JSON writers choose.
func formatNumber(f float64) string {
	if f == 0 {
		if math.Signbit(f) {
			return "-0"
		}
		return "0"
	}
	format := byte('f')
	if abs := math.Abs(f); abs < 1e-6 || abs >= 1e21 {
		format = 'e'
	}
	return strconv.FormatFloat(f, format, -1, 64)
}

// canonicalNumber returns the shortest literal of the same number, or the
// literal itself where a float64 would lose digits.
func canonicalNumber(literal string) string {
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil || math.IsInf(f, 0) {
		return literal
	}
	short := formatNumber(f)
	if isInteger(literal) && isInteger(short) && short != literal {
		return literal // beyond 2^53
	}
	return short
}

func isInteger(literal string) bool { return !strings.ContainsAny(literal, ".eE") }
