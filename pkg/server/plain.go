package server

import (
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
)

// plainBodies are the objects without secrets of the bundle that was looked at
// last, as YAML. An edit leaves most objects as they are, which then need not
// be decoded, searched for secrets and encoded again.
type plainBodies struct {
	mu   sync.Mutex
	text map[plainKey][]byte
}

type plainKey struct {
	kind bundle.Kind
	hash bundle.Hash
}

func keyOf(o bundle.Object) plainKey { return plainKey{o.Ref.Kind, o.Body.Hash()} }

// yaml returns an object as YAML, nil for one that no engine runs; false if the
// object is not known.
func (p *plainBodies) yaml(o bundle.Object) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, ok := p.text[keyOf(o)]
	return text, ok
}

func (p *plainBodies) has(o bundle.Object) bool {
	_, ok := p.yaml(o)
	return ok
}

// keep forgets what was known before.
func (p *plainBodies) keep(text map[plainKey][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
}
