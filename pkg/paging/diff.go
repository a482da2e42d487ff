package paging

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// State is one state of what pages people. Config is nil where there is no
// configuration that Alertmanager accepts.
type State struct {
	Config *Config
	Alerts []Alert
	// Templates are the template files.
	Templates []bundle.Object
}

// Kind says in what two outcomes differ.
type Kind string

// The kinds of changes, those that matter most first.
const (
	// Receiver: others are told, or fewer or more.
	Receiver Kind = "receiver"
	// Added and Removed are about alerts that are new or gone.
	Added   Kind = "added"
	Removed Kind = "removed"
	// Inhibition: other rules can mute the alert.
	Inhibition Kind = "inhibition"
	// Intervals: it is silent at other times.
	Intervals Kind = "intervals"
	Timers    Kind = "timers"
	Grouping  Kind = "grouping"
	// Labels: the route adds other labels to the notification's data.
	Labels Kind = "labels"
)

func kinds() []Kind {
	return []Kind{Receiver, Added, Removed, Inhibition, Intervals, Timers, Grouping, Labels}
}

// Change is one difference and the alerts that have it.
type Change struct {
	Kind Kind
	// Receivers are those of the alerts, where the change is not about them.
	Receivers string
	// From and To are texts: names of receivers, timers, …; "" for nobody.
	From, To string
	Alerts   []Changed
}

// id is the same for changes of which the alerts stand together.
func (c Change) id() string {
	return strings.Join([]string{string(c.Kind), c.Receivers, c.From, c.To}, "\n")
}

// Changed is an alert that has a change.
type Changed struct {
	Alert Alert
	// Text names the alert with its labels.
	Text string
	// Certain says that all its cases have the change. Else When says which
	// have: for each, the labels that have to be so.
	Certain bool
	When    [][]string
}

// Diff is how two states differ.
type Diff struct {
	// Changes are sorted by kind, receivers and text.
	Changes []Change
	// Receivers and Intervals are those whose definition differs.
	Receivers []Definition
	Intervals []Definition
	// Global are the global settings that differ, Templates the template files.
	Global    []FieldChange
	Templates []Definition
	// Alerts counts the alerts of rules that were compared, Seen the label sets
	// of tests.
	Alerts, Seen int
	// Incomplete says that some alert has more cases than were looked at.
	Incomplete bool
}

// Empty reports whether nobody notices anything.
func (d Diff) Empty() bool {
	return len(d.Changes)+len(d.Receivers)+len(d.Intervals)+len(d.Global)+len(d.Templates) == 0
}

// Compare compares two states of one environment. The error is for the end of
// the context only.
func Compare(ctx context.Context, old, now State) (Diff, error) {
	c := &comparison{old: old, now: now, asked: asked{}, changes: map[string]*Change{}, memory: map[string][]found{}}
	c.renamed = renamedReceivers(old.Config, now.Config)
	for _, s := range []State{old, now} {
		if s.Config != nil {
			s.Config.ask(c.asked)
		}
	}
	c.names, c.classes = c.asked.names(), map[string][]routing.Class{}
	for _, name := range c.names {
		c.classes[name] = routing.Classes(c.asked[name])
	}
	for _, p := range match(old.Alerts, now.Alerts) {
		if err := ctx.Err(); err != nil {
			return Diff{}, err
		}
		c.pair(p)
	}
	return Diff{
		Alerts: c.compared, Seen: c.seen, Incomplete: c.incomplete, Changes: c.sorted(),
		Receivers: changedReceivers(old.Config, now.Config), Intervals: changedIntervals(old.Config, now.Config),
		Global: changedGlobal(old.Config, now.Config), Templates: changedTemplates(old.Templates, now.Templates),
	}, nil
}

type comparison struct {
	old, now   State
	asked      asked
	names      []string
	classes    map[string][]routing.Class
	changes    map[string]*Change
	memory     map[string][]found
	renamed    map[string]string // receivers, by their old names
	compared   int
	seen       int
	incomplete bool
}

// found is a change of an alert.
type found struct {
	Change
	certain bool
	when    [][]string
}

// pair compares what becomes of an alert. Alerts of which the same is known
// share the answer.
func (c *comparison) pair(p pair) {
	alert := p.now
	if alert == nil {
		alert = p.old
	}
	if alert.Source == "" {
		c.compared++
	} else {
		c.seen++
	}
	key := fmt.Sprint(p.old != nil, p.now != nil) + c.known(p.old) + "\n---\n" + c.known(p.now)
	changes, ok := c.memory[key]
	if !ok {
		changes = c.differences(p)
		c.memory[key] = changes
	}
	dropped := p.mayBeDropped()
	for _, f := range changes {
		id := f.id()
		into := c.changes[id]
		if into == nil {
			into = &Change{Kind: f.Kind, Receivers: f.Receivers, From: f.From, To: f.To}
			c.changes[id] = into
		}
		into.Alerts = append(into.Alerts, Changed{Alert: *alert, Text: alert.Text(c.names), Certain: f.certain && !dropped, When: f.when})
	}
}

// mayBeDropped reports whether relabelling may, but need not, keep the alert
// from Alertmanager, in one of the states.
func (p pair) mayBeDropped() bool {
	return slices.ContainsFunc([]*Alert{p.old, p.now}, func(a *Alert) bool {
		return a != nil && a.Rule != nil && a.Rule.MayBeDropped() && !a.Rule.NeverArrives()
	})
}

// known is what is known of an alert that matters.
func (c *comparison) known(a *Alert) string {
	if a == nil {
		return ""
	}
	var b strings.Builder
	if a.Rule != nil && a.Rule.NeverArrives() {
		b.WriteString("dropped\n")
	}
	for _, name := range c.names {
		value, known := a.Label(name)
		fmt.Fprintf(&b, "%q %v\n", value, known)
	}
	return b.String()
}

// differences compares all cases of an alert.
func (c *comparison) differences(p pair) []found {
	s := &splitter{classes: c.classes, undecided: func(choices routing.LabelFunc) (string, bool) { return c.undecided(p, choices) }}
	s.split(func(string) (string, bool) { return "", false }, nil)
	c.incomplete = c.incomplete || s.incomplete
	type group struct {
		change Change
		cases  []Case
	}
	var order []*group
	byID := map[string]*group{}
	for _, one := range s.cases {
		choices := s.label(one, func(string) (string, bool) { return "", false })
		for _, change := range compare(c.before(p.old, choices), outcomeOf(c.now.Config, p.now, choices)) {
			id := change.id()
			if byID[id] == nil {
				byID[id] = &group{change: change}
				order = append(order, byID[id])
			}
			byID[id].cases = append(byID[id].cases, one)
		}
	}
	var out []found
	for _, g := range order {
		out = append(out, found{Change: g.change, certain: len(g.cases) == len(s.cases) && !s.incomplete, when: s.conditions(g.cases)})
	}
	return out
}

// undecided returns a label that is neither known nor chosen and on which the
// outcome of one of the states depends.
func (c *comparison) undecided(p pair, choices routing.LabelFunc) (string, bool) {
	for _, side := range []struct {
		config *Config
		alert  *Alert
	}{{c.now.Config, p.now}, {c.old.Config, p.old}} {
		if side.config == nil || side.alert == nil {
			continue
		}
		if name, ok := side.config.undecided(either(side.alert.Label, choices)); ok {
			return name, true
		}
	}
	return "", false
}

// either is what is known of an alert and, where it is not, what is chosen.
func either(known, chosen routing.LabelFunc) routing.LabelFunc {
	return func(name string) (string, bool) {
		if v, ok := known(name); ok {
			return v, true
		}
		return chosen(name)
	}
}

// outcomeOf returns nil for an alert that does not exist.
func outcomeOf(config *Config, a *Alert, choices routing.LabelFunc) *Outcome {
	if a == nil {
		return nil
	}
	out := Outcome{}
	if config != nil && (a.Rule == nil || !a.Rule.NeverArrives()) {
		out = config.outcome(either(a.Label, choices))
	}
	return &out
}

// before is the old outcome, with receivers by the names that they have now.
func (c *comparison) before(a *Alert, choices routing.LabelFunc) *Outcome {
	out := outcomeOf(c.old.Config, a, choices)
	if out == nil {
		return nil
	}
	for i, e := range out.Ends {
		if to, ok := c.renamed[e.Receiver]; ok {
			out.Ends[i].Receiver = to
		}
	}
	return out
}

// compare returns in what two outcomes differ. Where others are told, the rest
// goes without saying.
func compare(old, now *Outcome) []Change {
	switch {
	case old == nil:
		return []Change{{Kind: Added, To: now.receivers()}}
	case now == nil:
		return []Change{{Kind: Removed, From: old.receivers()}}
	case old.receivers() != now.receivers():
		return []Change{{Kind: Receiver, From: old.receivers(), To: now.receivers()}}
	}
	var out []Change
	add := func(kind Kind, receivers, from, to string) {
		if from != to && !slices.ContainsFunc(out, func(c Change) bool { return c.Kind == kind && c.Receivers == receivers && c.From == from && c.To == to }) {
			out = append(out, Change{Kind: kind, Receivers: receivers, From: from, To: to})
		}
	}
	add(Inhibition, old.receivers(), inhibitedText(old.Inhibited), inhibitedText(now.Inhibited))
	was := old.sorted()
	for i, e := range now.sorted() {
		before := was[i]
		from, to := before.intervalsText(), e.intervalsText()
		if from == to && (before.mute != e.mute || before.active != e.active) {
			from, to = from+", as defined before", to+", as defined now"
		}
		add(Intervals, e.Receiver, from, to)
		from, to = timersText(before.Route, e.Route)
		add(Timers, e.Receiver, from, to)
		add(Grouping, e.Receiver, groupingText(before.Route), groupingText(e.Route))
		add(Labels, e.Receiver, labelsText(before.Route), labelsText(e.Route))
	}
	return out
}

func inhibitedText(rules []string) string {
	if len(rules) == 0 {
		return "by nothing"
	}
	return strings.Join(rules, "; ")
}

// saysAlready reports whether an alert of a test is among those of which the
// change says that all have it.
func (c *Change) saysAlready(a Changed) bool {
	return a.Alert.Source != "" && a.Alert.Rule != nil && slices.ContainsFunc(c.Alerts, func(o Changed) bool {
		return o.Certain && o.Alert.Source == "" && o.Alert.Rule == a.Alert.Rule
	})
}

func (c *comparison) sorted() []Change {
	var out []Change
	for _, change := range c.changes {
		change.Alerts = slices.DeleteFunc(slices.Clone(change.Alerts), change.saysAlready)
		out = append(out, *change)
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds(), a.Kind), slices.Index(kinds(), b.Kind)),
			cmp.Compare(a.Receivers, b.Receivers), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To),
		)
	})
	return out
}

// Anything is an alert of which nothing is known: where there are no rules to
// say what alerts there are, it stands for all of them.
func Anything() Alert {
	return Alert{Name: "any alert", Label: func(string) (string, bool) { return "", false }}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
