package expr

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/parser/posrange"

	"github.com/monctl/monctl/pkg/diag"
)

// CodeSyntax is the code of the diagnostics that Diagnose adds.
const CodeSyntax = "promql/syntax"

// SyntaxError says why a text is no expression. The parser may find more than
// one problem; the first is told, since the others mostly follow from it.
type SyntaxError struct {
	// Text is the whole expression.
	Text string
	// Message is the parser's, without position.
	Message string
	// Start and End are the place in Text; End excluded. Columns count code
	// points.
	Start, End diag.Position
	// Hint is what to do about it, or "".
	Hint string
}

// Error returns "1:5: message".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Start.Line, e.Start.Column, e.Message)
}

// AsSyntaxError turns an error of upstream's parser, wrapped or not, into a
// SyntaxError about a text. It returns nil for any other error.
func AsSyntaxError(text string, err error) *SyntaxError {
	if own, ok := errors.AsType[*SyntaxError](err); ok {
		return own
	}
	if many, ok := errors.AsType[parser.ParseErrors](err); ok && len(many) > 0 {
		return newSyntaxError(text, many)
	}
	if one, ok := errors.AsType[*parser.ParseErr](err); ok {
		return newSyntaxError(text, one)
	}
	return nil
}

func newSyntaxError(text string, err error) *SyntaxError {
	out := &SyntaxError{Text: text, Message: err.Error(), Start: diag.Position{Line: 1, Column: 1}}
	var many parser.ParseErrors
	var one *parser.ParseErr
	if errors.As(err, &many) && len(many) > 0 {
		one = &many[0]
	} else if !errors.As(err, &one) {
		return out
	}
	out.Message = one.Err.Error()
	// Where the parser expected more, it points past the line break of a block.
	trimmed := strings.TrimRight(text, " \t\r\n")
	out.Start, out.End = position(trimmed, one.PositionRange.Start), position(trimmed, one.PositionRange.End)
	out.Hint = hint(out.Message)
	return out
}

// position converts a byte offset. The parser points past the end where it
// expected more.
func position(text string, at posrange.Pos) diag.Position {
	offset := max(0, min(int(at), len(text)))
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return diag.Position{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[start:]) + 1}
}

var (
	unknownFunction = regexp.MustCompile(`^unknown function with name "([^"]*)"`)
	renamed         = map[string]string{"holt_winters": "double_exponential_smoothing"}
	wantedRange     = regexp.MustCompile(`^expected type range vector in call to function "([^"]*)"`)
)

func hint(message string) string {
	if feature := featureOf(message); feature != "" {
		return "where it runs, Prometheus needs --enable-feature=" + feature + "; if it has that, say so with the same flag or in the environment's features"
	}
	if m := unknownFunction.FindStringSubmatch(message); m != nil {
		if now := renamed[m[1]]; now != "" {
			return fmt.Sprintf("Prometheus 3 calls it %s", now)
		}
		names := append(slices.Sorted(maps.Keys(parser.Functions)), aggregations()...)
		return diag.DidYouMean(m[1], names)
	}
	if m := wantedRange.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("give the selector a range: %s(…[5m])", m[1])
	}
	return ""
}

// featureOf returns the feature whose absence a message of the parser is about,
// or "".
func featureOf(message string) string {
	switch {
	case strings.HasPrefix(message, "anchored modifier is experimental"), strings.HasPrefix(message, "smoothed modifier is experimental"):
		return "promql-extended-range-selectors"
	case strings.HasPrefix(message, "binop fill modifiers are experimental"):
		return "promql-binop-fill-modifiers"
	case strings.HasPrefix(message, "function ") && strings.HasSuffix(message, " is not enabled"), strings.Contains(message, "() is experimental and must be enabled"):
		return "promql-experimental-functions"
	}
	return ""
}

func aggregations() []string {
	var names []string
	for item, name := range parser.ItemTypeStr {
		if item.IsAggregator() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Diagnose adds the finding that a text is no expression. Span is the place of
// the whole text; where in it the problem lies is shown in the detail and is
// the related place, in the pseudo file "<expression>".
func Diagnose(diags *diag.List, span diag.Span, err *SyntaxError) *diag.Diagnostic {
	d := diags.Errorf(CodeSyntax, span, "%s", err.Message)
	d.Hint = err.Hint
	d.Detail = err.Excerpt()
	d.Related = []diag.Related{{
		Message: fmt.Sprintf("line %d, column %d of the expression", err.Start.Line, err.Start.Column),
		Span:    diag.Span{File: "<expression>", Start: err.Start, End: err.End},
	}}
	return d
}

// Excerpt returns the line of the expression with carets below the problem.
func (e *SyntaxError) Excerpt() string {
	return excerpt(e.Text, diag.Span{File: "<expression>", Start: e.Start, End: e.End})
}

// excerpt returns the first line of a place in a text, with carets below.
func excerpt(text string, span diag.Span) string {
	cut, ok := diag.Cut([]byte(text), span)
	if !ok {
		return ""
	}
	return cut.Text + "\n" + strings.Repeat(" ", cut.From) + strings.Repeat("^", cut.To-cut.From)
}
