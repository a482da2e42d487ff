package cli

import (
	"runtime"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
)

// ballast is how many bytes the garbage collector is told are alive that nobody
// ever touches, and that take no memory therefore.
const ballast = 96 << 20

// hurry has the garbage collector wait longer for as long as a pass takes, and
// returns what ends that. Evaluating Jsonnet makes much that is garbage at once,
// and what a project of ordinary size makes in all is less than a collection is
// worth: with the ballast the first one comes after 100 MB. A large project gets
// no more room than Go gives it anyway. GOGC in the environment has the last
// word.
func (g *global) hurry() func() {
	if _, ok := g.sys.Getenv("GOGC"); ok {
		return func() {}
	}
	weight := make([]byte, ballast)
	return func() { runtime.KeepAlive(weight) }
}

// onePass has the engine keep nothing for a pass after this one.
func onePass(opts pipeline.Options) {
	if s, ok := opts.Engine.(*jsonnet.Session); ok {
		s.Once()
	}
}
