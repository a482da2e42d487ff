package glob

import (
	"regexp"
	"strings"
)

// Expression returns the regular expression that a pattern stands for, in RE2's
// syntax and not anchored.
func Expression(pattern string) string {
	var b strings.Builder
	for rest := pattern; rest != ""; {
		var expr string
		expr, rest = next(rest)
		b.WriteString(expr)
	}
	return b.String()
}

// Compile returns the regular expression that matches the paths that the
// pattern does, and no part of others.
func Compile(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile("(?s)^" + Expression(pattern) + "$")
}

// next translates the beginning of a pattern that is not empty, and returns the
// rest of it.
func next(pattern string) (expr, rest string) {
	for _, special := range []struct{ text, expr string }{
		{"**/", "(?:.*/)?"},
		{"**", ".*"},
		{"*", "[^/]*"},
		{"?", "[^/]"},
	} {
		if rest, ok := strings.CutPrefix(pattern, special.text); ok {
			return special.expr, rest
		}
	}
	if len(pattern) > 1 {
		pattern = strings.TrimPrefix(pattern, `\`)
	}
	for i := range pattern { // the second character begins where the first ends
		if i > 0 {
			return regexp.QuoteMeta(pattern[:i]), pattern[i:]
		}
	}
	return regexp.QuoteMeta(pattern), ""
}
