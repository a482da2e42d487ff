package expr

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// Presence says whether the series of a result have a label.
type Presence int

// A label may be there, depending on the data; it is there for certain; it is
// absent for certain.
const (
	May Presence = iota
	Has
	Lacks
)

// Label is what is known about one label of a result.
type Label struct {
	Presence Presence
	// Value is the one value that it can have, "" where that is not known.
	Value string
	// By is the part of the expression that made it so, nil where nothing did.
	By parser.Expr
}

// Labels are the possible label sets of a result: what is known about some
// labels by name, and about all others. The zero value knows nothing. A value
// is not changed once it is made.
//
// The name of the metric is not judged: Get says May of __name__.
type Labels struct {
	rest Label
	// named are sorted by name. A result has few labels that are known, and
	// there are as many values as parts of expressions: a map for each would be
	// most of the memory that an analysis takes.
	named []namedLabel
}

type namedLabel struct {
	name string
	Label
}

// find returns where a name is, or would be.
func (l Labels) find(name string) (int, bool) {
	for i, n := range l.named {
		if n.name >= name {
			return i, n.name == name
		}
	}
	return len(l.named), false
}

// set changes a value that is still being made.
func (l *Labels) set(name string, known Label) {
	i, ok := l.find(name)
	if ok {
		l.named[i].Label = known
		return
	}
	l.named = slices.Insert(l.named, i, namedLabel{name, known})
}

const metricLabel = "__name__"

// Get returns what is known about a label.
func (l Labels) Get(name string) Label {
	if name == metricLabel {
		return Label{}
	}
	if i, ok := l.find(name); ok {
		return l.named[i].Label
	}
	return l.rest
}

// Fixed returns the value that a label has on every series, "" where none has
// it. It reports false where the value depends on the data.
func (l Labels) Fixed(name string) (value string, known bool) {
	found := l.Get(name)
	return found.Value, found.Presence == Lacks || found.Value != ""
}

// Closed reports whether there are no labels for certain beside Names.
func (l Labels) Closed() bool { return l.rest.Presence == Lacks }

// Names returns the labels that are known by name and not to be absent,
// sorted.
func (l Labels) Names() []string {
	var names []string
	for _, n := range l.named {
		if n.Presence != Lacks {
			names = append(names, n.name)
		}
	}
	return names
}

// Empty reports whether there is no label at all for certain.
func (l Labels) Empty() bool { return l.Closed() && len(l.Names()) == 0 }

// copy returns a value that may be changed, with room for more labels.
func (l Labels) copy(more int) Labels {
	return Labels{rest: l.rest, named: append(make([]namedLabel, 0, len(l.named)+more), l.named...)}
}

func (l Labels) with(name string, known Label) Labels {
	out := l.copy(1)
	out.set(name, known)
	return out
}

// none is no label at all, because of a part of the expression.
func none(by parser.Expr) Labels { return Labels{rest: Label{Presence: Lacks, By: by}} }

// keep leaves only some labels.
func (l Labels) keep(names []string, by parser.Expr) Labels {
	out := Labels{rest: Label{Presence: Lacks, By: by}, named: make([]namedLabel, 0, len(names))}
	for _, name := range names {
		out.set(name, l.Get(name))
	}
	return out
}

// drop takes labels away.
func (l Labels) drop(names []string, by parser.Expr) Labels {
	out := l.copy(len(names))
	for _, name := range names {
		if l.Get(name).Presence != Lacks {
			out.set(name, Label{Presence: Lacks, By: by})
		}
	}
	return out
}

// combine makes a value of two, label by label.
func combine(a, b Labels, each func(a, b Label) Label) Labels {
	out := Labels{rest: each(a.rest, b.rest), named: make([]namedLabel, 0, max(len(a.named), len(b.named)))}
	for _, side := range []Labels{a, b} {
		for _, n := range side.named {
			out.set(n.name, each(a.Get(n.name), b.Get(n.name)))
		}
	}
	return out
}

// either is what is known of series that have the one label or the other.
func either(a, b Label) Label {
	if a.Presence != b.Presence {
		return Label{}
	}
	if a.Value != b.Value {
		a.Value = ""
	}
	return a
}

// both is what is known of a label that two series have in common.
func both(a, b Label) Label {
	switch {
	case a.Presence == Lacks:
		return a
	case b.Presence == Lacks:
		return b
	case a.Presence == Has && (a.Value != "" || b.Presence != Has):
		return a
	default:
		return b
	}
}

// conflict reports whether a label cannot be the same on two series.
func conflict(a, b Label) bool {
	switch {
	case a.Presence == Has && b.Presence == Has:
		return a.Value != "" && b.Value != "" && a.Value != b.Value
	default:
		return a.Presence == Has && b.Presence == Lacks || a.Presence == Lacks && b.Presence == Has
	}
}
