package routing_test

import (
	"testing"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/routing"
)

func matchers(t *testing.T, list ...string) labels.Matchers {
	t.Helper()
	var out labels.Matchers
	for _, text := range list {
		parsed, err := labels.ParseMatchers(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, parsed...)
	}
	return out
}

func TestContradiction(t *testing.T) {
	for text, want := range map[string]bool{
		`{a="x",b="y"}`:                 false,
		`{a="x",a="y"}`:                 true,
		`{a="x",a=~"y|z"}`:              true,
		`{a="x",a=~"x|z"}`:              false,
		`{a="x",a=~"x.*"}`:              false,
		`{a=~"x.*",a=~"y.*"}`:           false, // not seen
		`{a=~"x.*",a!~"x.*"}`:           true,
		`{a=~"x|y",a!="x"}`:             false,
		`{a=~"x|y",a!="x",a!="y"}`:      true,
		`{a="",a=~".+"}`:                true,
		`{a=~".+",a!~".+"}`:             true,
		`{a!~".*"}`:                     true,
		`{a=~"fo(o|b)",a=~"fo[xy]"}`:    true,
		`{a=~"(?i)x",a="X"}`:            false,
		`{a=~"x?",a=""}`:                false,
		`{a=~"warning|critical",a!=""}`: false,
	} {
		if _, _, got := routing.Contradiction(matchers(t, text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestCovered(t *testing.T) {
	for _, tc := range []struct {
		of   string
		by   []string
		want bool
	}{
		{`{a="x"}`, nil, false},
		{`{a="x"}`, []string{`{}`}, true},
		{`{a="x",b="y"}`, []string{`{a="x"}`}, true},
		{`{a="x"}`, []string{`{a="x",b="y"}`}, false},
		{`{a="x"}`, []string{`{a=~"x|y"}`}, true},
		{`{a=~"x|y"}`, []string{`{a="x"}`}, false},
		{`{a=~"x|y"}`, []string{`{a="x"}`, `{a="y"}`}, true},
		{`{a=~"x|y"}`, []string{`{a="x"}`, `{a="y",b="z"}`}, false},
		{`{b="z"}`, []string{`{a="x"}`, `{a!="x"}`}, true},
		{`{}`, []string{`{a=~".+"}`, `{a=""}`}, true},
		{`{a=~".+"}`, []string{`{a!=""}`}, true},
		{`{a!=""}`, []string{`{a=~".+"}`}, true},
		{`{a=~"x.*"}`, []string{`{a=~"x.*"}`}, true},
		{`{a=~"xy.*"}`, []string{`{a=~"x.*"}`}, false}, // not seen
		{`{}`, []string{`{a="x",b="y"}`, `{a!="x"}`, `{b!="y"}`}, true},
		{`{}`, []string{`{a="x",b="y"}`, `{a!="x"}`, `{b="z"}`}, false},
	} {
		var by []labels.Matchers
		for _, text := range tc.by {
			by = append(by, matchers(t, text))
		}
		if got := routing.Covered(matchers(t, tc.of), by); got != tc.want {
			t.Errorf("%s by %v: %v, want %v", tc.of, tc.by, got, tc.want)
		}
	}
}
