package render

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Memory is what renderings of a project share that follow each other: objects
// are not made again of what a source evaluated to before, and rule files are
// not written again. It is safe for concurrent use; the zero value is empty, and
// a nil one keeps nothing.
type Memory struct {
	mu sync.Mutex
	// made are the results of the jobs, by job and environment.
	made map[string]made
	// texts are rule files, by what they are made of.
	texts map[[sha256.Size]byte][]byte
	bytes int // of texts
}

// made is what a job was made of, and to.
type made struct {
	project [sha256.Size]byte
	value   *jsonnet.Result
	fields  []string
	result  result
}

// maxTexts bounds the rule files, in bytes; when they are more, they begin anew.
const maxTexts = 64 << 20

// isKept reports whether the memory is of use to a job: what Jsonnet says of a
// project's own source is kept, if there was nothing to remark.
func (r *renderer) isKept() bool {
	return r.opts.Memory != nil && len(r.opts.Plain) == 0 && !r.opts.Judge
}

// made is what the job would be made of.
func (r *renderer) made(value *jsonnet.Result) made {
	return made{project: r.opts.Project.Sum(), value: value, fields: r.opts.FileFields[r.env.Name]}
}

// recall returns what the job was made to before of the same value, which an
// engine returns again where it has not evaluated anything.
func (r *renderer) recall(value *jsonnet.Result) (result, bool) {
	if !r.isKept() {
		return result{}, false
	}
	m, now := r.opts.Memory, r.made(value)
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.made[r.job.key()+" "+r.env.Name]
	return was.result, ok && was.project == now.project && was.value == value && slices.Equal(was.fields, now.fields)
}

// remember keeps what the job was made to of a value.
func (r *renderer) remember(value *jsonnet.Result, out result) {
	if !r.isKept() || value == nil || len(out.diags) > 0 {
		return
	}
	m, now := r.opts.Memory, r.made(value)
	now.result = out
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil {
		m.made = map[string]made{}
	}
	m.made[r.job.key()+" "+r.env.Name] = now
}

// ruleFile writes rule groups as one file.
func (m *Memory) ruleFile(name string, groups []bundle.Object) ([]byte, error) {
	h := sha256.New()
	for _, g := range groups {
		fmt.Fprintln(h, g.Body.Hash())
	}
	key := [sha256.Size]byte(h.Sum(nil))
	if m != nil {
		m.mu.Lock()
		text, ok := m.texts[key]
		m.mu.Unlock()
		if ok {
			return text, nil
		}
	}
	values := make([]bundle.Value, len(groups))
	for i, g := range groups {
		v, err := g.Value()
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	text, err := bundle.EncodeYAML(bundle.RuleFile(values))
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", name, err)
	}
	if m == nil {
		return text, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bytes += len(text); m.texts == nil || m.bytes > maxTexts {
		m.texts, m.bytes = map[[sha256.Size]byte][]byte{}, len(text)
	}
	m.texts[key] = text
	return text, nil
}
