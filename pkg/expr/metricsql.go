package expr

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/prometheus/prometheus/promql/parser/posrange"

	"github.com/monctl/monctl/pkg/diag"
)

// unparsed is the end of an error of the parser of MetricsQL: what it had not
// read, from the token on that it did not expect.
var unparsed = regexp.MustCompile(`(?s)^(.*?)(?:; unparsed data|unparsed data left): ("(?:[^"\\]|\\.)*")$`)

// CheckMetricsQL asks the parser that VictoriaMetrics and vmalert use whether a
// text is an expression of MetricsQL. An error is always a *SyntaxError.
func CheckMetricsQL(text string) error {
	err := parseMetricsQL(text)
	if err == nil {
		return nil
	}
	out := &SyntaxError{Text: text, Message: err.Error(), Start: diag.Position{Line: 1, Column: 1}}
	m := unparsed.FindStringSubmatch(out.Message)
	if m == nil {
		return out
	}
	rest, err := strconv.Unquote(m[2])
	if err != nil || !strings.HasSuffix(text, rest) {
		return out
	}
	out.Message, out.Start = m[1], position(text, posrange.Pos(len(text)-len(rest))) //nolint:gosec // a text is not that long
	if out.Message == "" {
		out.Message = "the expression ends before this"
	}
	return out
}

// parseMetricsQL takes a panic of the parser for a refusal.
func parseMetricsQL(text string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser of MetricsQL panics: %v", r)
		}
	}()
	_, err = metricsql.Parse(text)
	return err
}
