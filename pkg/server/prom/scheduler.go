package prom

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/rules"
)

// scheduler evaluates the rule groups of the active revision. It takes the
// place of rules.Manager, whose Update resets more than a revision changed
// (rules/manager.go: identity by file, restart at the next slot but one,
// everything parsed again).
type scheduler struct {
	opts *rules.ManagerOptions
	// extra bounds the evaluations outside of slots that run at a time.
	extra chan struct{}

	ctx    context.Context // the life of evaluations, ended by close
	cancel context.CancelFunc
	stop   chan struct{}
	wg     sync.WaitGroup

	// Locks are taken in this order: a runner's turn, applying, views, mu.

	// applying is held while a revision is applied or retired groups are
	// buried.
	applying sync.Mutex
	// views is read-locked by whoever looks into groups. A successor shares
	// its alerts with its predecessor (rules.Group.CopyState copies pointers),
	// so nobody may look at the predecessor while the successor evaluates.
	views sync.RWMutex
	// mu guards the maps, and retired and latest of every runner.
	mu      sync.Mutex
	runners map[groupID]*runner
	active  map[groupID]*groupSpec
}

func newScheduler(opts *rules.ManagerOptions) *scheduler {
	ctx, cancel := context.WithCancel(context.Background())
	opts.Context = ctx
	return &scheduler{
		opts:    opts,
		extra:   make(chan struct{}, max(1, runtime.GOMAXPROCS(0))),
		ctx:     ctx,
		cancel:  cancel,
		stop:    make(chan struct{}),
		runners: map[groupID]*runner{},
		active:  map[groupID]*groupSpec{},
	}
}

// start is how groups that a revision adds begin.
type start struct {
	// gate, unless nil, holds the evaluation outside of slots back until it is
	// closed.
	gate <-chan struct{}
	// restore has "for" state restored from storage after the second slot.
	restore bool
}

// known returns the groups of the active revision as they were parsed.
func (s *scheduler) known() map[groupID]*groupSpec {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active
}

// apply makes specs the groups that are evaluated. It does not wait for
// evaluations: a group that is being evaluated changes when that is done.
func (s *scheduler) apply(specs []*groupSpec, begin start) {
	s.applying.Lock()
	defer s.applying.Unlock()
	added, retired := s.changes(specs, begin)
	for _, r := range added {
		r.submit(r.latest)
	}
	for _, r := range retired {
		r.submit(r.latest)
	}
	if len(retired) > 0 {
		fresh := make([]*change, len(added))
		for i, r := range added {
			fresh[i] = r.latest
		}
		s.wg.Go(func() { s.bury(retired, fresh) })
	}
}

// changes records what becomes of which runner, starting those that are
// missing. A group that is retired but not buried yet comes back to life.
func (s *scheduler) changes(specs []*groupSpec, begin start) (added, retired []*runner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := make(map[groupID]*groupSpec, len(specs))
	for _, spec := range specs {
		next[spec.id] = spec
		r := s.runners[spec.id]
		if r == nil {
			r = s.newRunner(spec.id, begin)
		} else if !r.retired && s.active[spec.id].sameAs(spec) {
			continue
		}
		r.retired = false
		r.latest = newChange(spec)
		added = append(added, r)
	}
	for id, r := range s.runners {
		if next[id] == nil && !r.retired {
			r.retired = true
			r.latest = newChange(nil)
			retired = append(retired, r)
		}
	}
	slices.SortFunc(retired, func(a, b *runner) int { return a.id.compare(b.id) })
	s.active = next
	return added, retired
}

// newRunner starts a runner; s.mu is held.
func (s *scheduler) newRunner(id groupID, begin start) *runner {
	r := &runner{
		scheduler: s,
		id:        id,
		gate:      begin.gate,
		wake:      make(chan struct{}, 1),
		quit:      make(chan struct{}),
	}
	if begin.restore {
		r.restoreIn = restoreAfterSlots
	}
	s.runners[id] = r
	s.wg.Go(r.run)
	return r
}

// bury marks the series of retired groups stale once everything that came
// with their retirement was evaluated: what a moved or renamed rule still
// writes is then newer than the marker, which storage therefore drops.
// Upstream waits for two intervals instead (rules/group.go, run).
func (s *scheduler) bury(retired []*runner, fresh []*change) {
	for _, c := range fresh {
		select {
		case <-c.done:
		case <-s.stop:
		}
	}
	for _, r := range retired {
		s.buryOne(r)
	}
}

func (s *scheduler) buryOne(r *runner) {
	r.turn.Lock()
	defer r.turn.Unlock()
	s.applying.Lock()
	defer s.applying.Unlock()
	if !s.forget(r) {
		return
	}
	r.takeOver()
	r.markStale()
	r.deleteMetrics()
	close(r.quit)
}

// forget drops the runner if it is retired still.
func (s *scheduler) forget(r *runner) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.retired || s.runners[r.id] != r {
		return false
	}
	delete(s.runners, r.id)
	return true
}

// viewing calls f while no group is replaced. Only within it may groups be
// looked into.
func (s *scheduler) viewing(f func()) {
	s.views.RLock()
	defer s.views.RUnlock()
	f()
}

// RuleGroups returns the groups of the active revision, sorted by namespace
// and name. It implements the API's RulesRetriever; see viewing.
func (s *scheduler) RuleGroups() []*rules.Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	runners := make([]*runner, 0, len(s.runners))
	for _, r := range s.runners {
		if !r.retired {
			runners = append(runners, r)
		}
	}
	slices.SortFunc(runners, func(a, b *runner) int { return a.id.compare(b.id) })
	groups := make([]*rules.Group, 0, len(runners))
	for _, r := range runners {
		if g := r.published.Load(); g != nil {
			groups = append(groups, g)
		}
	}
	return groups
}

// AlertingRules returns the alerting rules of the active revision; see
// viewing.
func (s *scheduler) AlertingRules() []*rules.AlertingRule {
	alerting := []*rules.AlertingRule{}
	for _, g := range s.RuleGroups() {
		for _, rule := range g.Rules() {
			if r, ok := rule.(*rules.AlertingRule); ok {
				alerting = append(alerting, r)
			}
		}
	}
	return alerting
}

// unevaluated returns a group of the active revision that was not evaluated
// since the revision added or changed it, or only while its gate was closed.
func (s *scheduler) unevaluated() (groupID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []groupID
	for id, r := range s.runners {
		if !r.retired && !r.latest.settled.Load() {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		return groupID{}, false
	}
	return slices.MinFunc(found, groupID.compare), true
}

// close ends evaluation. It waits for evaluations that run, unless ctx ends
// before; then it cancels them.
func (s *scheduler) close(ctx context.Context) {
	close(s.stop)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.wg.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	s.cancel()
	<-ended
}

// change is what a revision wants of a group: another content, or, with a nil
// spec, retirement.
type change struct {
	spec *groupSpec
	at   time.Time
	// done is closed when the group was evaluated with the change, or the
	// change was superseded.
	done chan struct{}
	once sync.Once
	// settled is set when that evaluation was not before its gate opened.
	settled atomic.Bool
}

func newChange(spec *groupSpec) *change {
	return &change{spec: spec, at: time.Now(), done: make(chan struct{})}
}

func (c *change) finish() { c.once.Do(func() { close(c.done) }) }
