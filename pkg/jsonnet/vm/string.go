package vm

import (
	"strings"
	"unicode/utf8"
)

// String is a string. Jsonnet counts code points; a string that is all ASCII
// is indexed as bytes. The text is always valid UTF-8.
type String struct {
	header
	content content
	// shared strings belong to compiled code, which several evaluations use
	// at a time, so nothing in them is filled in later.
	shared bool
	text   string
	// name is the interned name with this text, nil if not asked for yet.
	name *Name
	// rope holds the parts as long as nobody has asked for the text.
	rope *rope
}

// content says whether the text is known to be ASCII.
type content uint8

const (
	contentUnknown content = iota
	contentASCII
	contentWide
)

// rope is a concatenation that has been put off: a string that is built piece
// by piece is copied once and not with every piece.
type rope struct {
	left, right *String
	bytes       int
}

// ropeBytes is from which length on concatenations are put off.
const ropeBytes = 64

// validText replaces what is not UTF-8, as conversion to code points does.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// string makes a string of valid UTF-8.
func (e *Evaluation) string(s string) Value {
	e.alloc(arrayBytes + len(s))
	return (&String{header: header{kind: kindString, made: e.cur.base()}, text: s}).value()
}

// sharedString makes a string for compiled code.
func sharedString(s string) *String {
	return &String{header: header{kind: kindString}, shared: true, content: contentOf(s), text: s}
}

func contentOf(s string) content {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return contentWide
		}
	}
	return contentASCII
}

func (s *String) bytes() int {
	if s.rope != nil {
		return s.rope.bytes
	}
	return len(s.text)
}

// flat returns the text of a string.
func (e *Evaluation) flat(s *String) string {
	if s.rope != nil {
		e.flatten(s)
	}
	return s.text
}

func (e *Evaluation) flatten(s *String) {
	e.alloc(s.rope.bytes)
	var b strings.Builder
	b.Grow(s.rope.bytes)
	// The left side is where ropes get deep: a loop, not a recursion.
	todo := []*String{s}
	for len(todo) > 0 {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if r := last.rope; r != nil {
			todo = append(todo, r.right, r.left)
			continue
		}
		b.WriteString(last.text)
	}
	s.text, s.rope = b.String(), nil
}

// ascii says whether code points are bytes.
func (e *Evaluation) ascii(s *String) bool {
	if s.content == contentUnknown {
		s.content = contentOf(e.flat(s))
	}
	return s.content == contentASCII
}

// length is the number of code points.
func (e *Evaluation) length(s *String) int {
	if e.ascii(s) {
		return s.bytes()
	}
	return utf8.RuneCountInString(e.flat(s))
}

// concat appends b to a.
func (e *Evaluation) concat(a, b *String) Value {
	n := a.bytes() + b.bytes()
	made := header{kind: kindString, made: e.cur.base()}
	switch {
	case a.bytes() == 0:
		return (&String{header: made, content: b.content, text: e.flat(b)}).value()
	case b.bytes() == 0:
		return (&String{header: made, content: a.content, text: e.flat(a)}).value()
	case n < ropeBytes:
		e.alloc(arrayBytes + n)
		return (&String{header: made, text: e.flat(a) + e.flat(b)}).value()
	}
	if n > maxStringBytes {
		e.failLimit(LimitMemory, "a string of %d bytes", n)
	}
	e.alloc(2 * arrayBytes)
	s := &String{header: made, rope: &rope{a, b, n}}
	if a.content == contentASCII && b.content == contentASCII {
		s.content = contentASCII
	}
	return s.value()
}

// maxStringBytes keeps the arithmetic of lengths far from overflow.
const maxStringBytes = 1 << 40

// nameOf returns the interned name with the text of s.
func (e *Evaluation) nameOf(s *String) *Name {
	if s.name != nil {
		return s.name
	}
	n := e.intern(e.flat(s))
	if !s.shared {
		s.name = n
	}
	return n
}
