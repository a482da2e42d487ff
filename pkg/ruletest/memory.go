package ruletest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
)

// Memory is what runs share that follow each other, as after every edit: rule
// files that have not changed are not parsed again, and suites that have passed
// without a remark, and have not changed with all that they read, are not run
// again. It is safe for concurrent use.
//
// Only what has passed is kept: a finding has places in the sources, which may
// move while what is rendered from them stays the same.
type Memory struct {
	mu     sync.Mutex
	files  map[string]func() parsedRules
	passed map[[sha256.Size]byte][]TestReport
}

// NewMemory returns a memory of nothing.
func NewMemory() *Memory { return &Memory{} }

// cache returns a cache of rule files that knows those of the run before.
func (m *Memory) cache(c *ruleCache) *ruleCache {
	if m == nil {
		return c
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c.before, m.files = m.files, c.files
	return c
}

// recall gives suites that have passed before their reports, and forgets all
// others.
func (m *Memory) recall(all []*suite, o Options) {
	if m == nil || o.Coverage != nil || o.VerifyDir != "" || o.Debug {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := map[[sha256.Size]byte][]TestReport{}
	for _, s := range all {
		if !s.isSelfContained() {
			continue
		}
		key := s.key(o)
		if reports, ok := m.passed[key]; ok {
			s.reports, s.kept, kept[key] = slices.Clone(reports), true, reports
		}
	}
	m.passed = kept
}

// remember keeps the reports of a suite that has passed.
func (m *Memory) remember(s *suite, o Options) {
	if m == nil || s.kept || !s.isSelfContained() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.passed == nil {
		m.passed = map[[sha256.Size]byte][]TestReport{}
	}
	m.passed[s.key(o)] = slices.Clone(s.reports)
}

// isSelfContained reports whether a suite depends on nothing but its own text
// and its rules: one that follows alerts to Alertmanager does.
func (s *suite) isSelfContained() bool {
	return s.decoded != nil && s.rulesOK && len(s.diags) == 0 &&
		!slices.ContainsFunc(s.decoded.tests, func(t *test) bool { return t.pages() != nil })
}

// key is over all that decides the reports of a self-contained suite.
func (s *suite) key(o Options) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d\n%s\n%v %t %t\n", s.File, len(s.Data), s.Data, o.Run, o.IgnoreUnknownFields, o.Features)
	for _, f := range s.files {
		fmt.Fprintf(h, "%q %d\n%s", f.Name, len(f.YAML), f.YAML)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
