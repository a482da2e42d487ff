package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// routeTemplate finds fields in the templates of receivers that do not exist,
// or that no alert has which gets there.
func routeTemplate(p *Pass) {
	if !p.hasRouting() {
		return
	}
	for _, t := range p.paging.texts() {
		if t.Err != "" {
			d := p.Reportf(p.config, t.Pointer, "every notification of receiver %q fails: %s", t.Receiver, t.Err)
			d.Hint = "labels are in .CommonLabels, .GroupLabels and, of each alert, .Labels"
			continue
		}
		for _, f := range t.Fields {
			if !f.Asked {
				p.templateField(t, f)
			}
		}
		p.templateRun(t)
	}
}

func (p *Pass) templateField(t routing.Text, f routing.Field) {
	to := func(r *routing.Route) bool { return r.Receiver == t.Receiver }
	if f.Of == "GroupLabels" {
		routes := slices.DeleteFunc(slices.Clone(p.tree.Routes()), func(r *routing.Route) bool { return !to(r) })
		grouped := func(r *routing.Route) bool { return r.GroupByAll || slices.Contains(r.GroupBy, f.Name) }
		if len(routes) > 0 && !slices.ContainsFunc(routes, grouped) {
			d := p.Reportf(p.config, t.Pointer, "the template names .GroupLabels.%s, but no route to receiver %q groups by it: it is always empty", f.Name, t.Receiver)
			d.Hint = "add it to group_by, or take .CommonLabels." + f.Name
		}
		return
	}
	sent := false
	var names []string
	for _, k := range p.paging.kinds() {
		if !k.endsIn(to) {
			continue
		}
		if len(k.rules) == 0 {
			return // of a declared alert, anything may be there
		}
		sent = true
		for _, r := range k.rules {
			if mayHave(r, f) {
				return
			}
			names = append(names, fieldNames(r, f)...)
		}
	}
	if !sent {
		return
	}
	d := p.Reportf(p.config, t.Pointer, "the template names .%s.%s, which no alert has that receiver %q gets", f.Of, f.Name, t.Receiver)
	d.Severity = diag.Info
	slices.Sort(names)
	if d.Hint = diag.DidYouMean(f.Name, slices.Compact(names)); d.Hint == "" {
		d.Hint = "what is missing is printed as nothing; ask with if before you name it"
	}
}

func isAnnotation(f routing.Field) bool { return strings.HasSuffix(f.Of, "Annotations") }

func mayHave(r *depgraph.Rule, f routing.Field) bool {
	if isAnnotation(f) {
		return r.Spec.Annotations[f.Name] != ""
	}
	value, known := r.Delivered(f.Name)
	return !known || value != ""
}

// fieldNames are the labels or annotations that a rule sets.
func fieldNames(r *depgraph.Rule, f routing.Field) []string {
	set := r.Fixed
	if isAnnotation(f) {
		set = r.Spec.Annotations
	}
	var out []string
	for name := range set {
		out = append(out, name)
	}
	return out
}
