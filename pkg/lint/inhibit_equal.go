package lint

import (
	"slices"
	"strconv"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/routing"
)

// inhibitEqual finds inhibition rules with labels to be equal that never are,
// or that always are because nothing has them.
func inhibitEqual(p *Pass) {
	if !p.hasRouting() {
		return
	}
	for n, i := range p.paging.inhibitions {
		if name, ok := neverEqual(i); ok {
			p.Reportf(p.config, p.equalPart(n, name), "the inhibition rule has no effect: the label %q of its sources never equals that of its targets", name).Hint = "leave it out of equal: the matchers of both sides ask for different values"
			continue
		}
		sources, targets := p.sides(i)
		if len(sources) == 0 || len(targets) == 0 {
			continue // inhibit/no-alert says so
		}
		for _, name := range i.Equal {
			p.equalLabel(n, name, sources, targets)
		}
	}
}

// neverEqual returns a label that the matchers of both sides keep apart.
func neverEqual(i routing.Inhibition) (string, bool) {
	for _, name := range i.Equal {
		source, target := about(i.Source, name), about(i.Target, name)
		if !routing.Disjoint(source, nil) && !routing.Disjoint(target, nil) && routing.Disjoint(source, target) {
			return name, true
		}
	}
	return "", false
}

func about(matchers labels.Matchers, name string) labels.Matchers {
	var out labels.Matchers
	for _, m := range matchers {
		if m.Name == name {
			out = append(out, m)
		}
	}
	return out
}

// sides returns the alerts that may be sources and those that may be targets.
func (p *Pass) sides(i routing.Inhibition) (sources, targets []*alertKind) {
	for _, k := range p.paging.kinds() {
		if i.Inhibits(k.label) != routing.Never {
			sources = append(sources, k)
		}
		if i.Concerns(k.label) != routing.Never {
			targets = append(targets, k)
		}
	}
	return sources, targets
}

func (p *Pass) equalLabel(n int, name string, sources, targets []*alertKind) {
	lacks := func(k *alertKind) bool { value, known := k.label(name); return known && value == "" }
	has := func(k *alertKind) bool { value, known := k.label(name); return known && value != "" }
	switch {
	case all(sources, lacks) && all(targets, lacks):
		d := p.Reportf(p.config, p.equalPart(n, name), "no source and no target of the inhibition rule has the label %q, so that it tells nothing apart", name)
		d.Hint = "a label that both alerts lack counts as equal: keep it in the expressions, or leave it out of equal"
	case all(sources, lacks) && all(targets, has):
		p.Reportf(p.config, p.equalPart(n, name), "the inhibition rule has no effect: its targets have the label %q, its sources never do", name).Hint = "leave it out of equal, or keep it in the expressions of the sources"
	case all(sources, has) && all(targets, lacks):
		p.Reportf(p.config, p.equalPart(n, name), "the inhibition rule has no effect: its sources have the label %q, its targets never do", name).Hint = "leave it out of equal, or keep it in the expressions of the targets"
	case name != "alertname" && apart(name, sources, targets):
		p.Reportf(p.config, p.equalPart(n, name), "the inhibition rule has no effect: no source has the same %q as a target", name).Hint = "leave it out of equal: the alerts of both sides have different values"
	}
}

// apart reports whether the values of a label are known of all alerts of both
// sides, and no source has that of a target. It is not asked about alertname: "an
// alert inhibits the milder one of its name" is a rule for alerts to come.
func apart(name string, sources, targets []*alertKind) bool {
	values := map[string]bool{}
	for _, k := range sources {
		value, known := k.label(name)
		if !known {
			return false
		}
		values[value] = true
	}
	return all(targets, func(k *alertKind) bool { value, known := k.label(name); return known && !values[value] })
}

func all(kinds []*alertKind, is func(*alertKind) bool) bool {
	return !slices.ContainsFunc(kinds, func(k *alertKind) bool { return !is(k) })
}

// equalPart returns the pointer of a label in the list of an inhibition rule.
func (p *Pass) equalPart(n int, name string) string {
	pointer := "/inhibit_rules/" + strconv.Itoa(n)
	rule, _ := p.value.Lookup(pointer)
	for i, e := range rule.Array("equal") {
		if e.Text == name {
			return pointer + "/equal/" + strconv.Itoa(i)
		}
	}
	return pointer
}
