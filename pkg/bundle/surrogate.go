package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf16"
)

// escape matches an escape of JSON: that of a UTF-16 surrogate, with its other
// half if it has one, or any other, so that an escaped backslash is none's
// beginning.
var escape = regexp.MustCompile(`\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|.)`)

// withoutSurrogates writes the characters that JSON says in two escapes, as
// "\ud83d\ude80", in YAML's one, "\U0001f680": a YAML parser refuses halves. A
// half without the other is U+FFFD, as encoding/json has it. Text that is not
// JSON stays as it is. What follows in the same line moves by two columns.
func withoutSurrogates(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\ud`)) && !bytes.Contains(data, []byte(`\uD`)) || !json.Valid(data) {
		return data
	}
	return escape.ReplaceAllFunc(data, func(text []byte) []byte {
		m := escape.FindSubmatch(text)
		if len(m[1]) == 0 {
			return text
		}
		first, second := unit(m[1]), unit(m[2])
		if r := utf16.DecodeRune(first, second); r != '\uFFFD' {
			return fmt.Appendf(nil, `\U%08x`, r)
		}
		return bytes.Repeat([]byte(`\ufffd`), len(text)/len(`\ufffd`))
	})
}

// unit reads four hexadecimal digits; of none it makes 0.
func unit(digits []byte) rune {
	n, _ := strconv.ParseUint(string(digits), 16, 16)
	return rune(n)
}
