package expr

import (
	"regexp"
	"strconv"
	"strings"
)

var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// WithLabel adds a label to a series as it is written: `up{job="a"}` and
// instance, b make `up{job="a", instance="b"}`. What it is written like is not
// judged here.
func WithLabel(series, name, value string) string {
	if !plainName.MatchString(name) {
		name = strconv.Quote(name)
	}
	label := name + "=" + strconv.Quote(value)
	head, ok := strings.CutSuffix(strings.TrimSpace(series), "}")
	if !ok {
		return head + "{" + label + "}"
	}
	head = strings.TrimRight(head, " \t\r\n,")
	if !strings.HasSuffix(head, "{") {
		head += ", "
	}
	return head + label + "}"
}
