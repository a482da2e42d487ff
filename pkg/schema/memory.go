package schema

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/promconf"
)

// Memory holds what was judged and found without fault, so that an object that
// several environments and targets have, or that an edit did not reach, is
// judged once. A finding is never remembered: its place can move while the
// object stays what it is. It is safe for concurrent use.
type Memory struct {
	rules *promconf.Judge
	mu    sync.Mutex
	clean map[bundle.Hash]bool
}

// maxRemembered bounds a memory; when it is full, it begins anew.
const maxRemembered = 1 << 16

// NewMemory returns a memory of nothing, with a judge of rules that knows what
// it has seen elsewhere, or a new one where it is nil.
func NewMemory(rules *promconf.Judge) *Memory {
	if rules == nil {
		rules = promconf.NewJudge(nil)
	}
	return &Memory{rules: rules, clean: map[bundle.Hash]bool{}}
}

// has reports whether what a key stands for is without fault.
func (m *Memory) has(key bundle.Hash) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clean[key]
}

func (m *Memory) put(key bundle.Hash) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.clean) >= maxRemembered {
		clear(m.clean)
	}
	m.clean[key] = true
}

// keyOf stands for everything that an object is judged by: the dialect, what it is called,
// its content and, for Alertmanager's files, the others of them.
func keyOf(b *bundle.Bundle, d promconf.Dialect, o bundle.Object) bundle.Hash {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", d, o.Ref, o.Body.Hash())
	if o.Ref.Kind == bundle.Alertmanager || o.Ref.Kind == bundle.Template {
		fmt.Fprintf(h, "%d\n", len(b.OfKind(bundle.Alertmanager)))
		for _, t := range b.OfKind(bundle.Template) {
			fmt.Fprintf(h, "%s\n%s\n", t.Ref, t.Body.Hash())
		}
	}
	return bundle.Hash(h.Sum(nil))
}
