package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// DecodeJSON reads exactly one JSON document. The error carries the byte
// offset (json.SyntaxError) where there is one.
func DecodeJSON(data []byte) (Value, error) {
	r := jsonReader{text: string(data)}
	if v, ok := r.document(); ok {
		return v, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeJSON(d, 0)
	if err != nil {
		return Value{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Value{}, fmt.Errorf("more than one document, the second at byte %d", d.InputOffset())
	}
	return v, nil
}

// maxDepth bounds the nesting of documents.
const maxDepth = 1000

func decodeJSON(d *json.Decoder, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, fmt.Errorf("nested more than %d levels deep", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Value{}, err
	}
	switch t := token.(type) {
	case nil:
		return Value{}, nil
	case bool:
		return BoolValue(t), nil
	case string:
		return StringValue(t), nil
	case json.Number:
		return Value{Kind: Number, Text: canonicalNumber(t.String())}, nil
	case json.Delim:
		if t == '[' {
			return decodeJSONArray(d, depth)
		}
		return decodeJSONMap(d, depth)
	default:
		return Value{}, fmt.Errorf("unexpected token %v", token)
	}
}

func decodeJSONArray(d *json.Decoder, depth int) (Value, error) {
	v := Value{Kind: Array}
	for d.More() {
		e, err := decodeJSON(d, depth+1)
		if err != nil {
			return Value{}, err
		}
		v.Elem = append(v.Elem, e)
	}
	_, err := d.Token()
	return v, err
}

func decodeJSONMap(d *json.Decoder, depth int) (Value, error) {
	v := Value{Kind: Map}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return Value{}, err
		}
		key, ok := token.(string)
		if !ok {
			return Value{}, fmt.Errorf("key %v is not a string", token)
		}
		if seen[key] {
			return Value{}, fmt.Errorf("key %q stands twice in one object", key)
		}
		seen[key] = true
		e, err := decodeJSON(d, depth+1)
		if err != nil {
			return Value{}, err
		}
		v.Keys, v.Elem = append(v.Keys, key), append(v.Elem, e)
	}
	_, err := d.Token()
	return v, err
}

// Canonical encodes a value to the bytes that are hashed, stored and shipped:
// compact JSON with sorted keys and canonical numbers. A scalar with Src
// stands plain as it was written, and a key that is too long for YAML's short
// form behind a question mark; either makes the whole YAML in flow style, and
// every YAML parser reads both. Keys that stand twice are an error. JSON is for
// whom nothing but JSON will do.
func Canonical(v Value) ([]byte, error) {
	var b bytes.Buffer
	if err := encode(&b, v, encodeYAMLKey); err != nil {
		return nil, err
	}
	return exact(b.Bytes()), nil
}

// JSON encodes a value as Canonical does, but always to JSON: a scalar with Src
// becomes what it is to YAML 1.2 (1.0 and 0x10 are numbers, "yes" and dates are
// strings).
func JSON(v Value) ([]byte, error) {
	var b bytes.Buffer
	if err := encode(&b, withoutSrc(v), encodeString); err != nil {
		return nil, err
	}
	return exact(b.Bytes()), nil
}

// exact returns what was written without the room that is there for more: it is
// kept for long.
func exact(b []byte) []byte {
	if cap(b)-len(b) > len(b)/8 {
		return bytes.Clone(b)
	}
	return b
}

// encode writes a value whose keys are written by a function.
func encode(b *bytes.Buffer, v Value, key func(*bytes.Buffer, string) error) error {
	switch v.Kind {
	case Null:
		b.WriteString("null")
	case Bool:
		b.WriteString(v.Text)
	case Number:
		b.WriteString(canonicalNumber(v.Text))
	case String:
		if v.Src != "" {
			b.WriteString(v.Src)
			return nil
		}
		return encodeString(b, v.Text)
	case Array:
		b.WriteByte('[')
		for i, e := range v.Elem {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := encode(b, e, key); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case Map:
		return encodeMap(b, v, key)
	}
	return nil
}

func encodeMap(b *bytes.Buffer, v Value, key func(*bytes.Buffer, string) error) error {
	b.WriteByte('{')
	for n, i := range sortedKeys(v) {
		if n > 0 {
			b.WriteByte(',')
		}
		if err := key(b, v.Keys[i]); err != nil {
			return err
		}
		// The space makes a plain scalar after it legal YAML.
		b.WriteByte(':')
		if v.Elem[i].Src != "" {
			b.WriteByte(' ')
		}
		if err := encode(b, v.Elem[i], key); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// maxShortKey bounds the bytes that a key may have in front of its colon: YAML
// reads 1024 characters, and its parsers count a little differently.
const maxShortKey = 1000

// encodeYAMLKey writes a key so that YAML reads it however long it is.
func encodeYAMLKey(b *bytes.Buffer, key string) error {
	start := b.Len()
	if err := encodeString(b, key); err != nil || b.Len()-start <= maxShortKey {
		return err
	}
	text := bytes.Clone(b.Bytes()[start:])
	b.Truncate(start)
	b.WriteString("? ")
	b.Write(text)
	return nil
}

// sortedKeys returns the indices of a Map's keys in the order of the keys.
func sortedKeys(v Value) []int {
	order := make([]int, len(v.Keys))
	for i := range order {
		order[i] = i
	}
	if slices.IsSorted(v.Keys) {
		return order
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case v.Keys[i] < v.Keys[j]:
			return -1
		case v.Keys[i] > v.Keys[j]:
			return 1
		default:
			return 0
		}
	})
	return order
}

// encodeString writes what json.Encoder would, which is asked only for what is
// rare, and escapes what YAML allows in no other way: upstream's loaders read
// the canonical encoding as YAML.
func encodeString(b *bytes.Buffer, s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("string %q is not valid UTF-8", s)
	}
	if strings.ContainsFunc(s, func(c rune) bool {
		return c < ' ' && c != '\n' && c != '\t' || c == '\u2028' || c == '\u2029' || isUnprintable(c)
	}) {
		return encodeRare(b, s)
	}
	b.WriteByte('"')
	for start := 0; ; {
		i := strings.IndexAny(s[start:], "\"\\\n\t")
		if i < 0 {
			b.WriteString(s[start:])
			break
		}
		b.WriteString(s[start : start+i])
		b.WriteByte('\\')
		switch c := s[start+i]; c {
		case '\n':
			b.WriteByte('n')
		case '\t':
			b.WriteByte('t')
		default:
			b.WriteByte(c)
		}
		start += i + 1
	}
	b.WriteByte('"')
	return nil
}

func encodeRare(b *bytes.Buffer, s string) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	for _, c := range strings.TrimSuffix(text.String(), "\n") { // Encode ends its output with a newline.
		if isUnprintable(c) {
			fmt.Fprintf(b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return nil
}

// isUnprintable reports whether YAML refuses a character that JSON takes as it
// is, what YAML 1.2 does not have in its production c-printable, or takes it for
// the end of a line: U+0085, which is one in YAML 1.1 and to every parser.
func isUnprintable(c rune) bool {
	return c >= '\u007f' && c <= '\u009f' || c == '\ufffe' || c == '\uffff'
}

// IndentJSON returns a value as JSON laid out for people, with two spaces a
// level and a final newline.
func IndentJSON(v Value) ([]byte, error) {
	text, err := JSON(v)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return exact(b.Bytes()), nil
}

func withoutSrc(v Value) Value {
	if v.Kind == String && v.Src != "" {
		return resolved(v.Src)
	}
	if len(v.Elem) > 0 {
		v.Elem = slices.Clone(v.Elem)
		for i, e := range v.Elem {
			v.Elem[i] = withoutSrc(e)
		}
	}
	return v
}

// resolved is what a plain scalar is to YAML 1.2.
func resolved(src string) Value {
	var plain any
	if yaml.Unmarshal([]byte(src), &plain) == nil {
		switch n := plain.(type) {
		case bool:
			return BoolValue(n)
		case int, int64, uint64:
			return Value{Kind: Number, Text: fmt.Sprint(n)}
		case float64:
			if !math.IsInf(n, 0) && !math.IsNaN(n) {
				return NumberValue(n)
			}
		}
	}
	return StringValue(src)
}
