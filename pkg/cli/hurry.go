package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
)

const (
	// leisure is how many bytes may be allocated between two collections at
	// least. Unit tests of plain files make do with less: they leave little
	// garbage, and are held against promtool's memory.
	leisure     = 64 << 20
	testLeisure = 8 << 20
	// validateLeisure is that of checks, which keep what is known of the rules
	// until all are judged, and take longer than collections do.
	validateLeisure = 32 << 20
	// usualPercent is what GOGC is where nobody has set it.
	usualPercent = 100
	// largePercent is what a large project gets.
	largePercent = 50
	// validatePercent is what it gets where it is checked, up to vast bytes that
	// are alive. Beyond, it gets what is usual: collections take longer the less
	// of the heap a processor's cache holds, and would be a third of the time.
	validatePercent = 35
	vast            = 256 << 20
)

// hurry has the garbage collector wait longer for as long as a pass takes, and
// returns what ends that. Evaluating Jsonnet makes much that is garbage at once,
// and what a project of ordinary size makes in all is less than a collection is
// worth. A large project gets less room than Go gives it anyway, half as much
// again as is alive, since it is memory that it runs out of. GOGC in the
// environment has the last word.
func (g *global) hurry() func() { return g.hurryBy(pace{room: leisure, percent: largePercent}) }

// pace says how long the collector waits.
type pace struct {
	// room is how many bytes may be allocated between two collections at least.
	room uint64
	// percent is how many may, in percent of what is alive, if that is more.
	percent int
	// vast is from how many bytes that are alive on percent is what is usual; 0
	// is from none.
	vast uint64
}

// of returns the percentage where so many bytes are alive.
func (p pace) of(alive uint64) int {
	least := p.percent
	if p.vast > 0 && alive >= p.vast {
		least = usualPercent
	}
	return max(least, int(p.room*100/alive))
}

// hurryBy is hurry at another pace.
func (g *global) hurryBy(by pace) func() {
	if _, ok := g.sys.Getenv("GOGC"); ok {
		return func() {}
	}
	p := &pacer{by: by}
	p.pace()
	return p.stop
}

// pacer sets the percentage of the garbage collector anew after every cycle,
// since what it means in bytes follows what is alive.
type pacer struct {
	by      pace
	mu      sync.Mutex
	stopped bool
}

// cycle is unreachable as soon as it is made, so that a collection finds it.
type cycle struct{ of *pacer }

func (p *pacer) pace() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	percent := usualPercent
	if live[0].Value.Kind() == metrics.KindUint64 {
		// Before the first collection nothing counts as alive; Go's minimum
		// of 4 MB stands in for it.
		alive := max(live[0].Value.Uint64(), 4<<20)
		percent = p.by.of(alive)
	}
	debug.SetGCPercent(percent)
	runtime.AddCleanup(&cycle{p}, (*pacer).pace, p)
}

func (p *pacer) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	debug.SetGCPercent(usualPercent)
}

// rest collects what a pass has left, while nobody waits for anything, so that
// the next pass finds room.
func (g *global) rest() {
	if _, ok := g.sys.Getenv("GOGC"); !ok {
		runtime.GC()
	}
}

// onePass has the engine keep nothing for a pass after this one.
func onePass(opts pipeline.Options) {
	if s, ok := opts.Engine.(*jsonnet.Session); ok {
		s.Once()
	}
}
