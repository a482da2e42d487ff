package vm

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-jsonnet/ast"
)

// Profile collects where evaluations spend time and memory. Every so many
// calls it looks at the stack and attributes what has passed since to it. It
// is safe for concurrent use by several evaluations.
type Profile struct {
	mu   sync.Mutex
	root profileNode
	// keys remembers which code a place belongs to.
	keys map[*site]profileKey
}

// profileNode is code that was called through the nodes above it. Code that
// evaluates more of itself, its arguments for instance, is one node.
type profileNode struct {
	profileKey
	self  spent
	calls map[profileKey]*profileNode
}

type profileKey struct{ file, function string }

// spent is what a stack took by itself.
type spent struct {
	time  time.Duration
	bytes int64
}

// ProfileLine is what a function, object or local of a file took.
type ProfileLine struct {
	// File is "" for what belongs to no file, Function names the code as stack
	// traces do; "" is a file's outermost expression.
	File, Function string
	// Self is the time in the code itself, Total that in what it called too.
	Self, Total time.Duration
	// SelfBytes and TotalBytes are the accounted memory of the values made.
	SelfBytes, TotalBytes int64
}

// NewProfile returns an empty profile.
func NewProfile() *Profile { return &Profile{keys: map[*site]profileKey{}} }

const (
	// profileSteps is after how many steps a profiled evaluation is looked at.
	profileSteps = 1 << 5
	// profileDepth is up to how many calls of a stack are told apart.
	profileDepth = 1 << 10
	// parseFunction stands for parsing and compiling a file.
	parseFunction = "parse"
)

// Lines returns what was found, the code that took most time itself first.
func (p *Profile) Lines() []ProfileLine { return p.sums(func(k profileKey) profileKey { return k }) }

// Files sums the lines up by file.
func (p *Profile) Files() []ProfileLine {
	return p.sums(func(k profileKey) profileKey { return profileKey{file: k.file} })
}

// Sum returns what all evaluations took.
func (p *Profile) Sum() (took time.Duration, bytes int64) {
	p.walk(func(path []*profileNode) {
		took += path[len(path)-1].self.time
		bytes += path[len(path)-1].self.bytes
	})
	return took, bytes
}

// sums adds up what stacks took by what a key says of their code.
func (p *Profile) sums(by func(profileKey) profileKey) []ProfileLine {
	sums := map[profileKey]*ProfileLine{}
	at := func(k profileKey) *ProfileLine {
		l := sums[k]
		if l == nil {
			l = &ProfileLine{File: k.file, Function: k.function}
			sums[k] = l
		}
		return l
	}
	seen := map[profileKey]bool{}
	p.walk(func(path []*profileNode) {
		s := path[len(path)-1].self
		l := at(by(path[len(path)-1].profileKey))
		l.Self += s.time
		l.SelfBytes += s.bytes
		clear(seen)
		for _, n := range path {
			k := by(n.profileKey)
			if seen[k] {
				continue // a recursion took it once
			}
			seen[k] = true
			l := at(k)
			l.Total += s.time
			l.TotalBytes += s.bytes
		}
	})
	out := make([]ProfileLine, 0, len(sums))
	for _, l := range sums {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b ProfileLine) int {
		return cmp.Or(-cmp.Compare(a.Self, b.Self), -cmp.Compare(a.Total, b.Total), cmp.Compare(a.File, b.File), cmp.Compare(a.Function, b.Function))
	})
	return out
}

// walk shows all stacks that took something by themselves, the outermost call
// first, in a stable order.
func (p *Profile) walk(show func(path []*profileNode)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var path []*profileNode
	var visit func(n *profileNode)
	visit = func(n *profileNode) {
		path = append(path, n)
		if n.self != (spent{}) {
			show(path)
		}
		for _, k := range slices.SortedFunc(maps.Keys(n.calls), profileKey.compare) {
			visit(n.calls[k])
		}
		path = path[:len(path)-1]
	}
	for _, k := range slices.SortedFunc(maps.Keys(p.root.calls), profileKey.compare) {
		visit(p.root.calls[k])
	}
}

func (k profileKey) compare(other profileKey) int {
	return cmp.Or(cmp.Compare(k.file, other.file), cmp.Compare(k.function, other.function))
}

func (n *profileNode) call(k profileKey) *profileNode {
	c := n.calls[k]
	if c == nil {
		c = &profileNode{profileKey: k}
		if n.calls == nil {
			n.calls = map[profileKey]*profileNode{}
		}
		n.calls[k] = c
	}
	return c
}

// profiler is the state of one profiled evaluation.
type profiler struct {
	*Profile
	last   time.Time
	memory int64
}

func (p *profiler) start(e *Evaluation) { p.last, p.memory = time.Now(), e.memory }

// sample attributes what has passed since the last time to the stack. What
// sampling itself takes is left out.
func (p *profiler) sample(e *Evaluation) {
	p.mu.Lock()
	p.spend(e, p.stack(e))
	p.mu.Unlock()
	p.last = time.Now()
}

func (p *profiler) spend(e *Evaluation, n *profileNode) {
	n.self.time += time.Since(p.last)
	n.self.bytes += e.memory - p.memory
	p.memory = e.memory
}

// parsing attributes what f takes to parsing a file.
func (p *profiler) parsing(e *Evaluation, file string, f func()) {
	if p.Profile == nil {
		f()
		return
	}
	p.sample(e)
	f()
	p.mu.Lock()
	p.spend(e, p.stack(e).call(profileKey{file, parseFunction}))
	p.mu.Unlock()
	p.last = time.Now()
}

// stack finds the node of the stack as it is.
func (p *profiler) stack(e *Evaluation) *profileNode {
	n := &p.root
	for _, c := range e.stack[:min(len(e.stack), profileDepth)] {
		n = p.enter(n, c.site)
	}
	return p.enter(n, e.cur)
}

func (p *profiler) enter(n *profileNode, s *site) *profileNode {
	k, ok := p.keys[s]
	if !ok {
		k = keyOf(s)
		p.keys[s] = k
	}
	if k == n.profileKey && n != &p.root {
		return n
	}
	return n.call(k)
}

// keyOf names the code that a place belongs to: the function around it, not
// the thunks within.
func keyOf(s *site) profileKey {
	if s == nil || s.base() == nil {
		return profileKey{}
	}
	b := s.base()
	k := profileKey{file: fileOf(&b.LocRange)}
	if b.Ctx != nil {
		k.function = strings.TrimSuffix(*b.Ctx, ">")
		if i := strings.LastIndex(*b.Ctx, "from <"); i >= 0 {
			k.function = strings.TrimRight((*b.Ctx)[i+len("from <"):], ">")
		}
		if strings.Contains(k.function, "<") {
			k.function += ">"
		}
	}
	return k
}

func fileOf(l *ast.LocationRange) string {
	if !l.IsSet() {
		return ""
	}
	if l.FileName == "" && l.File != nil {
		return string(l.File.DiagnosticFileName)
	}
	return l.FileName
}
