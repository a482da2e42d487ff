package vm

import (
	"strings"
	"sync"
)

// Name is an interned field or parameter name: two names of one Machine with
// the same text are the same pointer.
type Name struct {
	text string
	// str is the name as a value; it belongs to all evaluations.
	str *String
}

func (n *Name) compare(other *Name) int { return strings.Compare(n.text, other.text) }

// value returns the name as a Jsonnet string.
func (n *Name) value() Value { return n.str.value() }

// names is a table of interned names, safe for concurrent use.
type names struct {
	mu    sync.RWMutex
	table map[string]*Name
}

func (t *names) intern(s string) *Name {
	t.mu.RLock()
	n := t.table[s]
	t.mu.RUnlock()
	if n != nil {
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := t.table[s]; n != nil {
		return n
	}
	n = &Name{text: s, str: sharedString(s)}
	n.str.name = n
	t.table[s] = n
	return n
}

// intern returns the name with a text. What this evaluation has met is kept
// in a table of its own, without a lock.
func (e *Evaluation) intern(s string) *Name {
	if n := e.interned[s]; n != nil {
		return n
	}
	e.alloc(arrayBytes + len(s))
	n := e.machine.names.intern(s)
	e.interned[n.text] = n
	return n
}
