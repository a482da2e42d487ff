package ruletest

import (
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// samplePairs pairs samples: those of the same labels, then those whose labels
// resemble each other.
func samplePairs(expected, got []sample) []Pair {
	sameLabels := func(a, b sample) bool { return labels.Equal(a.labels, b.labels) }
	partner := pairAlike(expected, got, sameLabels, func(a, b sample) int { return commonLabels(a.labels, b.labels) })
	var out []Pair
	taken := map[int]bool{}
	for i, e := range expected {
		if partner[i] < 0 {
			out = append(out, samplePair("missing", &e, nil))
			continue
		}
		g := got[partner[i]]
		taken[partner[i]] = true
		verdict := "different"
		if e.String() == g.String() {
			verdict = "same"
		}
		out = append(out, samplePair(verdict, &e, &g))
	}
	for i, g := range got {
		if !taken[i] {
			out = append(out, samplePair("unexpected", nil, &g))
		}
	}
	return out
}

func samplePair(verdict string, e, g *sample) Pair {
	out := Pair{Verdict: verdict, Fields: []PairField{}}
	value := PairField{Kind: "value"}
	var sets [2]labels.Labels
	for i, side := range []struct {
		sample *sample
		value  **string
	}{{e, &value.Expected}, {g, &value.Got}} {
		if side.sample == nil {
			continue
		}
		sets[i] = side.sample.labels
		text := strings.TrimPrefix(side.sample.String(), side.sample.labels.String()+" ")
		*side.value = &text
	}
	out.addFields("label", sets[0], sets[1])
	out.Fields = append(out.Fields, value)
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
			out.add('-', expected[0].String())
		case c > 0:
			out.add('+', got[0].String())
		case expected[0].String() == got[0].String():
			out.add(' ', expected[0].String())
		default:
			out.add('-', expected[0].String())
			out.add('+', got[0].String())
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
