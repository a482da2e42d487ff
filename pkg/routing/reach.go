package routing

import (
	"github.com/prometheus/alertmanager/pkg/labels"
)

// LabelFunc says what is known of an alert's label: its value, "" where the
// alert does not have it, or false where the value depends on data.
type LabelFunc func(name string) (value string, known bool)

// Reached is a route that an alert ends in.
type Reached struct {
	Route *Route
	// Certainty is Certain where the alert ends there whatever the unknown
	// labels hold, else Possible.
	Certainty Certainty
}

// Reach is Match for an alert of which some labels are not known: every route
// that it is certain to end in, or can, in the order of Match. What is left
// out cannot be reached.
func (t *Tree) Reach(label LabelFunc) []Reached {
	ends, _ := t.Follow(label)
	return ends
}

// Takes says whether an alert passes the matchers of a route, whatever those
// above it ask for.
func (r *Route) Takes(label LabelFunc) Certainty { return matches(r.Matchers, label) }

// Follow is Reach, and also returns every route whose matchers, with those of
// the routes above, the alert passes or may pass, in the order of Routes,
// whether or not it gets there before another route takes it.
func (t *Tree) Follow(label LabelFunc) (ends []Reached, passes []*Route) {
	t.Root().reach(label, Certain, &walk{ends: &ends})
	t.Root().passes(label, &passes)
	return ends, passes
}

// walk is what is collected on the way through a tree.
type walk struct {
	ends *[]Reached
	// steps is nil where nobody wants to know the way.
	steps *[]Step
	// open is the first label that is not known and on which the way depends.
	open *string
}

// Undecided returns a label that is not known and on which it depends where an
// alert ends: the first one that the first route asks for which may or may not
// take it. There is none if everything is certain.
func (t *Tree) Undecided(label LabelFunc) (name string, ok bool) {
	t.Root().reach(label, Certain, &walk{ends: &[]Reached{}, open: &name})
	return name, name != ""
}

// unknown returns the first label of some matchers that is not known.
func unknown(matchers labels.Matchers, label LabelFunc) string {
	for _, m := range matchers {
		if _, known := label(m.Name); !known {
			return m.Name
		}
	}
	return ""
}

func (r *Route) passes(label LabelFunc, out *[]*Route) {
	if matches(r.Matchers, label) == Never {
		return
	}
	*out = append(*out, r)
	label = assume(r.Matchers, label)
	for _, child := range r.Children {
		child.passes(label, out)
	}
}

// Certainty says whether something is the case, as far as the known labels
// tell.
type Certainty int

// The certainties, from the least to the greatest.
const (
	Never Certainty = iota
	Possible
	Certain
)

// reach follows dispatch.Route.Match. It returns whether the route takes the
// alert, given that it is offered to it with some certainty.
func (r *Route) reach(label LabelFunc, offered Certainty, w *walk) Certainty {
	taken := matches(r.Matchers, label)
	step := w.step(r, label, offered, taken)
	if taken == Never {
		return Never
	}
	if taken == Possible && w.open != nil && *w.open == "" {
		*w.open = unknown(r.Matchers, label)
	}
	label = assume(r.Matchers, label)
	// here is how certain it is that this route's children are asked at all,
	// rest that the next one is, own that none of them has taken the alert.
	here := min(offered, taken)
	rest, own := here, here
	for i, child := range r.Children {
		switch child.reach(label, rest, w) {
		case Certain:
			own = Never
			if !child.Continue {
				rest = Never
			}
		case Possible:
			own = min(own, Possible)
			if !child.Continue {
				rest = min(rest, Possible)
			}
		case Never:
		}
		if rest == Never {
			w.skip(r.Children[i+1:], child)
			break
		}
	}
	if own != Never {
		*w.ends = append(*w.ends, Reached{Route: r, Certainty: own})
		w.end(step, own)
	}
	return taken
}

// assume makes labels known that a route demands one value of: what comes
// through has it.
func assume(matchers labels.Matchers, label LabelFunc) LabelFunc {
	assumed := map[string]string{}
	for _, m := range matchers {
		if _, known := label(m.Name); !known && m.Type == labels.MatchEqual {
			assumed[m.Name] = m.Value
		}
	}
	if len(assumed) == 0 {
		return label
	}
	return func(name string) (string, bool) {
		if value, ok := assumed[name]; ok {
			return value, true
		}
		return label(name)
	}
}

// matches asks all matchers; a missing label equals "".
func matches(matchers labels.Matchers, label LabelFunc) Certainty {
	out := Certain
	for _, m := range matchers {
		value, known := label(m.Name)
		switch {
		case !known:
			out = Possible
		case !m.Matches(value):
			return Never
		}
	}
	return out
}
