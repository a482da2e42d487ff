package routing

import "github.com/prometheus/alertmanager/pkg/labels"

// Step is one route on the way of an alert through the tree.
type Step struct {
	Route *Route
	// Offered says whether the alert is asked about there at all: Never where
	// Before has taken it already.
	Offered Certainty
	Before  *Route
	// Tests are the route's matchers, in the order in which they are tried.
	// Alertmanager does not go on after one that fails.
	Tests []Test
	// Taken says whether the alert passes the matchers, given that it passes
	// those of the routes above.
	Taken Certainty
	// Ends says whether the alert ends there: whether no route below takes it.
	Ends Certainty
}

// Test is one matcher and what it makes of an alert.
type Test struct {
	Matcher *labels.Matcher
	// Value is the alert's, "" where it does not have the label; it means
	// nothing unless it is Known.
	Value string
	Known bool
	// Passes is Possible where the value is not known.
	Passes Certainty
}

// Trace follows an alert through the tree, as Reach does, and returns every
// route that is come to, in the order in which they are tried. Routes below one
// that the alert does not pass are left out, and so are those below one that
// is not asked.
func (t *Tree) Trace(label LabelFunc) []Step {
	var steps []Step
	t.Root().reach(label, Certain, &walk{ends: &[]Reached{}, steps: &steps})
	return steps
}

// step notes a route that is come to, and returns where it has noted it.
func (w *walk) step(r *Route, label LabelFunc, offered, taken Certainty) int {
	if w.steps == nil {
		return 0
	}
	s := Step{Route: r, Offered: offered, Taken: taken}
	for _, m := range r.Matchers {
		t := Test{Matcher: m, Passes: Possible}
		if t.Value, t.Known = label(m.Name); t.Known {
			t.Passes = Never
			if m.Matches(t.Value) {
				t.Passes = Certain
			}
		}
		s.Tests = append(s.Tests, t)
	}
	*w.steps = append(*w.steps, s)
	return len(*w.steps) - 1
}

// skip notes routes that are not asked, because another one took the alert.
func (w *walk) skip(routes []*Route, before *Route) {
	if w.steps == nil {
		return
	}
	for _, r := range routes {
		*w.steps = append(*w.steps, Step{Route: r, Before: before})
	}
}

func (w *walk) end(step int, c Certainty) {
	if w.steps != nil {
		(*w.steps)[step].Ends = c
	}
}
