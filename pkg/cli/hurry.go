package cli

import "runtime/debug"

// hurry has the garbage collector run less often for as long as a pass takes,
// and returns what ends that. Evaluating Jsonnet makes much that is garbage at
// once; with four times the live heap instead of twice, a pass takes half the
// time. GOGC in the environment has the last word.
func (g *global) hurry() func() {
	if _, ok := g.sys.Getenv("GOGC"); ok {
		return func() {}
	}
	before := debug.SetGCPercent(400)
	return func() { debug.SetGCPercent(before) }
}
