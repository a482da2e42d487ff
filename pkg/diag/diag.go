package diag

import (
	"cmp"
	"encoding"
	"fmt"
	"slices"
	"strings"
)

// Severity ranks a finding. The zero value is Error, so that a finding whose
// severity was forgotten is not overlooked.
type Severity int

// The severities, worst first.
const (
	Error Severity = iota
	Warning
	Info
)

var (
	_ encoding.TextMarshaler   = Severity(0)
	_ encoding.TextUnmarshaler = (*Severity)(nil)
)

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	default:
		return fmt.Sprintf("severity(%d)", int(s))
	}
}

// ParseSeverity is the inverse of String.
func ParseSeverity(text string) (Severity, error) {
	for _, s := range []Severity{Error, Warning, Info} {
		if s.String() == text {
			return s, nil
		}
	}
	return Error, fmt.Errorf("unknown severity %q: want error, warning or info", text)
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeverity(string(text))
	return err
}

// AtLeast reports whether s is as bad as limit or worse.
func (s Severity) AtLeast(limit Severity) bool { return s <= limit }

// Position is a place in a text file. Line and Column count from 1; Column
// counts Unicode code points. Zero means unknown.
type Position struct {
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// Compare orders positions by line, then column.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Span is a range of a source file, from Start up to but excluding End. A
// zero Start means the file as a whole; a zero End means the point at Start.
type Span struct {
	// File is slash-separated and relative to the project where it lies
	// within it; "<stdin>" and "<expression>" name input without a file.
	File  string   `json:"file"`
	Start Position `json:"start,omitzero"`
	End   Position `json:"end,omitzero"`
}

// IsZero reports whether the span names no file at all.
func (s Span) IsZero() bool { return s == Span{} }

// String returns file:line:column, without the parts that are unknown.
func (s Span) String() string {
	switch {
	case s.Start.Line == 0:
		return s.File
	case s.Start.Column == 0:
		return fmt.Sprintf("%s:%d", s.File, s.Start.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", s.File, s.Start.Line, s.Start.Column)
	}
}

// Compare orders spans by file, start and end.
func (s Span) Compare(t Span) int {
	return cmp.Or(cmp.Compare(s.File, t.File), s.Start.Compare(t.Start), s.End.Compare(t.End))
}

// Related is a second place that explains a finding: a frame of an evaluation
// stack, the definition that a duplicate collides with, a policy's line.
type Related struct {
	Message string `json:"message"`
	Span    Span   `json:"span,omitzero"`
}

// Diagnostic is one finding.
type Diagnostic struct {
	// Code is stable and documented, "family/name".
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// Summary is one sentence without position and final full stop.
	Summary string `json:"summary"`
	// Detail may say more, in several lines.
	Detail string `json:"detail,omitempty"`
	// Hint is what the reader can do about it.
	Hint string `json:"hint,omitempty"`
	Span Span   `json:"span,omitzero"`
	// Env is the environment in which it was found, empty if it concerns all.
	Env string `json:"environment,omitempty"`
	// Object is the reference of the bundle object, "rules/node/cpu".
	Object string `json:"object,omitempty"`
	// Pointer is the JSON Pointer (RFC 6901) within Object or, where there is
	// none, within the value that the file evaluates to.
	Pointer string `json:"pointer,omitempty"`
	// Owner is who looks after the place, as CODEOWNERS writes it; empty if
	// that is not known.
	Owner   string    `json:"owner,omitempty"`
	Related []Related `json:"related,omitempty"`
}

// Compare orders diagnostics by place, then severity, code and text, so that
// output is deterministic.
func (d Diagnostic) Compare(e Diagnostic) int {
	return cmp.Or(
		d.Span.Compare(e.Span),
		cmp.Compare(d.Severity, e.Severity),
		cmp.Compare(d.Code, e.Code),
		cmp.Compare(d.Object, e.Object),
		cmp.Compare(d.Pointer, e.Pointer),
		cmp.Compare(d.Summary, e.Summary),
		cmp.Compare(d.Env, e.Env),
	)
}

// List is what a stage found, in the order of discovery until Sort is called.
type List []Diagnostic

// Errorf appends an error with a formatted summary and returns it, so that the
// caller can fill in the rest.
func (l *List) Errorf(code string, span Span, format string, args ...any) *Diagnostic {
	return l.add(Error, code, span, format, args)
}

// Warnf appends a warning and returns it, as Errorf does.
func (l *List) Warnf(code string, span Span, format string, args ...any) *Diagnostic {
	return l.add(Warning, code, span, format, args)
}

// Infof appends a remark and returns it, as Errorf does.
func (l *List) Infof(code string, span Span, format string, args ...any) *Diagnostic {
	return l.add(Info, code, span, format, args)
}

func (l *List) add(s Severity, code string, span Span, format string, args []any) *Diagnostic {
	*l = append(*l, Diagnostic{Code: code, Severity: s, Summary: fmt.Sprintf(format, args...), Span: span})
	return &(*l)[len(*l)-1]
}

// Sort orders the list by place and drops exact repetitions.
func (l List) Sort() List {
	slices.SortStableFunc(l, Diagnostic.Compare)
	return slices.CompactFunc(l, func(d, e Diagnostic) bool { return d.Compare(e) == 0 })
}

// Count returns how many findings have exactly the given severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// HasErrors reports whether any finding is an error.
func (l List) HasErrors() bool { return l.Any(Error) }

// HasErrorsBut reports whether any finding is an error whose code does not
// begin with prefix.
func (l List) HasErrorsBut(prefix string) bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error && !strings.HasPrefix(d.Code, prefix) })
}

// Any reports whether any finding is as bad as limit or worse.
func (l List) Any(limit Severity) bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity.AtLeast(limit) })
}

// WithEnv sets the environment of every finding that names none.
func (l List) WithEnv(env string) List {
	for i := range l {
		if l[i].Env == "" {
			l[i].Env = env
		}
	}
	return l
}

// String lists the findings a line each, for logs and test failures; people
// are shown pkg/view's rendering.
func (l List) String() string {
	var b strings.Builder
	for i, d := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s[%s]: %s", d.Span, d.Severity, d.Code, d.Summary)
	}
	return b.String()
}
