package expr

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/parser/posrange"

	"github.com/monctl/monctl/pkg/diag"
)

// Range returns the byte offsets of a part in the text; end excluded.
func (e *Expr) Range(node parser.Node) (start, end int) {
	r := node.PositionRange()
	start = max(0, min(int(r.Start), len(e.Text)))
	end = max(start, min(int(r.End), len(e.Text)))
	// The parser counts the space behind some parts to them.
	return start, start + len(strings.TrimRight(e.Text[start:end], " \t\r\n"))
}

// TextOf returns a part as it was written.
func (e *Expr) TextOf(node parser.Node) string {
	start, end := e.Range(node)
	return e.Text[start:end]
}

// Span returns the place of a part within the expression, in the pseudo file
// "<expression>".
func (e *Expr) Span(node parser.Node) diag.Span {
	start, end := e.Range(node)
	return diag.Span{File: "<expression>", Start: position(e.Text, posrange.Pos(start)), End: position(e.Text, posrange.Pos(end))}
}

// Nodes returns all parts of the expression, outer ones first. The list is
// made once and must not be changed.
func (e *Expr) Nodes() []parser.Expr {
	e.walked.Do(func() {
		parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
			if part, ok := n.(parser.Expr); ok {
				e.nodes = append(e.nodes, part)
			}
			return nil
		})
	})
	return e.nodes
}

// Locate finds a part of the expression in the source that the expression
// stands in: whole is the place of the value that it is, as far as that is
// known. Lines of the source may be indented deeper than those of the
// expression, as they are in block scalars and text blocks, or broken elsewhere,
// as in folded and quoted scalars; quotes and backslashes may be escaped. It
// reports false where the source writes the expression in another way, such as
// put together from pieces.
func (e *Expr) Locate(source []byte, whole diag.Span, node parser.Node) (diag.Span, bool) {
	return locate(e.Text, source, whole, e.Span(node))
}

// Locate finds the place of the error in the source that the text stands in,
// as Expr's Locate does.
func (e *SyntaxError) Locate(source []byte, whole diag.Span) (diag.Span, bool) {
	return locate(e.Text, source, whole, diag.Span{Start: e.Start, End: e.End})
}

// locate finds the part inner of a text in the source that the text stands in.
func locate(text string, source []byte, whole, inner diag.Span) (diag.Span, bool) {
	want := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if whole.Start.Line < 1 || inner.Start.Line < 1 || max(inner.Start.Line, inner.End.Line) > len(want) {
		return diag.Span{}, false
	}
	lines := bytes.Split(source, []byte("\n"))
	// A block begins on the line after its key; text blocks of Jsonnet may
	// have a line in between.
	last := min(len(lines), whole.Start.Line+3)
	for first := whole.Start.Line - 1; first < last; first++ {
		from := 0
		if first == whole.Start.Line-1 {
			from = byteColumn(lines[first], whole.Start.Column)
		}
		columns, ok := matchLines(lines[first:], want, from)
		if !ok {
			continue
		}
		place := func(p diag.Position) diag.Position {
			if p.Line < 1 { // not every parser says where an error ends
				return diag.Position{}
			}
			line := first + p.Line - 1
			shift := utf8.RuneCount(lines[line][:columns[p.Line-1]])
			return diag.Position{Line: line + 1, Column: shift + p.Column}
		}
		return diag.Span{File: whole.File, Start: place(inner.Start), End: place(inner.End)}, true
	}
	return locateFolded(text, source, whole, inner)
}

// matchLines compares the lines of an expression with those of a source and
// returns the byte column in which each begins there.
func matchLines(lines [][]byte, want []string, from int) ([]int, bool) {
	if len(lines) < len(want) {
		return nil, false
	}
	columns := make([]int, len(want))
	for i, w := range want {
		at := 0
		switch {
		case i == 0:
			at = strings.Index(string(lines[i][from:]), w)
			if at >= 0 {
				at += from
			}
		case w == "":
			if len(bytes.TrimSpace(lines[i])) > 0 {
				at = -1
			}
		default:
			at = strings.Index(string(lines[i]), w)
			if at > 0 && len(bytes.TrimSpace(lines[i][:at])) > 0 {
				at = -1 // something else stands in front
			}
		}
		if at < 0 {
			return nil, false
		}
		columns[i] = at
	}
	return columns, true
}

// byteColumn is the byte offset of a column that counts code points from 1.
func byteColumn(line []byte, column int) int {
	offset := 0
	for range max(column, 1) - 1 {
		if offset >= len(line) {
			return len(line)
		}
		_, size := utf8.DecodeRune(line[offset:])
		offset += size
	}
	return offset
}

// Excerpt returns the lines of the expression that a part stands in, with
// carets below the part's first line.
func (e *Expr) Excerpt(node parser.Node) string {
	span := e.Span(node)
	if span.End.Line > span.Start.Line {
		line := strings.Split(e.Text, "\n")[span.Start.Line-1]
		span.End = diag.Position{Line: span.Start.Line, Column: utf8.RuneCountInString(line) + 1}
	}
	return excerpt(e.Text, span)
}

// Functions returns the calls of some functions in the expression.
func (e *Expr) Functions(names ...string) []*parser.Call {
	var out []*parser.Call
	for _, n := range e.Nodes() {
		if call, ok := n.(*parser.Call); ok && slices.Contains(names, call.Func.Name) {
			out = append(out, call)
		}
	}
	return out
}
