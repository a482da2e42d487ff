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
	mu    sync.Mutex
	lines map[profileKey]*ProfileLine
}

type profileKey struct{ file, function string }

// ProfileLine is what a function, object or local of a file took.
type ProfileLine struct {
	// File is "" for what belongs to no file, Function names the code as stack
	// traces do.
	File, Function string
	// Self is the time in the code itself, Total that in what it called too.
	Self, Total time.Duration
	// SelfBytes and TotalBytes are the accounted memory of the values made.
	SelfBytes, TotalBytes int64
}

// NewProfile returns an empty profile.
func NewProfile() *Profile { return &Profile{lines: map[profileKey]*ProfileLine{}} }

// profileSteps is after how many steps a profiled evaluation is looked at.
const profileSteps = 1 << 5

// Lines returns what was found, the code that took most time itself first.
func (p *Profile) Lines() []ProfileLine {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]ProfileLine, 0, len(p.lines))
	for _, l := range p.lines {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b ProfileLine) int {
		return cmp.Or(-cmp.Compare(a.Self, b.Self), -cmp.Compare(a.Total, b.Total), cmp.Compare(a.File, b.File), cmp.Compare(a.Function, b.Function))
	})
	return out
}

// Files sums the lines up by file.
func (p *Profile) Files() []ProfileLine {
	sums := map[string]ProfileLine{}
	for _, l := range p.Lines() {
		s := sums[l.File]
		s.File = l.File
		s.Self += l.Self
		s.SelfBytes += l.SelfBytes
		sums[l.File] = s
	}
	out := slices.Collect(maps.Values(sums))
	slices.SortFunc(out, func(a, b ProfileLine) int {
		return cmp.Or(-cmp.Compare(a.Self, b.Self), cmp.Compare(a.File, b.File))
	})
	return out
}

// profiler is the state of one profiled evaluation.
type profiler struct {
	*Profile
	last   time.Time
	memory int64
	seen   map[profileKey]bool
}

func (p *profiler) start(e *Evaluation) {
	p.last, p.memory = time.Now(), e.memory
	if p.seen == nil {
		p.seen = map[profileKey]bool{}
	}
}

// sample attributes what has passed since the last time.
func (p *profiler) sample(e *Evaluation) {
	now := time.Now()
	passed, made := now.Sub(p.last), e.memory-p.memory
	p.last, p.memory = now, e.memory
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.seen)
	for _, c := range e.stack {
		p.add(keyOf(c.site), passed, made)
	}
	top := keyOf(e.cur)
	l := p.add(top, passed, made)
	l.Self += passed
	l.SelfBytes += made
}

// add counts the total of a piece of code, once for each sample.
func (p *profiler) add(k profileKey, passed time.Duration, made int64) *ProfileLine {
	l := p.lines[k]
	if l == nil {
		l = &ProfileLine{File: k.file, Function: k.function}
		p.lines[k] = l
	}
	if !p.seen[k] {
		p.seen[k] = true
		l.Total += passed
		l.TotalBytes += made
	}
	return l
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
