package schema

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promconf"
)

// Memory holds what was judged and found without fault, by the loaders and by
// a project's policies, so that an object that several environments and targets
// have, or that an edit did not reach, is judged once. A finding is never remembered: its place can move while the
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

// keyOf stands for everything that an object is judged by: the dialect with its
// features, what it is called, its content and, for Alertmanager's files, the others of them.
func keyOf(b *bundle.Bundle, d promconf.Dialect, o bundle.Object) bundle.Hash {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n%s\n%s\n", d, d.Features.Names(), o.Ref, o.Body.Hash())
	if o.Ref.Kind == bundle.Alertmanager || o.Ref.Kind == bundle.Template {
		fmt.Fprintf(h, "%d\n", len(b.OfKind(bundle.Alertmanager)))
		for _, t := range b.OfKind(bundle.Template) {
			fmt.Fprintf(h, "%s\n%s\n", t.Ref, t.Body.Hash())
		}
	}
	return bundle.Hash(h.Sum(nil))
}

// Policies returns what LoadPolicies does, and remembers: files that there was
// nothing to say of are compiled again only for an object that is not known to
// keep to them.
func (m *Memory) Policies(files []cuelang.File) (*Policies, diag.List) {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%q %d\n%s", f.Name, len(f.Data), f.Data)
	}
	key := bundle.Hash(h.Sum(nil))
	if len(files) > 0 && m.has(key) {
		return &Policies{files: files, memory: m, key: key}, nil
	}
	p, diags := LoadPolicies(files)
	if p == nil {
		return nil, diags
	}
	p.memory, p.key = m, key
	if len(diags) == 0 {
		m.put(key)
	}
	return p, diags
}

// keyOf stands for an object and the policies that it is held against.
func (p *Policies) keyOf(o bundle.Object) bundle.Hash {
	h := sha256.New()
	fmt.Fprintf(h, "policies %s\n%s\n%s\n", p.key, o.Ref, o.Body.Hash())
	return bundle.Hash(h.Sum(nil))
}
