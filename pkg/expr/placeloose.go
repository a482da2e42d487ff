package expr

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/diag"
)

// quoting is how a source writes the characters of a text.
type quoting uint8

const (
	// verbatim is a plain or folded scalar.
	verbatim quoting = iota
	// backslashed is a double-quoted scalar, or a string of Jsonnet.
	backslashed
	// doubled is a single-quoted scalar: a quote within stands twice.
	doubled
)

// blockHeader is what a folded scalar begins with.
var blockHeader = regexp.MustCompile(`^>[-+0-9]*[ \t]*(?:#.*)?\r?$`)

// locateFolded finds the part inner of a text in a source that breaks its lines
// elsewhere, or that writes some of its characters with escapes. A text that is
// put together from pieces is not found.
func locateFolded(text string, source []byte, whole, inner diag.Span) (diag.Span, bool) {
	text = strings.TrimRight(text, " \t\r\n")
	begin, ok := offsetOf(source, whole.Start)
	if !ok || begin >= len(source) {
		return diag.Span{}, false
	}
	how := []quoting{verbatim}
	switch source[begin] {
	case '"':
		begin, how = begin+1, []quoting{backslashed}
	case '\'':
		begin, how = begin+1, []quoting{doubled, backslashed}
	case '>':
		line, _, _ := bytes.Cut(source[begin:], []byte("\n"))
		if !blockHeader.Match(line) {
			return diag.Span{}, false
		}
		begin += len(line)
	}
	for _, q := range how {
		if at, ok := align(text, source, begin, q); ok {
			place := func(p diag.Position) diag.Position {
				if p.Line < 1 { // not every parser says where an error ends
					return diag.Position{}
				}
				offset, _ := offsetOf([]byte(text), p)
				return positionOf(source, at[min(offset, len(text))])
			}
			return diag.Span{File: whole.File, Start: place(inner.Start), End: place(inner.End)}, true
		}
	}
	return diag.Span{}, false
}

// align returns the offset in the source of every byte of a text, and of its
// end, if the source says the text from an offset on. White space may be any.
func align(text string, source []byte, from int, q quoting) ([]int, bool) {
	at := make([]int, len(text)+1)
	i := from + spaces(source[from:])
	t := spaces([]byte(text))
	for j := range t {
		at[j] = i
	}
	for t < len(text) {
		if n := spaces([]byte(text[t:])); n > 0 {
			m := spaces(source[i:])
			if q == backslashed && m == 0 && i+1 < len(source) && source[i] == '\\' && source[i+1] == 'n' {
				m = 2 + spaces(source[i+2:])
			}
			if m == 0 {
				return nil, false
			}
			i += m
			for j := range n {
				at[t+j] = i - 1
			}
			t += n
			continue
		}
		at[t] = i
		if i+1 < len(source) && source[i+1] == text[t] &&
			(q == backslashed && source[i] == '\\' || q == doubled && source[i] == '\'' && text[t] == '\'') {
			i++
		}
		if i >= len(source) || source[i] != text[t] {
			return nil, false
		}
		i++
		t++
	}
	at[len(text)] = i
	return at, true
}

// spaces is how many bytes of white space a text begins with.
func spaces(text []byte) int { return len(text) - len(bytes.TrimLeft(text, " \t\r\n")) }

// offsetOf converts a place, whose columns count code points, to a byte offset.
func offsetOf(text []byte, p diag.Position) (int, bool) {
	offset := 0
	for range p.Line - 1 {
		i := bytes.IndexByte(text[offset:], '\n')
		if i < 0 {
			return len(text), false
		}
		offset += i + 1
	}
	return offset + byteColumn(text[offset:], p.Column), true
}

// positionOf is offsetOf the other way round.
func positionOf(text []byte, offset int) diag.Position {
	before := text[:min(offset, len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return diag.Position{Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[start:]) + 1}
}
