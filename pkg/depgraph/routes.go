package depgraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// readRoutes adds the routes, receivers and inhibition rules of every bundle
// that has an Alertmanager configuration, and what becomes of the alerts.
func (b *builder) readRoutes() error {
	for _, s := range b.sources {
		o, ok := s.bundle.Get(bundle.Ref{Kind: bundle.Alertmanager})
		if !ok {
			continue
		}
		cfg, err := routing.LoadConfig(o.Body.Bytes())
		if err != nil {
			continue // pkg/schema says why
		}
		value, err := o.Value()
		if err != nil {
			return err
		}
		p := &paging{
			builder: b, object: o, foreign: s.foreign, tree: routing.NewTree(cfg), inhibitions: routing.Inhibitions(cfg),
			routes: map[*routing.Route]*Node{}, asked: map[string]bool{}, fates: map[string]fate{},
		}
		p.nodes(value)
		for _, a := range b.alerts {
			p.connectAlert(a)
		}
	}
	return nil
}

// paging is one Alertmanager configuration.
type paging struct {
	*builder
	object      bundle.Object
	foreign     bool
	tree        *routing.Tree
	inhibitions []routing.Inhibition
	routes      map[*routing.Route]*Node
	rules       []*Node // by inhibition
	// asked are the labels that some matcher asks for, names in their order;
	// alerts that agree on them share their fate.
	asked map[string]bool
	names []string
	fates map[string]fate
}

// fate is what becomes of an alert.
type fate struct {
	reached             []routing.Reached
	inhibits, inhibited []routing.Certainty // by inhibition
}

func (p *paging) place(pointer string) []Place {
	return []Place{{Object: p.object, Pointer: pointer, Foreign: p.foreign}}
}

func (p *paging) nodes(config bundle.Value) {
	receivers := map[string]*Node{}
	for i, r := range config.Array("receivers") {
		n := p.add(Receiver, r.Str("name"), "")
		n.Places = p.place(fmt.Sprintf("/receivers/%d", i))
		receivers[n.Name] = n
	}
	for _, r := range p.tree.Routes() {
		var matchers []string
		for _, m := range r.Matchers {
			matchers = append(matchers, m.String())
			p.ask(m.Name)
		}
		n := p.add(Route, routing.Dotted(r.Pointer), strings.Join(matchers, ", "))
		n.Places = p.place(r.Pointer)
		p.routes[r] = n
		if to, ok := receivers[r.Receiver]; ok {
			p.connect(n, to, Notifies, true)
		}
	}
	for _, r := range p.inhibitions {
		for _, m := range slices.Concat(r.Source, r.Target) {
			p.ask(m.Name)
		}
		name := r.Name
		if name == "" {
			name = routing.Dotted(r.Pointer)
		}
		n := p.add(Inhibition, name, "")
		n.Places = p.place(r.Pointer)
		p.rules = append(p.rules, n)
	}
}

func (p *paging) ask(label string) {
	if !p.asked[label] {
		p.asked[label] = true
		p.names = append(p.names, label)
	}
}

// connectAlert connects an alert with the routes that it ends in and with the
// inhibition rules that it takes part in.
func (p *paging) connectAlert(a alertNode) {
	if a.rule.NeverArrives() {
		return
	}
	drops := a.rule.MayBeDropped()
	f := p.fateOf(a.rule)
	for _, r := range f.reached {
		p.connect(a.node, p.routes[r.Route], Takes, r.Certainty == routing.Certain && !drops)
	}
	for i, n := range p.rules {
		if c := f.inhibits[i]; c != routing.Never {
			p.connect(a.node, n, Inhibits, c == routing.Certain && !drops)
		}
		if c := f.inhibited[i]; c != routing.Never {
			p.connect(a.node, n, Inhibited, c == routing.Certain && !drops)
		}
	}
}

func (p *paging) fateOf(r *Rule) fate {
	var key strings.Builder
	for _, name := range p.names {
		value, known := r.Delivered(name)
		fmt.Fprintf(&key, "%q %v\n", value, known)
	}
	if f, ok := p.fates[key.String()]; ok {
		return f
	}
	f := fate{reached: p.tree.Reach(r.Delivered)}
	for _, i := range p.inhibitions {
		f.inhibits = append(f.inhibits, i.Inhibits(r.Delivered))
		f.inhibited = append(f.inhibited, i.Concerns(r.Delivered))
	}
	p.fates[key.String()] = f
	return f
}
