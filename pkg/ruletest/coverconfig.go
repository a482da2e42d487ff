package ruletest

import (
	"fmt"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// configSubject is an Alertmanager configuration whose coverage is of interest.
type configSubject struct {
	name   string
	place  func(pointer string) diag.Span
	points []*point
}

// AddConfig makes the Alertmanager configuration of an environment known that
// is to be covered, whether or not a test pages through it. One that Alertmanager
// refuses is no subject.
func (c *Coverage) AddConfig(b *bundle.Bundle) {
	if p, err := renderedPaging(b); err == nil {
		c.addConfig(p)
	}
}

func (c *Coverage) addConfig(p *paging) *configSubject {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := p.file.Name + "\x00" + string(p.file.YAML)
	s, known := c.configs[key]
	if !known {
		s = &configSubject{name: p.file.Name, place: places(p.file.Name, p.file.YAML, p.file.Origin), points: configPoints(p)}
		c.configs[key] = s
		c.configsOrder = append(c.configsOrder, s)
	}
	return s
}

func configPoints(p *paging) []*point {
	var out []*point
	for _, r := range p.tree.Routes() {
		out = append(out, &point{kind: ItemRoute, outcome: "reached", text: pathOf(r) + "→ " + r.Receiver, pointer: r.Pointer})
	}
	for _, i := range routing.Inhibitions(p.base.Config) {
		out = append(out, &point{kind: ItemInhibition, outcome: "active", text: i.Source.String() + " inhibits " + i.Target.String(), pointer: i.Pointer})
	}
	for _, i := range routing.Intervals(p.base.Config) {
		out = append(out, &point{kind: ItemInterval, outcome: "muted", text: i.Name, pointer: i.Pointer})
	}
	for i, name := range p.receivers {
		out = append(out, &point{kind: ItemReceiver, outcome: "notified", text: name, pointer: fmt.Sprintf("/receivers/%d", i)})
	}
	return out
}

// pathOf are the matchers from the root of the tree down to a route.
func pathOf(r *routing.Route) string {
	if r == nil {
		return ""
	}
	text := pathOf(r.Parent)
	if len(r.Matchers) > 0 {
		text += r.Matchers.String() + " "
	}
	return text
}

// coverPaging marks what the test has exercised of the Alertmanager
// configuration.
func (r *runner) coverPaging() {
	if r.timeline == nil {
		return
	}
	used := map[string]bool{}
	add := func(kind ItemKind, key string) { used[string(kind)+" "+key] = true }
	for _, a := range r.test.routes {
		for _, route := range r.paging.tree.Match(a.labels) {
			add(ItemRoute, route.Pointer)
		}
	}
	for _, route := range r.timeline.Used.Routes {
		add(ItemRoute, route.Pointer)
	}
	for _, i := range r.timeline.Used.Inhibitions {
		add(ItemInhibition, i.Pointer)
	}
	for _, name := range r.timeline.Used.Intervals {
		add(ItemInterval, name)
	}
	for _, n := range r.timeline.Notifications {
		add(ItemReceiver, n.Receiver)
	}
	var covered []*point
	for _, p := range r.coverage.addConfig(r.paging).points {
		key := p.pointer
		if p.kind == ItemInterval || p.kind == ItemReceiver {
			key = p.text
		}
		if used[string(p.kind)+" "+key] {
			covered = append(covered, p)
		}
	}
	r.coverage.cover(covered...)
}

// addConfigs adds the coverage of configurations; those of one name that have
// the same parts, as environments do, are one.
func (r *CoverageReport) addConfigs(subjects []*configSubject) {
	at := map[string]int{}
	for _, s := range subjects {
		var key strings.Builder
		key.WriteString(s.name)
		for _, p := range s.points {
			fmt.Fprintf(&key, " %s %s", p.kind, p.pointer)
		}
		i, known := at[key.String()]
		if !known {
			i = len(r.Alertmanager)
			at[key.String()] = i
			r.Alertmanager = append(r.Alertmanager, ConfigCover{File: s.name, Items: make([]CoverageItem, len(s.points))})
		}
		for n, p := range s.points {
			item := &r.Alertmanager[i].Items[n]
			if !known {
				*item = CoverageItem{Kind: p.kind, Outcome: p.outcome, Text: p.text, Span: s.place(p.pointer)}
			}
			item.Covered = item.Covered || p.covered
		}
	}
	for i := range r.Alertmanager {
		c := &r.Alertmanager[i]
		for _, item := range c.Items {
			if item.Covered {
				c.Covered++
			}
		}
		r.Items += len(c.Items)
		r.Covered += c.Covered
	}
}
