package jsonnet

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/diag"
)

// Trace is a message of std.trace.
type Trace struct {
	// Span is the call. Upstream's engine knows only the line.
	Span diag.Span
	// Message may have several lines.
	Message string
}

// String returns the line that the jsonnet command prints.
func (t Trace) String() string {
	return fmt.Sprintf("TRACE: %s:%d %s", t.Span.File, t.Span.Start.Line, t.Message)
}

// AddTo reports the message as a finding.
func (t Trace) AddTo(diags *diag.List) {
	summary, _, more := strings.Cut(t.Message, "\n")
	d := diags.Infof("jsonnet/trace", t.Span, "%s", summary)
	if more {
		d.Detail = t.Message
	}
}

// traceOf returns what the vm's option Trace wants of a request.
func (e *evaluation) traceOf() func(ast.LocationRange, string) {
	if e.req.Trace == nil {
		return nil
	}
	return func(l ast.LocationRange, text string) { e.req.Trace(Trace{Span: span(l), Message: text}) }
}

// traceWriter takes the lines that upstream's engine writes, each in one piece,
// until it is closed: an evaluation that was abandoned may go on.
type traceWriter struct {
	mu   sync.Mutex
	emit func(Trace)
}

// Write implements io.Writer.
func (w *traceWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.emit != nil {
		w.emit(parseTrace(string(line)))
	}
	return len(line), nil
}

func (w *traceWriter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emit = nil
}

// parseTrace is the inverse of Trace.String, but for columns.
func parseTrace(line string) Trace {
	rest := strings.TrimSuffix(strings.TrimPrefix(line, "TRACE: "), "\n")
	for at := 0; ; {
		i := strings.IndexByte(rest[at:], ':')
		if i < 0 {
			return Trace{Message: rest}
		}
		at += i + 1
		number, message, ok := strings.Cut(rest[at:], " ")
		if n, err := strconv.Atoi(number); ok && err == nil {
			return Trace{diag.Span{File: rest[:at-1], Start: diag.Position{Line: n}}, message}
		}
	}
}
