package routing

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Class stands for the values of one label that some matchers do not tell
// apart: an alert takes the same way through a tree with each of them.
type Class struct {
	Label string
	// Value is one of the values, "" for an alert without the label.
	Value string
	// Named are those of the values that matchers name.
	Named []string
	// Text says which values they are: `team="a"`, `team=~"a|b"`, "no team",
	// "another team", "any other team" where having none is the same.
	Text string
}

// Classes returns the classes that matchers, which are about one label, make of
// its values: those that matchers name first, then those like a regular
// expression, then the others. Values that only two regular expressions
// together describe are missed where neither an example of the one nor of the
// other is among them.
func Classes(matchers labels.Matchers) []Class {
	if len(matchers) == 0 {
		return nil
	}
	c := classes{label: matchers[0].Name, matchers: matchers, byKey: map[string]*valueClass{}}
	for _, m := range matchers {
		if values, ok := valuesOfText(m); ok {
			for _, v := range values {
				if v != "" {
					c.add(v, "", true)
				}
			}
		}
	}
	for _, m := range matchers {
		for _, v := range examples(m) {
			op := labels.MatchRegexp
			if v != "" {
				c.add(v, fmt.Sprintf("%s%s%q", c.label, op, m.Value), false)
			}
		}
	}
	other := c.add(c.unnamed(), "another "+c.label, false)
	if absent := c.add("", "no "+c.label, false); absent == other && other.text == "another "+c.label {
		other.text = "any other " + c.label
	}
	var out []Class
	for _, one := range c.order {
		out = append(out, Class{Label: c.label, Value: one.value, Named: one.named, Text: one.name(c.label)})
	}
	return out
}

type classes struct {
	label    string
	matchers labels.Matchers
	byKey    map[string]*valueClass
	order    []*valueClass
}

type valueClass struct {
	value, text string
	named       []string
}

// add puts a value into its class.
func (c *classes) add(value, text string, named bool) *valueClass {
	var key strings.Builder
	for _, m := range c.matchers {
		fmt.Fprint(&key, m.Matches(value), " ")
	}
	one := c.byKey[key.String()]
	if one == nil {
		one = &valueClass{value: value, text: text}
		c.byKey[key.String()] = one
		c.order = append(c.order, one)
	}
	if named && !slices.Contains(one.named, value) {
		one.named = append(one.named, value)
	}
	return one
}

// maxNamed bounds the values that the name of a class lists.
const maxNamed = 6

func (c *valueClass) name(label string) string {
	if len(c.named) == 0 {
		return c.text
	}
	return Class{Label: label, Named: c.named}.NamedText()
}

// NamedText writes the values of Named as a matcher does.
func (c Class) NamedText() string {
	switch {
	case len(c.Named) == 1:
		return fmt.Sprintf("%s=%q", c.Label, c.Named[0])
	case len(c.Named) > maxNamed:
		return fmt.Sprintf("%s=~%q and %d more", c.Label, strings.Join(c.Named[:maxNamed], "|"), len(c.Named)-maxNamed)
	default:
		return fmt.Sprintf("%s=~%q", c.Label, strings.Join(c.Named, "|"))
	}
}

// unnamed is a value that no matcher names.
func (c *classes) unnamed() string {
	value := "other"
	for slices.ContainsFunc(c.matchers, func(m *labels.Matcher) bool { return strings.Contains(m.Value, value) }) {
		value += "-other"
	}
	return value
}

// valuesOfText returns the values that a matcher names, whether it wants them
// or not.
func valuesOfText(m *labels.Matcher) ([]string, bool) {
	if m.Type == labels.MatchEqual || m.Type == labels.MatchNotEqual {
		return []string{m.Value}, true
	}
	return literals(m.Value)
}

// examples returns a few texts that a regular expression matches, where they
// are too many to be listed.
func examples(m *labels.Matcher) []string {
	if _, ok := valuesOfText(m); ok {
		return nil
	}
	re, err := syntax.Parse(m.Value, syntax.Perl)
	if err != nil {
		return nil // cannot be: the loader has compiled it
	}
	is := m
	if m.Type == labels.MatchNotRegexp {
		is, _ = negated(m)
	}
	return slices.DeleteFunc(examplesOf(re.Simplify()), func(v string) bool { return !is.Matches(v) })
}

// maxExamples bounds the examples of one part of an expression.
const maxExamples = 24

func examplesOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		return []string{string(re.Rune[0])}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []string{"x"}
	case syntax.OpCapture, syntax.OpPlus:
		return examplesOf(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		return append(examplesOf(re.Sub[0]), "")
	case syntax.OpRepeat:
		one := examplesOf(re.Sub[0])
		out := []string{""}
		for range max(re.Min, 1) {
			out = shortened(product(out, one))
		}
		return out
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			out = shortened(product(out, examplesOf(sub)))
		}
		return out
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			out = append(out, examplesOf(sub)...)
		}
		return shortened(out)
	default: // the empty text, and what stands between characters
		return []string{""}
	}
}

func shortened(list []string) []string { return list[:min(len(list), maxExamples)] }
