package project

import (
	"sync"

	"github.com/monctl/monctl/pkg/diag"
)

// decoded is a file that was completed by the schema, as JSON, and where its
// values stand.
type decoded struct {
	text  []byte
	place func(pointer string) diag.Span
}

// Memory has the files that were read before, by content. It is safe for
// concurrent use; the zero value is empty, and a nil one keeps nothing.
type Memory struct {
	mu    sync.Mutex
	files map[string]*decoded
}

// maxFiles bounds a memory; when it is full, it begins anew.
const maxFiles = 1000

// decode is complete, where that has not been done before.
func (m *Memory) decode(definition, file string, data []byte) (*decoded, diag.List, error) {
	if m == nil {
		return complete(definition, file, data)
	}
	key := definition + " " + file + "\x00" + string(data)
	m.mu.Lock()
	d := m.files[key]
	m.mu.Unlock()
	if d != nil {
		return d, nil, nil
	}
	d, diags, err := complete(definition, file, data)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil || len(m.files) >= maxFiles {
		m.files = map[string]*decoded{}
	}
	m.files[key] = d
	return d, nil, nil
}
