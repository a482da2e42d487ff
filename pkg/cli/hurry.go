package cli

import (
	"runtime"
	"runtime/debug"
)

// ballast is how many bytes the garbage collector is told are alive that nobody
// ever touches, and that take no memory therefore.
const ballast = 64 << 20

// hurry has the garbage collector run less often for as long as a pass takes,
// and returns what ends that. Evaluating Jsonnet makes much that is garbage at
// once, and what a project of ordinary size makes in all is less than one
// collection is worth: with the ballast the first one comes at 200 MB, and with
// more alive than that at thrice of it instead of twice. GOGC in the environment
// has the last word.
func (g *global) hurry() func() {
	if _, ok := g.sys.Getenv("GOGC"); ok {
		return func() {}
	}
	before := debug.SetGCPercent(200)
	weight := make([]byte, ballast)
	return func() {
		runtime.KeepAlive(weight)
		debug.SetGCPercent(before)
	}
}
