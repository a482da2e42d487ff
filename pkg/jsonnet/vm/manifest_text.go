package vm

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The texts of scalars as the manifest functions have them. They differ from
// those of a program's result (serialize.go), since go-jsonnet's do.

// appendShortNumber appends a number as std.manifestJsonEx has it: the
// shortest text that reads back the same, never with an exponent.
func appendShortNumber(b []byte, f float64) []byte {
	if i := int64(f); float64(i) == f && i > -1e15 && i < 1e15 && (i != 0 || !math.Signbit(f)) {
		return strconv.AppendInt(b, i, 10)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendJSONString appends a string in double quotes with the escapes of
// encoding/json, which std.manifestJsonEx uses: DEL and Latin 1's controls
// stand as they are, U+2028 and U+2029 do not.
func appendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			var buf bytes.Buffer
			enc := json.NewEncoder(&buf)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(s) // a string always encodes
			return append(b, bytes.TrimRight(buf.Bytes(), "\n")...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// yamlBareSafe says whether std.manifestYamlDoc writes a key without quotes
// when it need not quote all.
func yamlBareSafe(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '_' && c != '-' && c != '/' && c != '.' {
			return false
		}
	}
	return !yamlReserved(s) && !yamlNumeric(s)
}

func isAlphanumeric(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// yamlReserved recognises the words of YAML 1.1 that are no strings, and the
// markers.
func yamlReserved(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", "-.inf", ".inf", "null", "-", "---":
		return true
	default:
		return false
	}
}

// yamlNumeric recognises what could be read as a date or a number.
func yamlNumeric(s string) bool {
	if strings.Count(s, "-") == 2 && strings.Trim(s, "0123456789-") == "" && onlyDigitsAndDashes(s) {
		return true
	}
	if bits, ok := strings.CutPrefix(strings.TrimPrefix(s, "-"), "0b"); ok && bits != "" && strings.Trim(bits, "01_") == "" {
		return true
	}
	for rest := s; ; { // hexadecimal numbers anywhere in it, as upstream's unanchored pattern has it
		_, after, found := strings.Cut(rest, "0x")
		if !found {
			break
		}
		if after != "" && strings.IndexByte("0123456789abcdefABCDEF_", after[0]) >= 0 {
			return true
		}
		rest = after
	}
	if _, err := strconv.Atoi(s); err == nil {
		return true
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func onlyDigitsAndDashes(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// appendTOMLKey appends a key, in quotes where it needs them.
func appendTOMLKey(b []byte, s string) []byte {
	if s == "" {
		return append(b, "''"...)
	}
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '-' && c != '_' {
			return appendQuoted(b, s)
		}
	}
	return append(b, s...)
}
