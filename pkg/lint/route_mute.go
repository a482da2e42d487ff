package lint

import (
	"slices"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// routeMute finds time intervals that mute nothing.
func routeMute(p *Pass) {
	if !p.hasRouting() {
		return
	}
	used := map[string]bool{}
	for _, r := range p.tree.Routes() {
		for _, name := range slices.Concat(r.MuteTimeIntervals, r.ActiveTimeIntervals) {
			used[name] = true
		}
		p.muteParent(r)
	}
	for _, t := range p.paging.intervals {
		switch {
		case t.Empty && len(t.Never) == 0:
			d := p.Reportf(p.config, t.Pointer, "the time interval %q never occurs: its list of times is empty", t.Name)
			d.Hint = "as an active interval it mutes its routes for ever, as one that mutes it does nothing"
		case t.Empty:
			p.Reportf(p.config, t.Pointer, "the time interval %q never occurs: no day is of its months, dates, weekdays and years", t.Name).Hint = neverHint
		case len(t.Never) > 0:
			for _, pointer := range t.Never {
				p.Reportf(p.config, pointer, "this part of the time interval %q never occurs: no day is of its months, dates, weekdays and years", t.Name).Hint = neverHint
			}
		case !used[t.Name]:
			d := p.Reportf(p.config, t.Pointer, "no route uses the time interval %q", t.Name)
			d.Severity, d.Hint = diag.Info, "name it in mute_time_intervals or active_time_intervals of a route, or leave it out"
		}
	}
}

const neverHint = "a day has to be in all of them: 31 is not a day of February"

// muteParent finds intervals on a route all of whose alerts go to routes
// below.
func (p *Pass) muteParent(r *routing.Route) {
	field := "mute_time_intervals"
	switch {
	case len(r.Children) == 0 || len(r.MuteTimeIntervals)+len(r.ActiveTimeIntervals) == 0:
		return
	case len(r.MuteTimeIntervals) == 0:
		field = "active_time_intervals"
	}
	var below []labels.Matchers
	for _, child := range r.Children {
		below = append(below, child.Matchers)
	}
	if _, _, never := routing.Contradiction(r.All()); never {
		return // route/unreachable says so
	}
	if routing.Covered(r.All(), below) {
		d := p.Reportf(p.config, p.routePart(r, field), "the time intervals of this route mute nothing: the routes below take every alert, and do not inherit them")
		d.Hint = "name them in the routes below"
		return
	}
	passes := func(k *alertKind) bool { return slices.Contains(k.passes, r) }
	ends := func(k *alertKind) bool { return k.endsIn(func(o *routing.Route) bool { return o == r }) }
	if kinds := p.paging.kinds(); slices.ContainsFunc(kinds, passes) && !slices.ContainsFunc(kinds, ends) {
		d := p.Reportf(p.config, p.routePart(r, field), "the time intervals of this route mute no alert of the bundle: other routes take all of them, and those below do not inherit intervals")
		d.Severity, d.Hint = diag.Info, "name them in the routes below"
	}
}
