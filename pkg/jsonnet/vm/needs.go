package vm

import (
	"bytes"
	"maps"
	"unsafe"

	"github.com/google/go-jsonnet/ast"
)

// need is what evaluating something has needed: a fragment of code, what an
// import finds, or a list of other needs. It belongs to one Evaluation.
type need struct {
	of []*need
	// changed is the run in which it has changed last, moved that in which it
	// was found at another place; for a list as of the run checked.
	changed, moved, checked uint32
	// by is the evaluation that has noted it last, so that it is noted once.
	by uint32
}

// tracker notes what values need, so that a later run can tell which of them
// would come out the same. A value that is kept somewhere – in a thunk, a field,
// a slot – is kept with its needs, and whoever reads it needs them too. All
// methods but latest are of no effect on nil.
//
// Evaluating is deterministic: a program of which only such fragments and
// imports have changed as a value did not need makes that value again. What led
// to the value is part of its needs, too, for whoever holds it has read it
// somewhere.
type tracker struct {
	// run counts the runs of the evaluation.
	run uint32
	// fragments are the needs of fragments, imports those of imports, units
	// the versions of the files that fragments belong to.
	fragments []*need
	imports   map[importKey]*importNeed
	units     map[string]*unit
	// places are where the places of older versions of files are in newer ones,
	// for all versions that there were since the run since.
	places map[textPlace]*ast.LocationRange
	since  uint32
	// noted are the needs of what is being evaluated, from start on those of
	// the innermost.
	noted []*need
	inner opened
	last  uint32
}

// opened is something that is being evaluated: where its needs begin, and its
// number.
type opened struct {
	start  int
	number uint32
}

// importNeed is the need of an import, with what it has found.
type importNeed struct {
	need
	name string
	data []byte
}

func newTracker() *tracker {
	return &tracker{imports: map[importKey]*importNeed{}, units: map[string]*unit{}, places: map[textPlace]*ast.LocationRange{}}
}

// manyPlaces is how many places are remembered, about: those of some dozens of
// edits.
const manyPlaces = 100_000

// restart begins a run.
func (t *tracker) restart() {
	if t != nil {
		if len(t.places) > manyPlaces {
			clear(t.places)
			t.since = t.run + 1
		}
		t.run++
		t.reset()
	}
}

// reset forgets what is being evaluated.
func (t *tracker) reset() {
	if t != nil {
		clear(t.noted)
		t.last++
		t.noted, t.inner = t.noted[:0], opened{number: t.last}
	}
}

// open begins to evaluate something whose value is kept; it returns what end
// wants.
func (t *tracker) open() opened {
	if t == nil {
		return opened{}
	}
	outer := t.inner
	t.last++
	t.inner = opened{len(t.noted), t.last}
	return outer
}

// end returns the needs of what has been evaluated since open, which whatever is
// around it has as well.
func (t *tracker) end(outer opened) *need {
	if t == nil {
		return nil
	}
	list := t.noted[t.inner.start:]
	n := join(list)
	clear(list)
	t.noted, t.inner = t.noted[:t.inner.start], outer
	t.read(n)
	return n
}

func join(list []*need) *need {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	default:
		return &need{of: append(make([]*need, 0, len(list)), list...)}
	}
}

// keep is end for a value: it returns the value with its needs.
func (t *tracker) keep(v Value, outer opened) Value {
	if t == nil {
		return v
	}
	n := t.end(outer)
	if n == nil {
		return v
	}
	return (&thunk{kind: kindThunk, value: v, rest: unsafe.Pointer(n)}).asValue()
}

// read notes that what is being evaluated needs what n is made of.
func (t *tracker) read(n *need) {
	if n == nil || n.by == t.inner.number {
		return
	}
	n.by = t.inner.number
	t.noted = append(t.noted, n)
}

// touch notes that what is being evaluated needs a fragment.
func (t *tracker) touch(f fragment) {
	if t != nil && f != 0 {
		t.read(t.leaf(f))
	}
}

func (t *tracker) leaf(f fragment) *need {
	if int(f) >= len(t.fragments) {
		t.fragments = append(t.fragments, make([]*need, int(f)+1-len(t.fragments))...)
	}
	n := t.fragments[f]
	if n == nil {
		n = &need{}
		t.fragments[f] = n
	}
	return n
}

// found returns the need of an import. It sees whether the import found something
// else before.
func (t *tracker) found(k importKey, im *imported) *need {
	n := t.imports[k]
	if n == nil {
		n = &importNeed{name: im.name, data: im.data}
		t.imports[k] = n
	}
	// The fragments of code tell what has changed of it.
	if n.name != im.name || k.kind != importCode && !bytes.Equal(n.data, im.data) {
		n.changed = t.run
	}
	n.name, n.data = im.name, im.data
	return &n.need
}

// compiled sees what has changed in a file since it was compiled before; u is nil
// if it cannot be compiled now.
func (t *tracker) compiled(name string, u *unit) {
	if t == nil {
		return
	}
	was := t.units[name]
	if was != nil && was != u {
		d := was.machine.fragments.difference(was, u)
		for _, f := range d.changed {
			t.leaf(f).changed = t.run
		}
		for _, f := range d.moved {
			t.leaf(f).moved = t.run
		}
		maps.Copy(t.places, d.places)
		for _, to := range d.places {
			delete(t.places, placeOf(to)) // of when this was the older version
		}
	}
	if u != nil {
		t.units[name] = u
	}
}

// latest returns the last run in which something of a need has changed, and that
// in which something has moved.
func (t *tracker) latest(n *need) (changed, moved uint32) {
	if n == nil {
		return 0, 0
	}
	if n.of != nil && n.checked != t.run {
		n.checked = t.run
		for _, of := range n.of {
			changed, moved := t.latest(of)
			n.changed, n.moved = max(n.changed, changed), max(n.moved, moved)
		}
	}
	return n.changed, n.moved
}

// place returns where a place is now.
func (t *tracker) place(l *ast.LocationRange) *ast.LocationRange {
	for l != nil {
		to := t.places[placeOf(l)]
		if to == nil {
			break
		}
		l = to
	}
	return l
}
