package vm

import "github.com/google/go-jsonnet/ast"

// Parts are the parts of a JSON result, with what each of them has needed, so
// that another run takes over the text and the origins of those that would come
// out the same. They belong to the evaluation that has made them and are not
// changed afterwards.
type Parts struct {
	// run is that of the evaluation in which they were made.
	run     uint32
	text    []byte
	origins *Origins
	root    *part
	// imports are those that the result has needed.
	imports []importKey
}

// part is an array or object within a result. The needs of the value itself,
// as far as its length or names go, are own; all are those of everything in it.
type part struct {
	own, all *need
	// from and to are where it is in the one around it.
	from, to extent
	// parts are those of its elements or fields that are large enough.
	parts []part
	// index is which element or field of the one around it this is.
	index int
}

// extent is a position in a result: bytes of text, origins, lists of names.
type extent struct{ text, places, keys int }

func (x extent) plus(y extent) extent {
	return extent{x.text + y.text, x.places + y.places, x.keys + y.keys}
}

func (x extent) minus(y extent) extent {
	return extent{x.text - y.text, x.places - y.places, x.keys - y.keys}
}

// partBytes is from which size on something is a part: evaluating less again
// costs little.
const partBytes = 512

// Parts returns the parts of the latest result, nil if it has none.
func (e *Evaluation) Parts() *Parts { return e.parts }

// usable returns the parts of Options.Parts if they can be of use, and sees what
// has changed since they were made.
func (e *Evaluation) usable() *Parts {
	p := e.options.Parts
	if p == nil || p.run < e.tracker.since || (p.origins == nil) != e.options.NoOrigins {
		return nil
	}
	for _, k := range p.imports {
		e.tracker.found(k, e.imported(k))
	}
	return p
}

// keeper makes the parts of a result while it is written, and takes over those
// of an earlier one. All methods are of no effect on nil.
type keeper struct {
	tracker *tracker
	was     *Parts
	// levels are what is being written: the result, the field or element in it,
	// and so on.
	levels []level
}

// level is a value that is being written.
type level struct {
	// part is what it becomes, from where it begins.
	part
	begin extent
	outer opened
	// compound says that there is something in it.
	compound bool
	// old is what it was, nil if that is of no use, at where that began, and next
	// the next of its parts.
	old  *part
	at   extent
	next int
}

// newKeeper begins with the result as a whole, whose needs are those of the run
// so far.
func (e *Evaluation) newKeeper() *keeper {
	if e.tracker == nil {
		return nil
	}
	k := &keeper{tracker: e.tracker, was: e.usable(), levels: make([]level, 1, 16)}
	k.levels[0].outer = k.tracker.inner
	if k.was != nil {
		k.levels[0].old = k.was.root
	}
	return k
}

// reuses says whether parts of another result are taken over.
func (k *keeper) reuses() bool { return k != nil && k.was != nil }

// parts ends the result.
func (k *keeper) parts(e *Evaluation, text []byte, origins *Origins) *Parts {
	if k == nil {
		return nil
	}
	l := k.levels[0]
	p := &Parts{run: k.tracker.run, text: text, origins: origins, imports: e.closure()}
	if l.compound {
		l.all = k.tracker.end(l.outer)
		p.root = &l.part
	}
	return p
}

// enter says that the innermost value is an array or object of which the length
// or the names are known now.
func (k *keeper) enter() {
	if k == nil {
		return
	}
	l := &k.levels[len(k.levels)-1]
	l.compound = true
	l.own = k.tracker.end(l.outer)
	l.outer = k.tracker.open()
	k.tracker.read(l.own)
	if l.old != nil && k.changed(l.old.own) {
		l.old = nil
	}
}

func (k *keeper) changed(n *need) bool {
	changed, _ := k.tracker.latest(n)
	return changed > k.was.run
}

// take takes over an element or field of the innermost value, if it would come
// out as it was.
func (k *keeper) take(w *writer, index int) bool {
	if k == nil {
		return false
	}
	l := &k.levels[len(k.levels)-1]
	old := l.was(index)
	if old == nil || k.changed(old.all) {
		return false
	}
	from, to := l.at.plus(old.from), l.at.plus(old.to)
	p := *old
	p.from = w.extent().minus(l.begin)
	w.raw(k.was.text[from.text:to.text])
	if w.origins != nil {
		w.origins.take(k.was.origins, from, to, k.places(old.all))
	}
	p.to = w.extent().minus(l.begin)
	l.parts = append(l.parts, p)
	k.tracker.read(p.all)
	return true
}

// places returns what tells where the places of a part are now, nil if they are
// where they were.
func (k *keeper) places(n *need) func(*ast.LocationRange) *ast.LocationRange {
	if _, moved := k.tracker.latest(n); moved > k.was.run {
		return k.tracker.place
	}
	return nil
}

// was returns what an element or field was. It is asked for one after the other.
func (l *level) was(index int) *part {
	if l.old == nil {
		return nil
	}
	for l.next < len(l.old.parts) && l.old.parts[l.next].index < index {
		l.next++
	}
	if l.next == len(l.old.parts) || l.old.parts[l.next].index != index {
		return nil
	}
	return &l.old.parts[l.next]
}

// open begins an element or field, before it is evaluated.
func (k *keeper) open(w *writer, index int) {
	if k == nil {
		return
	}
	l := &k.levels[len(k.levels)-1]
	in := level{begin: w.extent(), outer: k.tracker.open(), part: part{index: index}}
	if old := l.was(index); old != nil {
		in.old, in.at = old, l.at.plus(old.from)
	}
	in.from = in.begin.minus(l.begin)
	k.levels = append(k.levels, in)
}

// end ends an element or field.
func (k *keeper) end(w *writer) {
	if k == nil {
		return
	}
	in := k.levels[len(k.levels)-1]
	k.levels = k.levels[:len(k.levels)-1]
	l := &k.levels[len(k.levels)-1]
	in.all = k.tracker.end(in.outer)
	in.to = w.extent().minus(l.begin)
	if in.compound && in.to.text-in.from.text >= partBytes {
		l.parts = append(l.parts, in.part)
	}
}
