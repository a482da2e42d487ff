package ruletest

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// Pair is something expected beside the one that resembles it most among what
// was got: an alert, a sample, or a notification.
type Pair struct {
	// Verdict is "same", "different", "missing" (expected only) or "unexpected"
	// (got only).
	Verdict string `json:"verdict"`
	// Alert is the alert's name; empty for anything else.
	Alert string `json:"alert,omitempty"`
	// Notification says that it is a notification.
	Notification bool `json:"notification,omitempty"`
	// Fields are sorted by kind and name; those of a notification stand in the
	// order in which people read them.
	Fields []PairField `json:"fields"`
}

// PairField is a part of both: absent on the side that does not have it.
type PairField struct {
	// Kind is "label", "annotation" or "value"; of a notification "at",
	// "status", "group", "alert" or "field". Labels, annotations and the fields
	// of integrations ("slack/0 title") have a name.
	Kind     string  `json:"kind"`
	Name     string  `json:"name,omitempty"`
	Expected *string `json:"expected,omitempty"`
	Got      *string `json:"got,omitempty"`
}

// Differs reports whether the two sides differ in the field.
func (f PairField) Differs() bool {
	return f.Expected == nil || f.Got == nil || *f.Expected != *f.Got
}

// Text is the field's name and one of its values.
func (f PairField) Text(value string) string {
	switch f.Kind {
	case "annotation":
		return "annotation " + f.Name + ": " + value
	case "label", "field":
		return f.Name + ": " + value
	case "at":
		return "at " + value
	case "status", "group", "alert":
		return f.Kind + ": " + value
	default:
		return "value " + value
	}
}

// Title says what the two sides are.
func (p Pair) Title() string {
	switch {
	case p.Notification:
		return "notification"
	case p.Alert != "":
		return "alert " + p.Alert
	default:
		return "sample"
	}
}

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
	return slices.EqualFunc(expected, got, alertText.equal)
}

func (a alertText) equal(b alertText) bool {
	return labels.Equal(a.labels, b.labels) && labels.Equal(a.annotations, b.annotations)
}

// describe fills the texts of a failure.
func (f *Failure) describe(l lines) { f.Expected, f.Got, f.Diff = l.texts() }

// describePairs does so for alerts and notifications: a line for each field.
func (f *Failure) describePairs(pairs []Pair) {
	f.Pairs = pairs
	var l lines
	for _, p := range pairs {
		mark := byte(' ')
		switch p.Verdict {
		case "missing":
			mark = '-'
		case "unexpected":
			mark = '+'
		}
		l.add(mark, p.Title())
		for _, x := range p.Fields {
			if !x.Differs() {
				l.field(' ', x, *x.Expected)
				continue
			}
			if x.Expected != nil {
				l.field('-', x, *x.Expected)
			}
			if x.Got != nil {
				l.field('+', x, *x.Got)
			}
		}
	}
	f.describe(l)
}

// describeSamples does the same for samples, a line for each.
func (f *Failure) describeSamples(expected, got []sample) {
	f.Pairs = samplePairs(expected, got)
	f.describe(sampleLines(expected, got))
}

// lines is a comparison, line by line: mark is ' ' for a line of both sides,
// '-' for one that was expected only and '+' for one that was got only.
type lines []line

type line struct {
	mark byte
	text string
}

func (l *lines) add(mark byte, text string) { *l = append(*l, line{mark, text}) }

// field adds a field, a value of several lines below its name.
func (l *lines) field(mark byte, f PairField, value string) {
	if f.Kind != "field" || !strings.Contains(value, "\n") {
		l.add(mark, "  "+f.Text(value))
		return
	}
	l.add(mark, "  "+f.Text(""))
	for part := range strings.SplitSeq(value, "\n") {
		l.add(mark, "    | "+part)
	}
}

func (l lines) texts() (expected, got, diff string) {
	var e, g, d []string
	for _, x := range l {
		if x.mark != '+' {
			e = append(e, x.text)
		}
		if x.mark != '-' {
			g = append(g, x.text)
		}
		d = append(d, strings.TrimRight(string(x.mark)+" "+x.text, " "))
	}
	return strings.Join(e, "\n"), strings.Join(g, "\n"), strings.Join(d, "\n")
}

// alertPairs pairs each expected alert with the one that fires and resembles it
// most, so that only what differs between the two is marked. Equal ones are
// paired first.
func alertPairs(expected, got []alertText) []Pair {
	partner := pairAlike(expected, got, alertText.equal, resemblance)
	var out []Pair
	taken := map[int]bool{}
	for i, e := range expected {
		if partner[i] < 0 {
			out = append(out, pairOf("missing", &e, nil))
			continue
		}
		taken[partner[i]] = true
		verdict := "different"
		if e.equal(got[partner[i]]) {
			verdict = "same"
		}
		out = append(out, pairOf(verdict, &e, &got[partner[i]]))
	}
	for i, g := range got {
		if !taken[i] {
			out = append(out, pairOf("unexpected", nil, &g))
		}
	}
	return out
}

// pairAlike returns for each expected thing the index of its partner, or -1:
// an equal one, else the one that resembles it most among those that are left.
func pairAlike[T any](expected, got []T, equal func(a, b T) bool, resemblance func(a, b T) int) []int {
	partner := make([]int, len(expected))
	taken := make([]bool, len(got))
	for i, e := range expected {
		partner[i] = -1
		for j, g := range got {
			if !taken[j] && equal(e, g) {
				partner[i], taken[j] = j, true
				break
			}
		}
	}
	for i, e := range expected {
		if partner[i] >= 0 {
			continue
		}
		most := 0
		for j, g := range got {
			if n := resemblance(e, g); !taken[j] && n > most {
				partner[i], most = j, n
			}
		}
		if partner[i] >= 0 {
			taken[partner[i]] = true
		}
	}
	return partner
}

// resemblance counts what two alerts have in common; labels weigh more than
// annotations, and the name, which all share, does not count.
func resemblance(a, b alertText) int {
	n := 2 * commonLabels(a.labels, b.labels)
	n += commonLabels(a.annotations, b.annotations)
	if a.labels.Len() == 1 && b.labels.Len() == 1 {
		n++
	}
	return n
}

// commonLabels counts the labels that two sets share, but for an alert's name.
func commonLabels(a, b labels.Labels) int {
	n := 0
	a.Range(func(l labels.Label) {
		if l.Name != labels.AlertName && b.Has(l.Name) && b.Get(l.Name) == l.Value {
			n++
		}
	})
	return n
}

func pairOf(verdict string, e, g *alertText) Pair {
	var none alertText
	out := Pair{Verdict: verdict, Fields: []PairField{}}
	for _, side := range []**alertText{&e, &g} {
		if *side == nil {
			*side = &none
			continue
		}
		out.Alert = (*side).labels.Get(labels.AlertName)
	}
	out.addFields("label", e.labels, g.labels)
	out.addFields("annotation", e.annotations, g.annotations)
	return out
}

func (p *Pair) addFields(kind string, e, g labels.Labels) {
	var names []string
	collect := func(l labels.Label) { names = append(names, l.Name) }
	e.Range(collect)
	g.Range(collect)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if name == labels.AlertName && p.Alert != "" {
			continue
		}
		f := PairField{Kind: kind, Name: name}
		for _, side := range []struct {
			set   labels.Labels
			value **string
		}{{e, &f.Expected}, {g, &f.Got}} {
			if side.set.Has(name) {
				v := side.set.Get(name)
				*side.value = &v
			}
		}
		p.Fields = append(p.Fields, f)
	}
}
