package ruletest

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promeval"
)

const (
	// maxPassed bounds how many tests a memory has; when it is full, it begins
	// anew.
	maxPassed = 1 << 16
	// maxDecoded bounds its suites, in bytes of their text.
	maxDecoded = 32 << 20
	// idleRuns is after how many runs without use rules are let go of. There is
	// a run for each set of environments that differ.
	idleRuns = 64
)

// Memory is what runs share that follow each other, as after every edit. Test
// files and rule files that have not changed are not read again, and a test is
// not run again that has passed without a remark and would do so again: neither
// has it changed, nor what it asks Alertmanager's configuration, nor any rule
// that can have an effect over its input. It is safe for concurrent use.
//
// Only what has passed is kept: a finding has places in the sources, which may
// move while what is rendered from them stays the same.
type Memory struct {
	mu      sync.Mutex
	runs    int
	rules   map[string]*keptRules
	decoded map[[sha256.Size]byte]*decodedSuite
	bytes   int // of decoded
	reaches []*sharedReach
	// passed has how many seconds a test has taken.
	passed map[[sha256.Size]byte]float64
}

// decodedSuite is a test file that was read. It is immutable.
type decodedSuite struct {
	file  *file
	diags diag.List
	// says is what each of the tests says, made when it is asked for.
	says func() []says
}

// sharedReach is the reach of the rules of some files, in an order.
type sharedReach struct {
	files []*promeval.RuleFile
	order []text
	make  func() *promeval.Reach
	used  int // in which run
}

// keptRules is a rule file that was parsed.
type keptRules struct {
	parse func() parsedRules
	used  int
}

// NewMemory returns a memory of nothing.
func NewMemory() *Memory { return &Memory{} }

// begin begins a run: what has not been used for long is let go of.
func (m *Memory) begin() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs++
	maps.DeleteFunc(m.rules, func(_ string, r *keptRules) bool { return r.used < m.runs-idleRuns })
	m.reaches = slices.DeleteFunc(m.reaches, func(r *sharedReach) bool { return r.used < m.runs-idleRuns })
}

// parse returns what parses a rule file: what has done so before, or else what
// is given.
func (m *Memory) parse(key string, parse func() parsedRules) func() parsedRules {
	if m == nil {
		return parse
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rules == nil {
		m.rules = map[string]*keptRules{}
	}
	// What a run before has found wrong may stand at another place by now: the
	// origin is not part of the text.
	if k := m.rules[key]; k == nil || k.used < m.runs && len(k.parse().diags) > 0 {
		m.rules[key] = &keptRules{parse: parse}
	}
	m.rules[key].used = m.runs
	return m.rules[key].parse
}

// decode reads a test file, if no run before has read it.
func (m *Memory) decode(in Suite) *decodedSuite {
	if m == nil || in.Origin != nil { // an origin tells where things are now
		return decodeSuite(in)
	}
	key := sha256.Sum256(slices.Concat([]byte(in.File), []byte{0}, in.Data))
	m.mu.Lock()
	known := m.decoded[key]
	m.mu.Unlock()
	if known != nil {
		return known
	}
	d := decodeSuite(in)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bytes += len(in.Data); m.decoded == nil || m.bytes > maxDecoded {
		m.decoded, m.bytes = map[[sha256.Size]byte]*decodedSuite{}, len(in.Data)
	}
	m.decoded[key] = d
	return d
}

// Environments returns what Suite.Environments does.
func (m *Memory) Environments(in Suite) []EnvironmentName {
	if m == nil || in.Origin != nil {
		return in.Environments()
	}
	d := m.decode(in)
	if d.file == nil {
		return nil
	}
	var out []EnvironmentName
	for _, t := range d.file.envs {
		out = append(out, EnvironmentName{t.value, t.span})
	}
	return out
}

func decodeSuite(in Suite) *decodedSuite {
	d := &decoder{file: in.File, origin: in.Origin}
	out := &decodedSuite{file: d.decodeFile(in.Data)}
	out.diags = slices.Clip(d.diags)
	out.says = sync.OnceValue(func() []says {
		if out.file == nil {
			return nil
		}
		return out.file.says()
	})
	return out
}

// reach returns the reach of a suite's rules, which suites have in common.
func (m *Memory) reach(s *suite) *promeval.Reach {
	m.mu.Lock()
	i := slices.IndexFunc(m.reaches, func(r *sharedReach) bool {
		return slices.Equal(r.files, s.rules) && slices.EqualFunc(r.order, s.decoded.orderAt, func(a, b text) bool { return a.value == b.value })
	})
	if i < 0 {
		i = len(m.reaches)
		m.reaches = append(m.reaches, &sharedReach{files: s.rules, order: s.decoded.orderAt, make: sync.OnceValue(func() *promeval.Reach {
			return promeval.NewReach(s.rules, s.decoded.order)
		})})
	}
	r := m.reaches[i]
	r.used = m.runs
	m.mu.Unlock()
	return r.make()
}

// recall gives the tests of a suite that have passed before their results.
func (m *Memory) recall(s *suite, o Options) {
	if m == nil || o.Coverage != nil || o.VerifyDir != "" || o.Debug || s.decoded == nil || !s.rulesOK {
		return
	}
	s.keys = make([][sha256.Size]byte, len(s.reports))
	reach, say := m.reach(s), s.says()
	for i := range s.reports {
		r := &s.reports[i]
		if r.Result == Skipped || !say[i].known {
			continue
		}
		s.keys[i] = s.key(i, say[i], reach)
		m.mu.Lock()
		seconds, ok := m.passed[s.keys[i]]
		m.mu.Unlock()
		if ok {
			r.Kept, r.Seconds = true, seconds
		}
	}
}

// remember keeps the tests of a suite that have passed without a remark.
func (m *Memory) remember(s *suite, remarked func(test int) bool) {
	if m == nil || s.keys == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, r := range s.reports {
		if r.Result != Passed || r.Kept || s.keys[i] == ([sha256.Size]byte{}) || remarked(i) {
			continue
		}
		if m.passed == nil || len(m.passed) >= maxPassed {
			m.passed = map[[sha256.Size]byte]float64{}
		}
		m.passed[s.keys[i]] = r.Seconds
	}
}

// key is over all that decides the result of a test.
func (s *suite) key(i int, say says, reach *promeval.Reach) [sha256.Size]byte {
	h := sha256.New()
	h.Write(say.sum[:])
	fmt.Fprintf(h, "%t\n", s.features)
	rules := reach.Sum(say.input)
	if s.decoded.options.groupInterval { // then all groups have a say in when
		rules = reach.SumOfAll()
	}
	h.Write(rules[:])
	if s.decoded.tests[i].pages() == nil {
		return [sha256.Size]byte(h.Sum(nil))
	}
	if s.paging == nil {
		return [sha256.Size]byte{}
	}
	h.Write(s.paging.sum[:])
	for _, name := range s.alertNames() { // there is a remark on a name that no rule has
		h.Write([]byte(name + "\n"))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// sum is over all that stands between the rules and the receivers.
func (f AlertmanagerFile) sum(b *bundle.Bundle) [sha256.Size]byte {
	h := sha256.New()
	d := digest{h}
	d.text(f.Name)
	d.text(string(f.YAML))
	of := func(objects []bundle.Object) {
		d.number(uint64(len(objects)))
		for _, o := range objects {
			d.text(o.Ref.String())
			d.text(o.Body.Hash().String())
		}
	}
	of(f.Templates)
	if b != nil {
		of(b.OfKind(bundle.Prometheus))
	}
	return [sha256.Size]byte(h.Sum(nil))
}
