package bundle

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// EncodeYAML writes a value in block style with sorted keys and strings of
// several lines as literal blocks. The text is, to the byte, what the emitter of
// yaml.v3 writes of the same nodes, indented by two.
func EncodeYAML(v Value) ([]byte, error) {
	w := yamlWriter{text: make([]byte, 0, 4<<10)}
	if err := w.value(v, 0, true); err != nil {
		return nil, fmt.Errorf("encode YAML: %w", err)
	}
	w.endLine()
	return exact(w.text), nil
}

// yamlWriter writes a document. There is no space after what it has written,
// unless that is the indentation of a line: what follows brings it along.
type yamlWriter struct{ text []byte }

// value writes a value whose own lines begin at a column, an even one. The first
// line of a list or mapping goes on where the writer is if it may, as after "-".
func (w *yamlWriter) value(v Value, column int, goesOn bool) error {
	switch v.Kind {
	case Null:
		w.token("null")
	case Bool:
		w.token(v.Text)
	case Number:
		w.token(canonicalNumber(v.Text))
	case String:
		return w.scalar(formOf(v), max(column, 2))
	case Array:
		return w.list(v, column, goesOn)
	case Map:
		return w.mapping(v, column, goesOn)
	default:
		return fmt.Errorf("value of unknown kind %d", v.Kind)
	}
	return nil
}

func (w *yamlWriter) list(v Value, column int, goesOn bool) error {
	if len(v.Elem) == 0 {
		w.token("[]")
	}
	for i, e := range v.Elem {
		w.entry(column, goesOn && i == 0)
		w.text = append(w.text, '-')
		if err := w.value(e, column+2, true); err != nil {
			return err
		}
	}
	return nil
}

func (w *yamlWriter) mapping(v Value, column int, goesOn bool) error {
	if len(v.Elem) == 0 {
		w.token("{}")
	}
	for n, i := range sortedKeys(v) {
		w.entry(column, goesOn && n == 0)
		key := formOf(StringValue(v.Keys[i]))
		simple := key.isSimpleKey()
		if !simple {
			w.text = append(w.text, '?')
		}
		if err := w.scalar(key, column+2); err != nil {
			return err
		}
		if !simple {
			w.entry(column, false)
		}
		w.text = append(w.text, ':')
		if err := w.value(v.Elem[i], column+2, !simple); err != nil {
			return err
		}
	}
	return nil
}

// entry goes to where an entry of a list or mapping begins.
func (w *yamlWriter) entry(column int, goesOn bool) {
	if goesOn {
		w.space()
		return
	}
	w.endLine()
	w.indent(column)
}

// endLine ends a line that has been begun.
func (w *yamlWriter) endLine() {
	if n := len(w.text); n > 0 && w.text[n-1] != '\n' {
		w.text = append(w.text, '\n')
	}
}

func (w *yamlWriter) indent(column int) {
	for range column {
		w.text = append(w.text, ' ')
	}
}

// space parts a token from what stands before it in the line.
func (w *yamlWriter) space() {
	if n := len(w.text); n > 0 && w.text[n-1] != ' ' && w.text[n-1] != '\n' {
		w.text = append(w.text, ' ')
	}
}

func (w *yamlWriter) token(text string) {
	w.space()
	w.text = append(w.text, text...)
}

// scalar writes a string; its further lines, if it has any, begin at a column.
func (w *yamlWriter) scalar(f yamlForm, column int) error {
	if f.invalid {
		return errors.New("a string is not UTF-8")
	}
	switch f.style {
	case yamlPlain:
		w.token(f.text)
	case yamlSingle:
		w.single(f.text, column)
	case yamlDouble:
		w.double(f.text)
	case yamlLiteral:
		w.literal(f.text, column)
	}
	return nil
}

func (w *yamlWriter) single(text string, column int) {
	w.token("'")
	after := false // a break
	for _, c := range text {
		isBreak := isYAMLBreak(c)
		if after && !isBreak {
			w.indent(column)
		}
		if after = isBreak; c == '\'' {
			w.text = append(w.text, '\'')
		}
		w.text = utf8.AppendRune(w.text, c)
	}
	w.text = append(w.text, '\'')
}

// yamlEscapes are the escapes that have a letter.
var yamlEscapes = [...]struct {
	char   rune
	letter byte
}{
	{0x00, '0'},
	{0x07, 'a'},
	{0x08, 'b'},
	{0x09, 't'},
	{0x0A, 'n'},
	{0x0B, 'v'},
	{0x0C, 'f'},
	{0x0D, 'r'},
	{0x1B, 'e'},
	{'"', '"'},
	{'\\', '\\'},
	{0x85, 'N'},
	{0xA0, '_'},
	{0x2028, 'L'},
	{0x2029, 'P'},
}

func (w *yamlWriter) double(text string) {
	w.token(`"`)
	all := strings.HasPrefix(text, "\ufeff") // the emitter takes each character for a byte order mark then
	for _, c := range text {
		if !all && isYAMLPrintable(c) && !isYAMLBreak(c) && c != '"' && c != '\\' {
			w.text = utf8.AppendRune(w.text, c)
		} else {
			w.escape(c)
		}
	}
	w.text = append(w.text, '"')
}

func (w *yamlWriter) escape(c rune) {
	for _, e := range yamlEscapes {
		if e.char == c {
			w.text = append(w.text, '\\', e.letter)
			return
		}
	}
	switch {
	case c <= 0xFF:
		w.text = fmt.Appendf(w.text, `\x%02X`, c)
	case c <= 0xFFFF:
		w.text = fmt.Appendf(w.text, `\u%04X`, c)
	default:
		w.text = fmt.Appendf(w.text, `\U%08X`, c)
	}
}

// literal writes a block, which says how many line feeds the text ends in.
func (w *yamlWriter) literal(text string, column int) {
	w.token("|")
	switch {
	case !strings.HasSuffix(text, "\n"):
		w.text = append(w.text, '-')
	case strings.HasSuffix(text, "\n\n"):
		w.text = append(w.text, '+')
	}
	w.text = append(w.text, '\n')
	for line := range strings.Lines(text) {
		if line != "\n" {
			w.indent(column)
		}
		w.text = append(w.text, line...)
	}
}

// yamlStyle is a way to write a string.
type yamlStyle uint8

const (
	yamlPlain yamlStyle = iota
	yamlSingle
	yamlDouble
	yamlLiteral
)

// yamlForm is how a string is written.
type yamlForm struct {
	text  string
	style yamlStyle
	// breaks says that there is a line break of any kind in it, invalid that it
	// is not UTF-8.
	breaks, invalid bool
}

// isSimpleKey reports whether a key stands before a colon. Others follow a
// question mark.
func (f yamlForm) isSimpleKey() bool { return !f.breaks && len(f.text) <= 128 }

// formOf quotes what any version of YAML would read as something else.
func formOf(v Value) yamlForm {
	if v.Src != "" { // it was plain in the file that it was read from
		t := traitsOf(v.Src)
		return yamlForm{text: v.Src, style: t.unquoted(), breaks: t.breaks, invalid: t.invalid}
	}
	t := traitsOf(v.Text)
	f := yamlForm{text: v.Text, breaks: t.breaks, invalid: t.invalid}
	switch {
	case ambiguous(v.Text) || v.Text == "<<" || v.Text == "=":
		f.style = yamlDouble
	case strings.IndexByte(v.Text, '\n') >= 0:
		f.style = yamlDouble
		if !t.special && blockable(v.Text) {
			f.style = yamlLiteral
		}
	case !isYAMLString(v.Text):
		f.style = yamlDouble
	default:
		f.style = t.unquoted()
	}
	return f
}

// isYAMLString reports whether a plain scalar is a string to YAML 1.2. Nothing
// else begins otherwise than with one of these bytes.
func isYAMLString(s string) bool {
	return s != "" && strings.IndexByte("0123456789+-.yYnNtTfFoO~", s[0]) < 0 ||
		(&yaml.Node{Kind: yaml.ScalarNode, Value: s}).ShortTag() == "!!str"
}

// yamlTraits are what of a string counts for how it can be written.
type yamlTraits struct {
	// special says that characters have to be escaped, tab that one may be a tab.
	special, tab bool
	// breaks says that there is a line break; spaced that a space stands beside one.
	breaks, spaced bool
	// outer says that it begins or ends in a space or break.
	outer bool
	// indicates says that YAML would take a part of it for its own.
	indicates bool
	invalid   bool
}

// unquoted is the plain style, or the one nearest to it.
func (t yamlTraits) unquoted() yamlStyle {
	switch {
	case t.special || t.tab || t.spaced:
		return yamlDouble
	case t.outer || t.breaks || t.indicates:
		return yamlSingle
	default:
		return yamlPlain
	}
}

func traitsOf(s string) yamlTraits {
	t := yamlTraits{indicates: beginsAsIndicator(s)}
	before := ' '
	for i, c := range s {
		isBreak := isYAMLBreak(c)
		switch {
		case isBreak:
			t.breaks = true
			t.spaced = t.spaced || before == ' ' && i > 0
		case c == ' ':
			t.spaced = t.spaced || isYAMLBreak(before)
		case c == '\t':
			t.tab = true
		case c == '#':
			t.indicates = t.indicates || before == ' ' || before == '\t' || before == 0 || isYAMLBreak(before)
		case c == ':':
			t.indicates = t.indicates || isBlankOrEnd(s[i+1:])
		case c == utf8.RuneError && strings.HasPrefix(s[i:], "\ufffd"):
		case c == utf8.RuneError:
			t.invalid = true
		}
		t.special = t.special || c != '\t' && !isYAMLPrintable(c)
		t.outer = t.outer || i == 0 && (isBreak || c == ' ')
		before = c
	}
	t.outer = t.outer || s != "" && (before == ' ' || isYAMLBreak(before))
	return t
}

// beginsAsIndicator reports whether YAML would not take the beginning of a plain
// scalar for that.
func beginsAsIndicator(s string) bool {
	switch {
	case s == "":
		return false
	case strings.HasPrefix(s, "---") || strings.HasPrefix(s, "..."):
		return true
	case strings.IndexByte("#,[]{}&*!|>'\"%@`", s[0]) >= 0:
		return true
	default:
		return strings.IndexByte("?:-", s[0]) >= 0 && isBlankOrEnd(s[1:])
	}
}

// isBlankOrEnd reports whether a space or tab, or nothing, is next.
func isBlankOrEnd(s string) bool { return s == "" || s[0] == ' ' || s[0] == '\t' }

// isYAMLBreak reports whether a character breaks lines in YAML 1.1.
func isYAMLBreak(c rune) bool {
	switch c {
	case '\n', '\r', 0x85, 0x2028, 0x2029:
		return true
	default:
		return false
	}
}

// isYAMLPrintable reports whether a character may stand in a file as it is.
// YAML allows those beyond U+FFFF, too.
func isYAMLPrintable(c rune) bool {
	return c >= 0x20 && c <= 0x7E || c == '\n' || c >= 0xA0 && c <= 0xFFFD && c != 0xFEFF
}

// blockable reports whether a literal block keeps the text exactly: the
// emitter loses or misplaces leading space and lines that end in space, and a
// tab in front is read as indentation.
func blockable(s string) bool {
	if strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\n") || strings.ContainsAny(s, "\r\u0085\u2028\u2029\ufeff") {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if strings.HasSuffix(line, " ") {
			return false
		}
	}
	return true
}
