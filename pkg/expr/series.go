package expr

import (
	"regexp"
	"strconv"
	"strings"
)

var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// WithLabel adds a label to a series as it is written: `up{job="a"}` and
// instance, b make `up{job="a", instance="b"}`. Comments are left out. What it
// is written like is not judged here.
func WithLabel(series, name, value string) string {
	if !plainName.MatchString(name) {
		name = strconv.Quote(name)
	}
	label := name + "=" + strconv.Quote(value)
	head, ok := strings.CutSuffix(strings.TrimSpace(withoutComments(series)), "}")
	if !ok {
		return head + "{" + label + "}"
	}
	head = strings.TrimRight(head, " \t\r\n,")
	if !strings.HasSuffix(head, "{") {
		head += ", "
	}
	return head + label + "}"
}

// withoutComments leaves out what stands behind a # up to the end of the line,
// as PromQL's lexer does: a quoted # is none, and a backslash quotes within "
// and '.
func withoutComments(text string) string {
	if !strings.Contains(text, "#") {
		return text
	}
	var out strings.Builder
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == 0 && c == '#':
			end := strings.IndexAny(text[i:], "\r\n")
			if end < 0 {
				return out.String()
			}
			i += end
			c = text[i]
		case quote == 0 && strings.IndexByte("\"'`", c) >= 0:
			quote = c
		case c == quote:
			quote = 0
		case quote != 0 && quote != '`' && c == '\\' && i+1 < len(text):
			out.WriteByte(c)
			i++
			c = text[i]
		}
		out.WriteByte(c)
	}
	return out.String()
}
