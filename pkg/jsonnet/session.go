package jsonnet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/syntax"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// Session is an engine for passes over files that are being edited. Files are
// compiled once for each content, and the values of imports that an edit does
// not reach are kept from one evaluation to the next; entries with the same
// external variables share them. An entry that an edit does not reach is not
// evaluated again at all: it has the very Result that it had. Of one that an edit
// reaches, only those parts of the result are evaluated again that the edited
// code had a part in. Every pass brings an Importer of its own, which says what
// the files are now.
//
// Native functions have to be pure and the same throughout: the session tells
// them apart by name only. std.trace in an import whose value is kept prints
// once; an entry whose messages somebody reads is evaluated as a whole. The results are otherwise those of Own.
type Session struct {
	machine *vm.Machine

	mu   sync.Mutex
	idle []*kept
	// settled are the results of the entries.
	settled map[string]*settled
	// importer is that of the latest pass, pass counts them.
	importer *Importer
	pass     int
	// once says that no entry is evaluated a second time.
	once bool
}

// kept is an evaluation between two runs.
type kept struct {
	vm *vm.Evaluation
	// settings are what its values depend on beside the files.
	settings string
	// importer says which state of the files the values belong to.
	importer *Importer
	pass     int
	// entries are those that it has evaluated.
	entries map[string]bool
}

// settled is a result with all that it depends on but the request.
type settled struct {
	result  *Result
	closure []vm.Dependency
	pass    int
	// by is the evaluation that has made it, of parts.
	by    *vm.Evaluation
	parts *vm.Parts
}

// NewSession returns a session that knows nothing yet.
func NewSession() *Session {
	s := &Session{machine: vm.NewMachine(syntax.Parse), settled: map[string]*settled{}}
	s.machine.TellApart()
	return s
}

// Once says, before the first evaluation, that there is one pass only. The
// values of imports are shared between the entries as they are otherwise, but
// nothing of an entry is kept when it has been evaluated.
func (s *Session) Once() { s.once, s.machine = true, vm.NewMachine(syntax.Parse) }

// idlePasses is after how many passes without use an evaluation, or a result, is
// dropped.
const idlePasses = 2

// Evaluate implements Engine.
func (s *Session) Evaluate(ctx context.Context, req Request) (*Result, diag.List, error) {
	key, ok := requestKey(req)
	if s.once || !ok {
		return s.evaluate(ctx, req, nil, nil)
	}
	s.mu.Lock()
	was := s.settled[key]
	s.mu.Unlock()
	if r := s.recall(req, was); r != nil {
		return r, nil, nil
	}
	is := &settled{}
	r, diags, err := s.evaluate(ctx, req, was, func(e *vm.Evaluation) { is.by, is.parts, is.closure = e, e.Parts(), e.Closure() })
	if r != nil && len(diags) == 0 && err == nil {
		s.mu.Lock()
		is.result, is.pass = r, s.pass
		s.settled[key] = is
		s.mu.Unlock()
	}
	return r, diags, err
}

// recall returns the result that a request had, if it would have it again.
func (s *Session) recall(req Request, was *settled) *Result {
	if was == nil {
		return nil
	}
	if _, err := req.Importer.Read(req.File); err != nil {
		return nil
	}
	for _, d := range was.closure {
		if !d.Holds(req.Importer.Find) {
			return nil
		}
	}
	s.use(req, was)
	return was.result
}

// requestKey describes a request but for the files. It is false for those
// whose result is not kept: the messages of std.trace and a profile tell of an
// evaluation, those of the jsonnet command are made once, and what arguments and
// transforms import is no file's.
func requestKey(req Request) (string, bool) {
	if req.Trace != nil || req.Profile != nil || req.AllTLA || strings.Contains(req.Transform, "import") {
		return "", false
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %t %+v\n%s\n", req.File, req.Transform, req.NoOrigins, req.Limits, settingsOf(req))
	for _, name := range slices.Sorted(maps.Keys(req.TLA)) {
		fmt.Fprintf(&b, "%q %v %q\n", name, req.TLA[name].Code, req.TLA[name].Text)
	}
	for _, args := range []map[string]Arg{req.Ext, req.TLA} {
		for _, a := range args {
			if a.Code && strings.Contains(a.Text, "import") {
				return "", false
			}
		}
	}
	return b.String(), true
}

// evaluate evaluates a request that had another result before; done, if it is not
// nil, sees the evaluation.
func (s *Session) evaluate(ctx context.Context, req Request, was *settled, done func(*vm.Evaluation)) (*Result, diag.List, error) {
	var k *kept
	result, diags, err := evaluateOwn(ctx, req, s.machine, func(o vm.Options) *vm.Evaluation {
		k = s.take(req, o, was)
		return k.vm
	})
	if k != nil {
		if done != nil {
			done(k.vm)
		}
		if s.once {
			k.vm.Forget(req.File)
		}
		s.put(k)
	}
	return result, diags, err
}

// take returns an evaluation that nobody else uses, brought up to date.
func (s *Session) take(req Request, o vm.Options, was *settled) *kept {
	settings := settingsOf(req)
	k := s.pick(req, settings)
	if k != nil && was != nil && was.by == k.vm {
		o.Parts = was.parts
	}
	if k != nil && k.importer != req.Importer && !k.vm.Renew(o) {
		k = nil
	} else if k != nil {
		k.vm.Reuse(o)
	}
	if k == nil {
		o.Parts = nil
		k = &kept{vm: s.machine.New(o), settings: settings, entries: map[string]bool{}}
	}
	k.importer = req.Importer
	k.entries[req.File] = true
	return k
}

// pick takes an idle evaluation with the same settings, at best one that has
// evaluated the entry before.
func (s *Session) pick(req Request, settings string) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter(req.Importer)
	best := -1
	for i, k := range s.idle {
		if k.settings == settings && (best < 0 || k.entries[req.File]) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	k := s.idle[best]
	s.idle = slices.Delete(s.idle, best, best+1)
	return k
}

// enter begins a new pass if the importer is a new one. The lock is held.
func (s *Session) enter(i *Importer) {
	if s.importer != i {
		s.importer = i
		s.pass++
		s.idle = slices.DeleteFunc(s.idle, func(k *kept) bool { return k.pass < s.pass-idlePasses })
		maps.DeleteFunc(s.settled, func(_ string, r *settled) bool { return r.pass < s.pass-idlePasses })
	}
}

// use keeps a result, and the evaluations that its request would have gone to.
func (s *Session) use(req Request, was *settled) {
	settings := settingsOf(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter(req.Importer)
	was.pass = s.pass
	for _, k := range s.idle {
		if k.settings == settings {
			k.pass = s.pass
		}
	}
}

func (s *Session) put(k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.pass = s.pass
	s.idle = append(s.idle, k)
}

// settingsOf describes the external variables and natives of a request.
func settingsOf(req Request) string {
	var b []byte
	add := func(text string) { b = append(append(strconv.AppendInt(b, int64(len(text)), 10), ' '), text...) }
	for _, name := range slices.Sorted(maps.Keys(req.Ext)) {
		add(name)
		b = strconv.AppendBool(b, req.Ext[name].Code)
		add(req.Ext[name].Text)
	}
	b = append(b, '\n')
	for _, n := range req.Natives {
		add(n.Name)
		for _, p := range n.Params {
			add(p)
		}
		b = append(b, '\n')
	}
	return string(b)
}
