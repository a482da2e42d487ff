package convert

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The layout is one that jsonnetfmt, with its defaults, leaves as it is.
const (
	width     = 100 // columns that an expression on one line may reach
	maxInline = 5   // fields that an object on one line may have
)

type printer struct{ b strings.Builder }

// program prints a file: what is said of it, locals, an expression.
func program(head []string, locals []item, body item) []byte {
	var p printer
	for _, line := range head {
		p.comment(0, line)
	}
	if len(head) > 0 {
		p.b.WriteByte('\n')
	}
	for _, l := range locals {
		p.comments(0, l.notes.head)
		p.b.WriteString("local " + l.key + " = ")
		p.expr(l.value, 0, len("local  = ;")+len(l.key))
		p.b.WriteString(";\n")
	}
	if len(locals) > 0 {
		p.b.WriteByte('\n')
	}
	p.comments(0, body.notes.head)
	p.expr(body.value, 0, 0)
	p.b.WriteByte('\n')
	p.comments(0, body.notes.foot)
	return []byte(p.b.String())
}

func (p *printer) indent(n int) { p.b.WriteString(strings.Repeat(" ", n)) }

func (p *printer) comment(indent int, line string) {
	p.indent(indent)
	p.b.WriteString(strings.TrimRight("// "+line, " ") + "\n")
}

func (p *printer) comments(indent int, lines []string) {
	for _, line := range lines {
		p.comment(indent, line)
	}
}

// expr prints an expression whose lines begin at indent and whose own line is
// taken by column characters around it.
func (p *printer) expr(e expr, indent, column int) {
	if text, ok := inline(e, 0); ok && (column+utf8.RuneCountInString(text) <= width || e.form == atom) {
		p.b.WriteString(text)
		return
	}
	switch e.form {
	case atom:
		p.b.WriteString(e.text)
	case block:
		p.block(e.text, indent)
	case object:
		p.lines("{", "}", e.items, indent)
	case array:
		p.lines("[", "]", e.items, indent)
	case call:
		p.b.WriteString(e.text + "(")
		for i, a := range e.items {
			if i > 0 {
				p.b.WriteString(", ")
			}
			p.expr(a.value, indent, indent+len(e.text)+2)
		}
		p.b.WriteByte(')')
	case extend:
		p.expr(e.items[0].value, indent, column)
		p.b.WriteByte(' ')
		p.expr(e.items[1].value, indent, column+width/2)
	}
}

func (p *printer) lines(open, end string, items []item, indent int) {
	p.b.WriteString(open + "\n")
	for _, i := range items {
		p.comments(indent+2, i.notes.head)
		p.indent(indent + 2)
		column := indent + 3
		if open == "{" {
			p.b.WriteString(i.key + ": ")
			column += len(i.key) + 2
		}
		p.expr(i.value, indent+2, column)
		p.b.WriteByte(',')
		if i.notes.line != "" {
			p.b.WriteString("  // " + i.notes.line)
		}
		p.b.WriteByte('\n')
		p.comments(indent+2, i.notes.foot)
	}
	p.indent(indent)
	p.b.WriteString(end)
}

func (p *printer) block(text string, indent int) {
	mark := "|||-\n"
	text, ended := strings.CutSuffix(text, "\n")
	if ended {
		mark = "|||\n"
	}
	p.b.WriteString(mark)
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			p.indent(indent + 2)
		}
		p.b.WriteString(line + "\n")
	}
	p.indent(indent)
	p.b.WriteString("|||")
}

// inline writes an expression on one line, if that reads well.
func inline(e expr, depth int) (string, bool) {
	var parts []string
	for _, i := range e.items {
		text, ok := inline(i.value, depth+1)
		if !ok || !i.notes.empty() {
			return "", false
		}
		if i.key != "" {
			text = i.key + ": " + text
		}
		parts = append(parts, text)
	}
	list := strings.Join(parts, ", ")
	switch e.form {
	case atom:
		return e.text, true
	case object:
		if list == "" {
			return "{}", true
		}
		return "{ " + list + " }", len(parts) <= maxInline && depth < 3
	case array:
		structured := slices.ContainsFunc(e.items, func(i item) bool { return i.value.form != atom })
		return "[" + list + "]", !structured || len(parts) == 1 || e.matchers()
	case call:
		return e.text + "(" + list + ")", true
	case extend:
		return strings.Join(parts, " "), len(e.items[1].value.items) == 1
	case block:
	}
	return "", false
}

// matchers reports whether an array holds short calls, such as matchers.
func (e expr) matchers() bool {
	return len(e.items) <= 3 && !slices.ContainsFunc(e.items, func(i item) bool {
		return i.value.form != call || slices.ContainsFunc(i.value.items, func(a item) bool { return a.value.form != atom })
	})
}

var keywords = []string{
	"assert", "else", "error", "false", "for", "function", "if", "import", "importbin", "importstr", "in", "local",
	"null", "self", "super", "tailstrict", "then", "true",
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && !slices.Contains(keywords, s)
}

// fieldName writes the name of a field, quoted where it has to be.
func fieldName(s string) string {
	if isIdentifier(s) {
		return s
	}
	return quote(s)
}

// text is a string: a block where that keeps it to the byte, else quoted.
func text(s string) expr {
	if blockable(s) {
		return expr{form: block, text: s}
	}
	return name(quote(s))
}

// blockable reports whether a text block can hold the text: its first line says
// how deep the block is indented, so it must begin with something else.
func blockable(s string) bool {
	return strings.Contains(strings.TrimRight(s, "\n"), "\n") &&
		!strings.ContainsAny(s[:1], " \t\n") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 })
}

// quote writes a string in the quotes that need no escapes, single ones if both do.
func quote(s string) string {
	mark := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = '"'
	}
	var b strings.Builder
	b.WriteByte(mark)
	for _, r := range s {
		switch {
		case r == rune(mark), r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < ' ', r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte(mark)
	return b.String()
}
