package syntax

import (
	"strings"
	"unicode/utf16"

	"github.com/google/go-jsonnet/ast"
)

// number reads the number at i.
func (l *lexer) number(i int) {
	s := l.text
	underscores := false
	j := i
	// digits reads at least one digit; underscores stand between two.
	digits := func() {
		if j >= len(s) || classes[s[j]] != digit {
			l.fail()
			return
		}
		for j < len(s) {
			switch {
			case classes[s[j]] == digit:
			case s[j] != '_':
				return
			case j+1 >= len(s) || classes[s[j+1]] != digit:
				l.fail()
				return
			default:
				underscores = true
			}
			j++
		}
	}
	if s[j] == '0' {
		j++
		if j < len(s) && s[j] == '_' {
			l.fail()
		}
	} else {
		digits()
	}
	if j < len(s) && s[j] == '.' {
		j++
		digits()
	}
	if j < len(s) && (s[j] == 'e' || s[j] == 'E') {
		j++
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		digits()
	}
	if l.failed {
		return
	}
	l.emit(tokNumber, i, j)
	if underscores {
		l.data = strings.ReplaceAll(l.data, "_", "")
	}
}

// stringToken is what a string token has beyond others.
type stringToken struct {
	escapes    bool // data has backslashes that mean something
	block      bool // it is a text block
	termIndent string
}

// validate replaces the bytes of text that are not UTF-8, each by one U+FFFD, as
// upstream does.
func (l *lexer) validate(text string) string {
	if !l.invalid {
		return text
	}
	return string([]rune(text))
}

// quoted reads the quoted or verbatim string at i.
func (l *lexer) quoted(i int) {
	s := l.text
	l.begin = l.location(i)
	l.str = stringToken{}
	j := i
	verbatim := s[i] == '@'
	if verbatim {
		j++
		if j >= len(s) || s[j] != '"' && s[j] != '\'' {
			l.fail()
			return
		}
	}
	q := s[j]
	j++
	start := j
	doubled := false
	for ; j < len(s); j++ {
		switch c := s[j]; {
		case c == q:
			if verbatim && j+1 < len(s) && s[j+1] == q {
				doubled = true
				j++
				continue
			}
			data := s[start:j]
			if doubled {
				data = strings.ReplaceAll(data, string([]byte{q, q}), string(q))
			}
			if verbatim {
				data = l.validate(data)
			}
			l.emitString(data, j+1)
			return
		case c == '\n':
			l.line++
			l.lineStart = j + 1
		case c == '\\' && !verbatim:
			l.str.escapes = true
			if j+1 < len(s) && s[j+1] != '\n' {
				j++
			}
		}
	}
	l.fail()
}

// emitString makes a string that ends at j, with content data, the current token.
func (l *lexer) emitString(data string, j int) {
	l.kind = tokString
	l.data = data
	l.end = l.location(j)
	l.pos = j
}

// block reads the text block at i, which begins with |||.
func (l *lexer) block(i int) {
	s := l.text
	l.begin = l.location(i)
	j := i + 3
	chomp := j < len(s) && s[j] == '-'
	if chomp {
		j++
	}
	for j < len(s) && classes[s[j]] == space {
		j++
	}
	if j >= len(s) || s[j] != '\n' {
		l.fail()
		return
	}
	first := j + 1
	for first < len(s) && s[first] == '\n' {
		first++
	}
	indent := s[first : first+indentation(s[first:])]
	if indent == "" {
		l.fail()
		return
	}
	var b strings.Builder
	b.WriteString(s[j+1 : first])
	k := first
	for strings.HasPrefix(s[k:], indent) {
		k += len(indent)
		eol := strings.IndexByte(s[k:], '\n')
		if eol < 0 {
			l.fail()
			return
		}
		blank := k + eol + 1
		for blank < len(s) && s[blank] == '\n' {
			blank++
		}
		b.WriteString(s[k:blank])
		k = blank
	}
	term := s[k : k+indentation(s[k:])]
	if !strings.HasPrefix(s[k+len(term):], "|||") {
		l.fail()
		return
	}
	l.newlines(i, k)
	l.str = stringToken{block: true, termIndent: term}
	data := b.String()
	if chomp {
		data = data[:len(data)-1]
	}
	l.emitString(l.validate(data), k+len(term)+3)
}

// indentation counts the spaces and tabs that s begins with.
func indentation(s string) int {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// literalString makes the node of the current token, a string, and moves on.
func (p *parser) literalString() *ast.LiteralString {
	n := p.strings.take()
	n.Kind = ast.StringDouble
	n.BlockTermIndent = p.str.termIndent
	n.Value = p.validate(p.data)
	if p.str.escapes {
		value, ok := unescape(n.Value)
		if !ok {
			p.fail()
		}
		n.Value = value
	}
	p.free = 0
	p.base(&n.NodeBase, p.begin, p.end)
	p.next()
	return n
}

// unescape resolves the escapes of a quoted string.
func unescape(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		b.WriteString(s[:i])
		if i+1 >= len(s) {
			return "", false
		}
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case '"', '\'', '\\', '/':
			b.WriteByte(c)
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r, rest, ok := codePoint(s)
			if !ok {
				return "", false
			}
			b.WriteRune(r)
			s = rest
		default:
			return "", false
		}
	}
}

// codePoint reads what follows \u: four digits, or a surrogate, \u and four more.
func codePoint(s string) (r rune, rest string, ok bool) {
	if r, ok = hex4(s); !ok {
		return 0, "", false
	}
	s = s[4:]
	if !utf16.IsSurrogate(r) {
		return r, s, true
	}
	if !strings.HasPrefix(s, `\u`) {
		return 0, "", false
	}
	low, ok := hex4(s[2:])
	if !ok {
		return 0, "", false
	}
	return utf16.DecodeRune(r, low), s[6:], true
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[:4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
