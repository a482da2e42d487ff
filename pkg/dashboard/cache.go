package dashboard

import (
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
)

// maxRead bounds a cache, in bytes of bodies; when it is full, it begins anew.
const maxRead = 32 << 20

// Cache keeps dashboards that were read, by the hash of their bodies, with what
// has been found out about them. It is safe for concurrent use; the zero value
// is empty, and a nil one keeps nothing.
type Cache struct {
	mu    sync.Mutex
	read  map[bundle.Hash]Dashboard
	bytes int
}

// Read is the package's Read of an object.
func (c *Cache) Read(o bundle.Object) (Dashboard, error) {
	key := o.Body.Hash()
	if c != nil {
		c.mu.Lock()
		d, ok := c.read[key]
		c.mu.Unlock()
		if ok {
			return d, nil
		}
	}
	v, err := o.Value()
	if err != nil {
		return Dashboard{}, err
	}
	d := Read(v)
	if c == nil {
		return d, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.read[key]; ok {
		return known, nil // somebody else was faster
	}
	if c.bytes += o.Body.Len(); c.read == nil || c.bytes > maxRead {
		c.read, c.bytes = map[bundle.Hash]Dashboard{}, o.Body.Len()
	}
	c.read[key] = d
	return d, nil
}
