package paging

import (
	"strings"

	"github.com/monctl/monctl/pkg/routing"
)

// Case is a choice of a value for every label that is not known.
type Case []routing.Class

// maxCases bounds the cases of one alert.
const maxCases = 4096

// label is what is known of an alert in the case.
func (c Case) label(of routing.LabelFunc) routing.LabelFunc {
	return func(name string) (string, bool) {
		if v, ok := of(name); ok {
			return v, true
		}
		for _, class := range c {
			if class.Label == name {
				return class.Value, true
			}
		}
		return "", false
	}
}

// without is the case without one of its choices, as a key.
func (c Case) without(skip int) string {
	var b strings.Builder
	for i, class := range c {
		if i != skip {
			b.WriteString(class.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// space is what the cases of an alert are made of.
type space struct {
	labels  []string
	classes [][]routing.Class // by label
}

// newSpace finds the labels that are not known of all alerts, of those that are
// asked for.
func newSpace(a asked, alerts ...Alert) space {
	var s space
	for _, name := range a.names() {
		open := false
		for _, alert := range alerts {
			_, known := alert.Label(name)
			open = open || !known
		}
		if open {
			s.labels = append(s.labels, name)
			s.classes = append(s.classes, routing.Classes(a[name]))
		}
	}
	return s
}

// cases returns all combinations or, where they are too many, those in which
// only the labels of one route at a time differ from what no matcher names.
// The second result says that these are all.
func (s space) cases(configs ...*Config) ([]Case, bool) {
	total := 1
	for _, c := range s.classes {
		if total *= len(c); total > maxCases {
			return s.alongRoutes(configs), false
		}
	}
	return s.product(func(string) bool { return true }), true
}

// product combines the classes of the labels that vary; the others have their
// last one, which is what no matcher names, or no value.
func (s space) product(varies func(label string) bool) []Case {
	out := []Case{nil}
	for i, classes := range s.classes {
		if !varies(s.labels[i]) {
			classes = classes[len(classes)-1:]
		}
		var next []Case
		for _, c := range out {
			for _, class := range classes {
				if len(next) < maxCases {
					next = append(next, append(c[:len(c):len(c)], class))
				}
			}
		}
		out = next
	}
	return out
}

func (s space) alongRoutes(configs []*Config) []Case {
	var out []Case
	seen := map[string]bool{}
	for _, c := range configs {
		for _, r := range c.Tree.Routes() {
			names := map[string]bool{}
			for _, m := range r.All() {
				names[m.Name] = true
			}
			for _, one := range s.product(func(label string) bool { return names[label] }) {
				if key := one.without(-1); !seen[key] && len(out) < 4*maxCases {
					seen[key] = true
					out = append(out, one)
				}
			}
		}
	}
	return out
}

// conditions say in which cases something is so, as few words as possible:
// labels that make no difference among the chosen cases, given all there are,
// are left out. None says that it is so in all of them.
func (s space) conditions(chosen, all []Case) [][]string {
	if len(chosen) == len(all) {
		return nil
	}
	matters := make([]bool, len(s.labels))
	for i := range s.labels {
		count := map[string]int{}
		for _, c := range chosen {
			count[c.without(i)]++
		}
		possible := map[string]int{}
		for _, c := range all {
			possible[c.without(i)]++
		}
		for key, n := range count {
			matters[i] = matters[i] || n != possible[key]
		}
	}
	var out [][]string
	seen := map[string]bool{}
	for _, c := range chosen {
		var words []string
		for i, class := range c {
			if matters[i] {
				words = append(words, class.Text)
			}
		}
		if key := strings.Join(words, "\n"); !seen[key] {
			seen[key] = true
			out = append(out, words)
		}
	}
	return out
}
