package vendoring

import (
	"context"
	"sync"
)

// explorer loads ahead of the resolver what that will ask for, in parallel.
// What goes wrong is remembered by the loader, and told when the resolver asks
// for it; so the order of arrival changes nothing.
type explorer struct {
	loader *loader
	lock   *File
	file   *decoded
	slots  chan struct{}

	work sync.WaitGroup
	mu   sync.Mutex
	seen map[string]bool
}

func (e *explorer) run(ctx context.Context) {
	for i, d := range e.file.Dependencies {
		e.start(ctx, requirement{Dependency: d, span: e.file.spans[i]})
	}
	e.work.Wait()
}

func (e *explorer) start(ctx context.Context, q requirement) {
	if len(q.chain) > 0 && e.file.find(q.Path()) >= 0 {
		return // the project decides
	}
	q, _ = pin(q, e.lock)
	key := q.Path() + "\n" + q.Source() + "\n" + q.Version
	e.mu.Lock()
	known := e.seen[key] || len(e.seen) >= maxPackages
	e.seen[key] = true
	e.mu.Unlock()
	if known {
		return
	}
	e.work.Go(func() {
		e.slots <- struct{}{}
		content, _, err := e.loader.load(ctx, q)
		<-e.slots
		if err != nil || content == nil || content.locked.Single {
			return
		}
		for _, n := range (&chosen{requirement: q, content: content}).nested() {
			e.start(ctx, n)
		}
	})
}
