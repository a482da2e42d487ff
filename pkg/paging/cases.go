package paging

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/routing"
)

// choice is one class of the values of a label that is not known.
type choice struct {
	label string
	class int // of the label's classes
}

// Case is what has to be known of an alert so that it takes one way only: a
// choice for each label that is not known and that makes a difference, in the
// order in which they are asked for.
type Case []choice

// maxCases bounds the cases of one alert.
const maxCases = 4096

// splitter takes an alert apart into cases. Only labels on which something
// depends, given the choices before, are split by.
type splitter struct {
	classes map[string][]routing.Class
	// undecided returns a label on which something depends.
	undecided func(routing.LabelFunc) (string, bool)
	cases     []Case
	// incomplete says that there are more cases.
	incomplete bool
}

func (s *splitter) split(label routing.LabelFunc, before Case) {
	if len(s.cases) >= maxCases {
		s.incomplete = true
		return
	}
	name, ok := s.undecided(label)
	if !ok {
		s.cases = append(s.cases, before)
		return
	}
	for i, class := range s.classes[name] {
		s.split(assumed(label, name, class.Value), append(slices.Clip(before), choice{name, i}))
	}
}

func assumed(label routing.LabelFunc, name, value string) routing.LabelFunc {
	return func(asked string) (string, bool) {
		if v, known := label(asked); known || asked != name {
			return v, known
		}
		return value, true
	}
}

// label is what is known of an alert in the case.
func (s *splitter) label(c Case, of routing.LabelFunc) routing.LabelFunc {
	for _, choice := range c {
		of = assumed(of, choice.label, s.classes[choice.label][choice.class].Value)
	}
	return of
}

// condition is a set of cases: for each label, the classes that it can have.
type condition struct {
	labels  []string
	classes map[string][]int
}

// key is the condition without what it says of one label.
func (c condition) key(without string) string {
	var b strings.Builder
	for _, name := range c.labels {
		if name != without {
			fmt.Fprintln(&b, name, c.classes[name])
		}
	}
	return b.String()
}

// conditions say which cases some are, in few words: cases that differ in one
// label are put together, and a label that can have any value is left out.
// None says that they are all there are.
func (s *splitter) conditions(chosen []Case) [][]string {
	if len(chosen) == len(s.cases) {
		return nil
	}
	var list []condition
	var names []string
	for _, c := range chosen {
		one := condition{classes: map[string][]int{}}
		for _, choice := range c {
			one.labels = append(one.labels, choice.label)
			one.classes[choice.label] = []int{choice.class}
			if !slices.Contains(names, choice.label) {
				names = append(names, choice.label)
			}
		}
		list = append(list, one)
	}
	for before := 0; before != len(list); {
		before = len(list)
		for _, name := range slices.Backward(names) {
			list = s.merge(list, name)
		}
	}
	var out [][]string
	for _, c := range list {
		words := []string{}
		for _, name := range c.labels {
			words = append(words, s.text(name, c.classes[name]))
		}
		out = append(out, words)
	}
	return out
}

// merge puts conditions together that differ in one label only.
func (s *splitter) merge(list []condition, name string) []condition {
	var out []condition
	at := map[string]int{}
	for _, c := range list {
		if _, ok := c.classes[name]; !ok {
			out = append(out, c)
			continue
		}
		key := c.key(name)
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, c)
			continue
		}
		out[i].classes[name] = append(out[i].classes[name], c.classes[name]...)
	}
	for i, c := range out {
		if slices.Sort(c.classes[name]); len(c.classes[name]) == len(s.classes[name]) {
			delete(c.classes, name)
			out[i].labels = slices.DeleteFunc(slices.Clone(c.labels), func(l string) bool { return l == name })
		}
	}
	return out
}

// text names some classes of a label or, where that is shorter, the others.
func (s *splitter) text(name string, classes []int) string {
	var rest []int
	for i := range s.classes[name] {
		if !slices.Contains(classes, i) {
			rest = append(rest, i)
		}
	}
	if len(classes) > 2 && len(rest) < len(classes) {
		return "any " + name + " but " + s.list(name, rest)
	}
	return s.list(name, classes)
}

func (s *splitter) list(name string, classes []int) string {
	var named routing.Class
	var words []string
	for _, i := range classes {
		c := s.classes[name][i]
		if len(c.Named) > 0 {
			named = routing.Class{Label: name, Named: append(named.Named, c.Named...)}
			continue
		}
		words = append(words, c.Text)
	}
	if len(named.Named) > 0 {
		words = slices.Insert(words, 0, named.NamedText())
	}
	return strings.Join(words, " or ")
}
