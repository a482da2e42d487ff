// Package diag holds the findings that every stage of monctl reports about its
// user's input.
//
// A Diagnostic says one thing about one place: a stable code
// ("promql/syntax"), a severity, a summary in one sentence without its
// position, and the Span it is about. A List collects what a stage found;
// stages return their partial result together with all of their diagnostics
// and do not stop at the first one. A Go error, in contrast, means I/O,
// cancellation or a bug in monctl.
//
// A Span is a range in a source file, whose name is slash-separated and
// relative to the project. Columns count Unicode code points from 1, so that
// editors agree; zero means unknown. A finding about something rendered has,
// beside its Span, the bundle Object and the JSON Pointer (RFC 6901) within it.
//
// An Excerpt is the piece of source that a Span names, cut out for people to
// read. Excerpts are data; pkg/view draws them.
package diag
