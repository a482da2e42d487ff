package ruletest

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// alertText is an alert as it is compared.
type alertText struct{ labels, annotations labels.Labels }

func (a alertText) compare(b alertText) int {
	if c := labels.Compare(a.labels, b.labels); c != 0 {
		return c
	}
	return labels.Compare(a.annotations, b.annotations)
}

func sameAlerts(expected, got []alertText) bool {
	slices.SortFunc(expected, alertText.compare)
	slices.SortFunc(got, alertText.compare)
	return slices.EqualFunc(expected, got, func(a, b alertText) bool {
		return labels.Equal(a.labels, b.labels) && labels.Equal(a.annotations, b.annotations)
	})
}

// lines is a comparison, line by line: mark is ' ' for a line of both sides,
// '-' for one that was expected only and '+' for one that was got only.
type lines []line

type line struct {
	mark byte
	text string
}

// describe fills the texts of a failure.
func (f *Failure) describe(l lines) {
	var expected, got, diff []string
	for _, x := range l {
		if x.mark != '+' {
			expected = append(expected, x.text)
		}
		if x.mark != '-' {
			got = append(got, x.text)
		}
		diff = append(diff, strings.TrimRight(string(x.mark)+" "+x.text, " "))
	}
	f.Expected, f.Got, f.Diff = strings.Join(expected, "\n"), strings.Join(got, "\n"), strings.Join(diff, "\n")
}

// alertLines pairs each expected alert with the one that fires and resembles it
// most, so that only what differs between the two is marked.
func alertLines(expected, got []alertText) lines {
	rest := slices.Clone(got)
	var out lines
	for _, e := range expected {
		best, most := -1, 0
		for i, g := range rest {
			if n := resemblance(e, g); n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			out = append(out, alone('-', e)...)
			continue
		}
		out = append(out, beside(e, rest[best])...)
		rest = slices.Delete(rest, best, best+1)
	}
	for _, g := range rest {
		out = append(out, alone('+', g)...)
	}
	return out
}

// resemblance counts what two alerts have in common; labels weigh more than
// annotations, and the name, which all share, does not count.
func resemblance(a, b alertText) int {
	n := 0
	a.labels.Range(func(l labels.Label) {
		if l.Name != labels.AlertName && b.labels.Get(l.Name) == l.Value {
			n += 2
		}
	})
	a.annotations.Range(func(l labels.Label) {
		if b.annotations.Get(l.Name) == l.Value {
			n++
		}
	})
	if a.labels.Len() == 1 && b.labels.Len() == 1 {
		n++
	}
	return n
}

func alone(mark byte, a alertText) lines {
	out := lines{{mark, "alert " + a.labels.Get(labels.AlertName)}}
	a.labels.Range(func(l labels.Label) {
		if l.Name != labels.AlertName {
			out = append(out, line{mark, "  " + l.Name + ": " + l.Value})
		}
	})
	a.annotations.Range(func(l labels.Label) { out = append(out, line{mark, "  annotation " + l.Name + ": " + l.Value}) })
	return out
}

func beside(e, g alertText) lines {
	out := lines{{' ', "alert " + e.labels.Get(labels.AlertName)}}
	out = append(out, labelLines("  ", e.labels, g.labels)...)
	return append(out, labelLines("  annotation ", e.annotations, g.annotations)...)
}

func labelLines(prefix string, e, g labels.Labels) lines {
	var names []string
	collect := func(l labels.Label) {
		if l.Name != labels.AlertName && !slices.Contains(names, l.Name) {
			names = append(names, l.Name)
		}
	}
	e.Range(collect)
	g.Range(collect)
	slices.Sort(names)
	var out lines
	for _, name := range names {
		text := func(l labels.Labels) string { return prefix + name + ": " + l.Get(name) }
		switch {
		case e.Has(name) && g.Has(name) && e.Get(name) == g.Get(name):
			out = append(out, line{' ', text(e)})
			continue
		case e.Has(name) && !g.Has(name):
			out = append(out, line{'-', text(e)})
		case g.Has(name) && !e.Has(name):
			out = append(out, line{'+', text(g)})
		default:
			out = append(out, line{'-', text(e)}, line{'+', text(g)})
		}
	}
	return out
}

// sampleLines compares sorted samples; those of the same labels stand together.
func sampleLines(expected, got []sample) lines {
	var out lines
	for len(expected) > 0 || len(got) > 0 {
		var c int
		switch {
		case len(expected) == 0:
			c = 1
		case len(got) == 0:
			c = -1
		default:
			c = labels.Compare(expected[0].labels, got[0].labels)
		}
		switch {
		case c < 0:
			out = append(out, line{'-', expected[0].String()})
		case c > 0:
			out = append(out, line{'+', got[0].String()})
		case expected[0].String() == got[0].String():
			out = append(out, line{' ', expected[0].String()})
		default:
			out = append(out, line{'-', expected[0].String()}, line{'+', got[0].String()})
		}
		if c <= 0 {
			expected = expected[1:]
		}
		if c >= 0 {
			got = got[1:]
		}
	}
	return out
}
