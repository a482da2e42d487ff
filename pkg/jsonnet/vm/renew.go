package vm

// Renew prepares an evaluation for another run, after files may have changed.
// The value of a file is kept if its content, and what its imports find, and
// all of their values, are what they were. The external variables and natives
// have to be the same as before. It returns false, and the evaluation must not
// be used any more, if an external variable depends on what has changed.
func (e *Evaluation) Renew(o Options) bool {
	e.restart(o)
	r := renewal{e: e, users: map[string][]importKey{}, stale: map[string]bool{}}
	for k, was := range e.imports.values {
		if e.changed(k, was) {
			r.queue = append(r.queue, k)
			if k.kind == importCode && was.name != "" {
				r.forget(was.name)
			}
		}
		if k.kind == importCode {
			r.users[was.name] = append(r.users[was.name], k)
		}
	}
	return r.spread()
}

// renewal finds out what changed imports reach.
type renewal struct {
	e *Evaluation
	// users are the imports of a file.
	users map[string][]importKey
	// stale are the files whose values are out of date, queue the imports
	// that find something else or a stale file.
	stale map[string]bool
	queue []importKey
}

// forget drops the value of a file.
func (r *renewal) forget(name string) {
	if r.stale[name] {
		return
	}
	r.stale[name] = true
	delete(r.e.imports.files, name)
}

func (r *renewal) spread() bool {
	for name := range r.stale {
		r.queue = append(r.queue, r.users[name]...)
	}
	im := &r.e.imports
	for len(r.queue) > 0 {
		k := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		if k.outside {
			return false
		}
		delete(im.values, k)
		if k.from != "" && !r.stale[k.from] {
			r.forget(k.from)
			r.queue = append(r.queue, r.users[k.from]...)
		}
	}
	for name := range r.stale {
		// When the file is evaluated again it notes its imports anew.
		for _, k := range im.uses[name] {
			delete(im.values, k)
		}
		delete(im.uses, name)
	}
	return true
}

// restart sets back what is counted for a run.
func (e *Evaluation) restart(o Options) {
	e.options = o.withDefaults()
	e.steps, e.memory, e.look = 0, 0, e.options.MaxMemory
	clear(e.stdFor)
	e.parts = nil
	e.tracker.restart()
}

// changed says whether an import finds something else than before.
func (e *Evaluation) changed(k importKey, was *imported) bool {
	return !was.dependency(k).Holds(e.options.Import)
}

// Reuse prepares an evaluation for another run on the same files. The external
// variables and natives have to be the same as before.
func (e *Evaluation) Reuse(o Options) { e.restart(o) }
