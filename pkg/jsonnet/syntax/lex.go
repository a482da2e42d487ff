package syntax

import (
	"strings"

	"github.com/google/go-jsonnet/ast"
)

// token is the kind of a token.
type token uint8

const (
	tokEOF token = iota
	tokBad       // an operator that is none

	tokBraceL
	tokBraceR
	tokBracketL
	tokBracketR
	tokComma
	tokDollar
	tokDot
	tokParenL
	tokParenR
	tokSemicolon

	tokIdentifier
	tokNumber
	tokString

	tokAssert
	tokElse
	tokError
	tokFalse
	tokFor
	tokFunction
	tokIf
	tokImport
	tokImportStr
	tokImportBin
	tokIn
	tokLocal
	tokNull
	tokSelf
	tokSuper
	tokTailStrict
	tokThen
	tokTrue

	tokAssign     // =
	tokColon      // :
	tokColon2     // ::
	tokColon3     // :::
	tokPlusColon  // +:
	tokPlusColon2 // +::
	tokPlusColon3 // +:::

	tokNot    // !
	tokTilde  // ~
	tokPlus   // +
	tokMinus  // -
	tokMult   // *
	tokDiv    // /
	tokPct    // %
	tokShl    // <<
	tokShr    // >>
	tokLt     // <
	tokLe     // <=
	tokGt     // >
	tokGe     // >=
	tokEq     // ==
	tokNe     // !=
	tokBitAnd // &
	tokXor    // ^
	tokBitOr  // |
	tokAnd    // &&
	tokOr     // ||

	tokCount
)

// class says what a byte can begin or be part of.
type class uint8

const (
	other class = iota
	space
	newline
	letter // of an identifier, the first one included
	digit
	symbol // of an operator
	single // a token of its own
	quote
)

// classes and singles are constant tables.
var (
	classes = func() (t [256]class) {
		for c := range t {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
				t[c] = letter
			case c >= '0' && c <= '9':
				t[c] = digit
			}
		}
		for _, c := range []byte("!$:~+-&|^=<>*/%") {
			t[c] = symbol
		}
		for c, k := range singles {
			if k != tokEOF {
				t[c] = single
			}
		}
		t['"'], t['\''], t['@'] = quote, quote, quote
		t[' '], t['\t'], t['\r'], t['\n'] = space, space, space, newline
		return t
	}()
	singles = [256]token{
		'{': tokBraceL, '}': tokBraceR, '[': tokBracketL, ']': tokBracketR,
		'(': tokParenL, ')': tokParenR, ',': tokComma, '.': tokDot, ';': tokSemicolon,
	}
)

// lexer cuts a text into tokens; its fields describe the current token.
type lexer struct {
	text      string
	invalid   bool // text is not UTF-8
	pos       int  // where the next token is looked for
	line      int  // of pos
	lineStart int  // where that line begins
	symbols   int  // where the last run of symbols ends

	kind token
	// data is the content of the token: an identifier, a number without
	// underscores, a string without quotes but with its escapes.
	data       string
	begin, end ast.Location
	// str describes a string token.
	str stringToken
	// failed is set for good when the text turned out not to be well-formed;
	// from then on the only token is tokEOF, so that every loop ends.
	failed bool
}

// fail gives up.
func (l *lexer) fail() {
	l.failed = true
	l.kind = tokEOF
	l.pos = len(l.text)
}

func (l *lexer) location(pos int) ast.Location {
	return ast.Location{Line: l.line, Column: pos - l.lineStart + 1}
}

// next reads the next token.
func (l *lexer) next() {
	i, s := l.pos, l.text
	for i < len(s) {
		switch classes[s[i]] {
		case space:
			i++
		case newline:
			i++
			l.line++
			l.lineStart = i
		case letter:
			j := i + 1
			for j < len(s) && (classes[s[j]] == letter || classes[s[j]] == digit) {
				j++
			}
			l.emit(keyword(s[i:j]), i, j)
			return
		case single:
			l.emit(singles[s[i]], i, i+1)
			return
		case digit:
			l.number(i)
			return
		case quote:
			l.quoted(i)
			return
		case symbol:
			if j := l.comment(i); j >= 0 {
				i = j
				continue
			}
			if strings.HasPrefix(s[i:], "|||") {
				l.block(i)
				return
			}
			l.operator(i)
			return
		default:
			j := l.comment(i)
			if j < 0 {
				l.fail()
				return
			}
			i = j
		}
	}
	l.pos = len(s)
	l.kind = tokEOF
}

// emit makes text[i:j], which has no newline in it, the current token.
func (l *lexer) emit(kind token, i, j int) {
	l.kind = kind
	l.data = l.text[i:j]
	l.begin = l.location(i)
	l.end = ast.Location{Line: l.line, Column: j - l.lineStart + 1}
	l.pos = j
}

// comment returns the end of the comment at i, or -1 if there is none.
func (l *lexer) comment(i int) int {
	s := l.text[i:]
	if s[0] == '#' || strings.HasPrefix(s, "//") {
		j := strings.IndexByte(s, '\n')
		if j < 0 {
			return len(l.text)
		}
		return i + j
	}
	if !strings.HasPrefix(s, "/*") {
		return -1
	}
	j := strings.Index(s[2:], "*/")
	if j < 0 {
		l.fail()
		return len(l.text)
	}
	end := i + 2 + j + 2
	l.newlines(i, end)
	return end
}

// newlines counts the lines in text[i:j].
func (l *lexer) newlines(i, j int) {
	for {
		k := strings.IndexByte(l.text[i:j], '\n')
		if k < 0 {
			return
		}
		i += k + 1
		l.line++
		l.lineStart = i
	}
}

// operator reads the operator at i: as many symbols as there are, but if the
// last one is a unary operator (or $), upstream takes the first one alone.
func (l *lexer) operator(i int) {
	s := l.text
	j := max(i+1, l.symbols)
	for j < len(s) && classes[s[j]] == symbol && s[j] != '/' && !strings.HasPrefix(s[j:], "||") {
		j++
	}
	l.symbols = j
	switch s[j-1] {
	case '+', '-', '~', '!', '$':
		j = i + 1
	}
	l.emit(operator(s[i:j]), i, j)
}

// operator names an operator, keyword a word.
func operator(s string) token {
	if len(s) == 1 {
		return symbolToken(s[0])
	}
	switch s {
	case "::":
		return tokColon2
	case ":::":
		return tokColon3
	case "+:":
		return tokPlusColon
	case "+::":
		return tokPlusColon2
	case "+:::":
		return tokPlusColon3
	case "<<":
		return tokShl
	case ">>":
		return tokShr
	case "<=":
		return tokLe
	case ">=":
		return tokGe
	case "==":
		return tokEq
	case "!=":
		return tokNe
	case "&&":
		return tokAnd
	case "||":
		return tokOr
	}
	return tokBad
}

func symbolToken(c byte) token {
	switch c {
	case '$':
		return tokDollar
	case '=':
		return tokAssign
	case ':':
		return tokColon
	case '!':
		return tokNot
	case '~':
		return tokTilde
	case '+':
		return tokPlus
	case '-':
		return tokMinus
	case '*':
		return tokMult
	case '/':
		return tokDiv
	case '%':
		return tokPct
	case '<':
		return tokLt
	case '>':
		return tokGt
	case '&':
		return tokBitAnd
	case '^':
		return tokXor
	case '|':
		return tokBitOr
	}
	return tokBad
}

func keyword(s string) token {
	if len(s) < 2 || len(s) > 10 {
		return tokIdentifier
	}
	switch s {
	case "assert":
		return tokAssert
	case "else":
		return tokElse
	case "error":
		return tokError
	case "false":
		return tokFalse
	case "for":
		return tokFor
	case "function":
		return tokFunction
	case "if":
		return tokIf
	case "import":
		return tokImport
	case "importstr":
		return tokImportStr
	case "importbin":
		return tokImportBin
	case "in":
		return tokIn
	case "local":
		return tokLocal
	case "null":
		return tokNull
	case "self":
		return tokSelf
	case "super":
		return tokSuper
	case "tailstrict":
		return tokTailStrict
	case "then":
		return tokThen
	case "true":
		return tokTrue
	}
	return tokIdentifier
}
