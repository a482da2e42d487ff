package expr

import (
	"maps"
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
	rest  Label
	named map[string]Label
}

const metricLabel = "__name__"

// Get returns what is known about a label.
func (l Labels) Get(name string) Label {
	if name == metricLabel {
		return Label{}
	}
	if known, ok := l.named[name]; ok {
		return known
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
	for name, known := range l.named {
		if known.Presence != Lacks {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Empty reports whether there is no label at all for certain.
func (l Labels) Empty() bool { return l.Closed() && len(l.Names()) == 0 }

func (l Labels) with(name string, known Label) Labels {
	named := maps.Clone(l.named)
	if named == nil {
		named = map[string]Label{}
	}
	named[name] = known
	return Labels{rest: l.rest, named: named}
}

// none is no label at all, because of a part of the expression.
func none(by parser.Expr) Labels { return Labels{rest: Label{Presence: Lacks, By: by}} }

// keep leaves only some labels.
func (l Labels) keep(names []string, by parser.Expr) Labels {
	out := Labels{rest: Label{Presence: Lacks, By: by}, named: make(map[string]Label, len(names))}
	for _, name := range names {
		out.named[name] = l.Get(name)
	}
	return out
}

// drop takes labels away.
func (l Labels) drop(names []string, by parser.Expr) Labels {
	out := Labels{rest: l.rest, named: maps.Clone(l.named)}
	if out.named == nil {
		out.named = map[string]Label{}
	}
	for _, name := range names {
		if l.Get(name).Presence != Lacks {
			out.named[name] = Label{Presence: Lacks, By: by}
		}
	}
	return out
}

// combine makes a value of two, label by label.
func combine(a, b Labels, each func(a, b Label) Label) Labels {
	out := Labels{rest: each(a.rest, b.rest), named: make(map[string]Label, len(a.named)+len(b.named))}
	for _, side := range []Labels{a, b} {
		for name := range side.named {
			out.named[name] = each(a.Get(name), b.Get(name))
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
