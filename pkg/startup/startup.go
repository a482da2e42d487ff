package startup

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// usualPercent is what GOGC is where nobody has set it.
	usualPercent = 100
	// startPercent is what it is during the start, and until the first
	// collection after it: of the minimum of 4 MB that makes 32 MB. The start
	// allocates 12 MB.
	startPercent = 800
)

func init() { //nolint:gochecknoinits // the package is about that: see doc.go
	if before := debug.SetGCPercent(startPercent); before == usualPercent {
		runtime.AddCleanup(&collected{}, usual, struct{}{})
	} else { // somebody has said what it is to be
		debug.SetGCPercent(before)
	}
	giveBack()
}

// End is called when main begins.
func End() { giveBack() }

// collected is unreachable as soon as it is made, so that a collection finds
// it. A type without pointers could be put into a block with others.
type collected struct{ _ *byte }

// usual ends the time in which the collector waits, unless another percentage
// has been set since.
func usual(struct{}) {
	now := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(now)
	if now[0].Value.Kind() == metrics.KindUint64 && now[0].Value.Uint64() == startPercent {
		debug.SetGCPercent(usualPercent)
	}
}
