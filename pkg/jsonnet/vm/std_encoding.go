package vm

import (
	"crypto/md5"  //nolint:gosec // Jsonnet offers it
	"crypto/sha1" //nolint:gosec // Jsonnet offers it
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
)

func stdEncodingNatives() []nativeDecl {
	return []nativeDecl{
		{"md5", "s", stdHash(func(b []byte) []byte { h := md5.Sum(b); return h[:] })},   //nolint:gosec // Jsonnet offers it
		{"sha1", "s", stdHash(func(b []byte) []byte { h := sha1.Sum(b); return h[:] })}, //nolint:gosec // Jsonnet offers it
		{"sha256", "s", stdHash(func(b []byte) []byte { h := sha256.Sum256(b); return h[:] })},
		{"sha512", "s", stdHash(func(b []byte) []byte { h := sha512.Sum512(b); return h[:] })},
		{"sha3", "s", stdHash(func(b []byte) []byte { h := sha3.Sum512(b); return h[:] })},
		{"base64", "input", stdBase64},
		{"base64Decode", "str", func(e *Evaluation, a []Value) Value { return e.string(validText(string(e.base64Decode(a[0])))) }},
		{"base64DecodeBytes", "str", func(e *Evaluation, a []Value) Value { return e.bytes(e.base64Decode(a[0])) }},
		{"encodeUTF8", "str", func(e *Evaluation, a []Value) Value { return e.bytes([]byte(e.wantText(a[0]))) }},
		{"decodeUTF8", "arr", stdDecodeUTF8},
	}
}

func stdHash(sum func([]byte) []byte) func(*Evaluation, []Value) Value {
	return func(e *Evaluation, a []Value) Value {
		return e.string(hex.EncodeToString(sum([]byte(e.wantText(a[0])))))
	}
}

// bytes makes an array of numbers.
func (e *Evaluation) bytes(b []byte) Value {
	e.alloc(16 * len(b))
	elems := make([]Value, len(b))
	for i, c := range b {
		elems[i] = e.number(float64(c))
	}
	return e.array(elems)
}

// stdBase64 encodes a string that has only code points below 256 – in UTF-8,
// as upstream does – or an array of bytes.
func stdBase64(e *Evaluation, a []Value) Value {
	var data []byte
	check := func(n int) {
		if n < 0 || n > 255 {
			e.fail("base64 encountered invalid codepoint value in the array (must be 0 <= X <= 255), got %d", n)
		}
	}
	switch v := a[0]; v.kind() {
	case kindString:
		s := e.flat(v.str())
		for _, r := range s {
			check(int(r))
		}
		data = []byte(s)
	case kindArray:
		for _, elem := range v.array().elems {
			e.step()
			elem = e.force(elem)
			if elem.kind() != kindNumber || float64(int32(elem.num())) != elem.num() {
				e.fail("base64 encountered a non-integer value in the array, got %s", elem.kind())
			}
			check(int(elem.num()))
			data = append(data, byte(elem.num()))
		}
	default:
		e.fail("base64 can only base64 encode strings / arrays of single bytes, got %s", v.kind())
	}
	return e.string(base64.StdEncoding.EncodeToString(data))
}

func (e *Evaluation) base64Decode(v Value) []byte {
	if v.kind() != kindString {
		e.fail("base64DecodeBytes requires a string, got %s", v.kind())
	}
	s := e.flat(v.str())
	if len(s)%4 != 0 {
		e.fail("input string appears not to be a base64 encoded string. Wrong length found (%d)", len(s))
	}
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		e.fail("failed to decode: %s", err)
	}
	return data
}

func stdDecodeUTF8(e *Evaluation, a []Value) Value {
	elems := e.wantArray(a[0]).elems
	e.alloc(len(elems))
	data := make([]byte, len(elems))
	for i, v := range elems {
		e.step()
		n := e.wantInt(e.force(v))
		if n < 0 || n > 255 {
			e.fail("Bytes must be integers in range [0, 255], got %d", n)
		}
		data[i] = byte(n)
	}
	return e.string(validText(string(data)))
}
