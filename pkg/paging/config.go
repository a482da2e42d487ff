package paging

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// Config is an Alertmanager configuration. It is immutable.
type Config struct {
	Object bundle.Object
	// Value is the configuration as it is written.
	Value       bundle.Value
	Tree        *routing.Tree
	Inhibitions []routing.Inhibition
	Calendar    *routing.Calendar
	// intervals are the definitions of time intervals, canonical, by name.
	intervals map[string]string
}

// Read reads a configuration. The error is what Alertmanager refuses it for;
// routing.Judge says it with places.
func Read(o bundle.Object) (*Config, error) {
	cfg, err := routing.LoadConfig(o.Body.Bytes())
	if err != nil {
		return nil, err
	}
	value, err := o.Value()
	if err != nil {
		return nil, err
	}
	c := &Config{
		Object: o, Value: value, Tree: routing.NewTree(cfg), Inhibitions: routing.Inhibitions(cfg), Calendar: routing.NewCalendar(cfg),
		intervals: map[string]string{},
	}
	for _, field := range []string{"time_intervals", "mute_time_intervals"} {
		for _, i := range value.Array(field) {
			text, err := bundle.Canonical(i)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", o.Ref, err)
			}
			c.intervals[i.Str("name")] = string(text)
		}
	}
	return c, nil
}

// Receivers returns the names of the receivers, in the order of the
// configuration.
func (c *Config) Receivers() []string {
	var out []string
	for _, r := range c.Value.Array("receivers") {
		out = append(out, r.Str("name"))
	}
	return out
}

// asked are matchers by the label that they ask for.
type asked map[string]labels.Matchers

func (a asked) add(matchers labels.Matchers) {
	for _, m := range matchers {
		a[m.Name] = append(a[m.Name], m)
	}
}

// names are the labels, sorted.
func (a asked) names() []string {
	var out []string
	for name := range a {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// ask adds what a configuration asks for.
func (c *Config) ask(a asked) {
	for _, r := range c.Tree.Routes() {
		a.add(r.Matchers)
	}
	for _, i := range c.Inhibitions {
		a.add(i.Source)
		a.add(i.Target)
	}
}

// Asked returns the labels that some matcher asks for, sorted.
func (c *Config) Asked() []string {
	a := asked{}
	c.ask(a)
	return a.names()
}

// Outcome is what becomes of an alert of which everything is known that
// matters.
type Outcome struct {
	Ends []End
	// Inhibited are the inhibition rules that can mute the alert, as sentences.
	Inhibited []string
}

// End is a route that an alert ends in.
type End struct {
	Receiver string
	Route    *routing.Route
	// mute and active are the route's intervals with their definitions.
	mute, active string
}

// undecided returns a label that is not known and on which the outcome depends.
func (c *Config) undecided(label routing.LabelFunc) (string, bool) {
	if name, ok := c.Tree.Undecided(label); ok {
		return name, true
	}
	for _, i := range c.Inhibitions {
		if name, ok := i.Undecided(label); ok {
			return name, true
		}
	}
	return "", false
}

// outcome follows an alert through the configuration.
func (c *Config) outcome(label routing.LabelFunc) Outcome {
	var out Outcome
	for _, r := range c.Tree.Reach(label) {
		e := End{Receiver: r.Route.Receiver, Route: r.Route}
		for _, name := range r.Route.MuteTimeIntervals {
			e.mute += c.intervals[name]
		}
		for _, name := range r.Route.ActiveTimeIntervals {
			e.active += c.intervals[name]
		}
		out.Ends = append(out.Ends, e)
	}
	for _, i := range c.Inhibitions {
		// An alert that matches both sides is not inhibited by its like, but
		// by others it is.
		if i.Concerns(label) != routing.Never {
			out.Inhibited = append(out.Inhibited, inhibitionText(i))
		}
	}
	slices.Sort(out.Inhibited)
	out.Inhibited = slices.Compact(out.Inhibited)
	return out
}

func inhibitionText(i routing.Inhibition) string {
	text := "by " + i.Source.String()
	if len(i.Equal) > 0 {
		text += " of the same " + strings.Join(i.Equal, ", ")
	}
	return text
}

// receivers are who is told, as a text.
func (o Outcome) receivers() string {
	var names []string
	for _, e := range o.Ends {
		names = append(names, e.Receiver)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// sorted are the ends by receiver, so that two outcomes can be compared.
func (o Outcome) sorted() []End {
	ends := slices.Clone(o.Ends)
	slices.SortStableFunc(ends, func(a, b End) int { return strings.Compare(a.Receiver, b.Receiver) })
	return ends
}

// timersText names the timers in which two routes differ.
func timersText(old, now *routing.Route) (from, to string) {
	var was, is []string
	for _, t := range []struct {
		name     string
		old, now time.Duration
	}{
		{"group_wait", old.GroupWait, now.GroupWait},
		{"group_interval", old.GroupInterval, now.GroupInterval},
		{"repeat_interval", old.RepeatInterval, now.RepeatInterval},
	} {
		if t.old != t.now {
			was = append(was, fmt.Sprintf("%s %s", t.name, model.Duration(t.old)))
			is = append(is, fmt.Sprintf("%s %s", t.name, model.Duration(t.now)))
		}
	}
	return strings.Join(was, ", "), strings.Join(is, ", ")
}

// groupingText says by what a route groups.
func groupingText(r *routing.Route) string {
	switch {
	case r.GroupByAll:
		return "every alert by itself"
	case len(r.GroupBy) == 0:
		return "all alerts together"
	default:
		return "by " + strings.Join(r.GroupBy, ", ")
	}
}

// intervalsText says when a route is silent.
func (e End) intervalsText() string {
	var words []string
	if len(e.Route.MuteTimeIntervals) > 0 {
		words = append(words, "muted in "+strings.Join(e.Route.MuteTimeIntervals, ", "))
	}
	if len(e.Route.ActiveTimeIntervals) > 0 {
		words = append(words, "active in "+strings.Join(e.Route.ActiveTimeIntervals, ", "))
	}
	if len(words) == 0 {
		return "at all times"
	}
	return strings.Join(words, "; ")
}

// labelsText are the labels that a route adds.
func labelsText(r *routing.Route) string {
	var words []string
	for name, value := range r.Labels {
		words = append(words, fmt.Sprintf("%s=%q", name, value))
	}
	slices.Sort(words)
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// NamedLabel is a label with a value.
type NamedLabel struct{ Name, Value string }

// Labels returns the labels that matchers name a value of, sorted.
func (c *Config) Labels() []NamedLabel {
	a := asked{}
	c.ask(a)
	var out []NamedLabel
	for _, name := range a.names() {
		for _, class := range routing.Classes(a[name]) {
			for _, value := range class.Named {
				out = append(out, NamedLabel{name, value})
			}
		}
	}
	return out
}
