package lint

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// paging is a configuration of Alertmanager, and the alerts that it gets.
type paging struct {
	inhibitions []routing.Inhibition
	intervals   []routing.Interval
	// texts are the templates of receivers.
	texts func() []routing.Text
	// kinds are the alerts, told apart by the labels that a matcher or an
	// inhibition rule asks for.
	kinds func() []*alertKind
}

// alertKind is alerts of which the configuration makes no difference.
type alertKind struct {
	label routing.LabelFunc
	// rules are empty for an alert that the project has declared.
	rules  []*depgraph.Rule
	ends   []routing.Reached
	passes []*routing.Route
}

// endsIn reports whether the alerts may end in a route that a condition holds
// for.
func (k *alertKind) endsIn(is func(*routing.Route) bool) bool {
	return slices.ContainsFunc(k.ends, func(r routing.Reached) bool { return is(r.Route) })
}

func newPaging(v *view, inhibitions []routing.Inhibition, intervals []routing.Interval) *paging {
	p := &paging{inhibitions: inhibitions, intervals: intervals}
	templates := v.bundle.OfKind(bundle.Template)
	p.texts = sync.OnceValue(func() []routing.Text { return routing.Texts(v.value, templates) })
	p.kinds = sync.OnceValue(func() []*alertKind { return v.alertKinds(p.asked(v.tree)) })
	return p
}

// asked are the labels on which it depends what becomes of an alert.
func (p *paging) asked(tree *routing.Tree) []string {
	var names []string
	add := func(matchers labels.Matchers) {
		for _, m := range matchers {
			names = append(names, m.Name)
		}
	}
	for _, r := range tree.Routes() {
		add(r.Matchers)
	}
	for _, i := range p.inhibitions {
		add(i.Source)
		add(i.Target)
		names = append(names, i.Equal...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// alertKinds sorts the alerts of the bundle, of its context and those that are
// declared.
func (v *view) alertKinds(asked []string) []*alertKind {
	var out []*alertKind
	byKey := map[string]*alertKind{}
	find := func(label routing.LabelFunc) *alertKind {
		var key strings.Builder
		for _, name := range asked {
			value, known := label(name)
			fmt.Fprintf(&key, "%q %v\n", value, known)
		}
		k := byKey[key.String()]
		if k == nil {
			k = &alertKind{label: label}
			k.ends, k.passes = v.tree.Follow(label)
			byKey[key.String()] = k
			out = append(out, k)
		}
		return k
	}
	for _, r := range v.graph.Rules() {
		if r.Alert != "" && !r.NeverArrives() {
			k := find(r.Delivered)
			k.rules = append(k.rules, r)
		}
	}
	for _, known := range v.opts.ExternalAlerts {
		out = append(out, v.declaredKind(known))
	}
	return out
}

// declaredKind is an alert of which any label that is not declared may be
// there.
func (v *view) declaredKind(known map[string]string) *alertKind {
	k := &alertKind{label: func(name string) (string, bool) {
		value, ok := known[name]
		return value, ok
	}}
	k.ends, k.passes = v.tree.Follow(k.label)
	return k
}

// hasRouting reports whether the bundle has routing of its own to judge.
func (p *Pass) hasRouting() bool { return p.tree != nil && !p.foreign }

// routePart returns the pointer of a field of a route, or that of the route
// where it inherits the field.
func (p *Pass) routePart(r *routing.Route, field string) string {
	if _, ok := p.value.Lookup(r.Pointer + "/" + field); ok {
		return r.Pointer + "/" + field
	}
	return r.Pointer
}

// nearValue suggests the value that a matcher may mean: one that alerts have.
func (p *Pass) nearValue(matchers labels.Matchers) string {
	for _, m := range matchers {
		if m.Type != labels.MatchEqual || m.Value == "" {
			continue
		}
		var values []string
		for _, k := range p.paging.kinds() {
			if value, known := k.label(m.Name); known && value != "" {
				values = append(values, value)
			}
		}
		slices.Sort(values)
		values = slices.Compact(values)
		if slices.Contains(values, m.Value) {
			continue
		}
		if hint := diag.DidYouMean(m.Value, values); hint != "" {
			return hint
		}
	}
	return ""
}

const externalHint = "if such alerts come from elsewhere, declare them in monctl.cue: checks: externalAlerts"
