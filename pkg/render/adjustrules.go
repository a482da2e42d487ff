package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/project"
)

// adjustedRule is a rule on its way through the adjustments.
type adjustedRule struct {
	// source is the rule as the source has it, at an index of its group.
	source bundle.Value
	index  int
	rule   bundle.Value
	// places lead from parts that were set to the project file.
	places map[string]string
}

// rules adjusts a rule group; false says that nothing is left of it.
func (a *adjuster) rules(ref bundle.Ref, group bundle.Value, origin bundle.Origin) (bundle.Ref, bundle.Value, bundle.Origin, bool) {
	if len(a.adjustments) == 0 {
		return ref, group, origin, true
	}
	name, shared := ref.Name, group
	var rules []adjustedRule
	for i, r := range group.Array("rules") {
		rules = append(rules, adjustedRule{source: r, index: i, rule: r, places: map[string]string{}})
	}
	apart := ref.Space == a.namespace+recordingSuffix
	before, places := len(rules), map[string]string{}
	for _, adj := range a.adjustments {
		if adj.Namespace != "" {
			if ref.Space = adj.Namespace; apart { // from alerts of the same group name
				ref.Space += recordingSuffix
			}
		}
		rules = slices.DeleteFunc(rules, func(r adjustedRule) bool { return a.drops(adj, shared, name, r.source) })
		for i := range rules {
			a.set(adj, ref, name, &rules[i])
			a.patch(adj, shared, name, &rules[i])
		}
		if to, from, ok := a.severity(adj, group); ok {
			labels, _ := group.Get("labels")
			group = group.With("labels", labels.With("severity", bundle.StringValue(to)))
			places["/labels/severity"] = from
		}
	}
	if before > 0 && len(rules) == 0 {
		return ref, group, origin, false
	}
	list := bundle.Value{Kind: bundle.Array}
	var indices []int
	for i, r := range rules {
		list.Elem, indices = append(list.Elem, r.rule), append(indices, r.index)
		for p, from := range r.places {
			places["/rules/"+strconv.Itoa(i)+p] = from
		}
	}
	if before > 0 {
		group = group.With("rules", list)
	}
	return ref, group, a.adjustedOrigin(origin, places, func(pointer string) string { return sourceRule(pointer, indices) }), true
}

// sourceRule leads from a pointer within an adjusted group to the one within
// the group of the source.
func sourceRule(pointer string, indices []int) string {
	rest, ok := strings.CutPrefix(pointer, "/rules/")
	if !ok {
		return pointer
	}
	index, below, deeper := strings.Cut(rest, "/")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(indices) {
		return pointer
	}
	pointer = "/rules/" + strconv.Itoa(indices[i])
	if deeper {
		pointer += "/" + below
	}
	return pointer
}

func (a *adjuster) drops(adj *project.Adjustment, group bundle.Value, name string, rule bundle.Value) bool {
	dropped := false
	for i, m := range adj.Drop {
		if a.saw(adj.Pointer+"/drop/"+strconv.Itoa(i), matches(m, group, name, rule), askedName(m, name, rule)) {
			dropped = true
		}
	}
	return dropped
}

func (a *adjuster) patch(adj *project.Adjustment, group bundle.Value, name string, r *adjustedRule) {
	for i, p := range adj.Patch {
		at := adj.Pointer + "/patch/" + strconv.Itoa(i)
		if !a.saw(at+"/match", matches(p.Match, group, name, r.source), askedName(p.Match, name, r.source)) {
			continue
		}
		if set, err := bundle.DecodeJSON(p.Set); err == nil { // the loader made it
			a.takesAway(r.rule, set, at+"/set", "")
			r.rule = mergePatch(r.rule, set, "", at+"/set", r.places)
		}
	}
}

// set makes the changes that every rule gets.
func (a *adjuster) set(adj *project.Adjustment, ref bundle.Ref, group string, r *adjustedRule) {
	if to, from, ok := a.severity(adj, r.source); ok {
		labels, _ := r.rule.Get("labels")
		r.rule = r.rule.With("labels", labels.With("severity", bundle.StringValue(to)))
		r.places["/labels/severity"] = from
	}
	alert := r.rule.Str("alert")
	if alert == "" {
		return
	}
	annotations := maps.Clone(adj.Annotations)
	if adj.Runbook != "" {
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations["runbook_url"] = project.ExpandRunbook(adj.Runbook, map[string]string{
			"alert": alert, "alert_lower": strings.ToLower(alert), "group": group, "namespace": ref.Space,
		})
	}
	r.setAll("labels", adj.Labels, func(name string) string { return adj.Pointer + "/labels/" + bundle.EscapeToken(name) })
	r.setAll("annotations", annotations, func(name string) string {
		if name == "runbook_url" && adj.Runbook != "" {
			return adj.Pointer + "/runbook"
		}
		return adj.Pointer + "/annotations/" + bundle.EscapeToken(name)
	})
}

// setAll sets labels or annotations.
func (r *adjustedRule) setAll(field string, texts map[string]string, from func(name string) string) {
	if len(texts) == 0 {
		return
	}
	v, _ := r.rule.Get(field)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		v = v.With(name, bundle.StringValue(texts[name]))
		r.places["/"+field+"/"+bundle.EscapeToken(name)] = from(name)
	}
	r.rule = r.rule.With(field, v)
}

// severity returns the other name of the severity that a rule or a group has
// itself, and where the project file says so.
func (a *adjuster) severity(adj *project.Adjustment, labelled bundle.Value) (to, from string, ok bool) {
	labels, _ := labelled.Get("labels")
	has := labels.Str("severity")
	for name, other := range adj.Severities {
		pointer := adj.Pointer + "/severities/" + bundle.EscapeToken(name)
		if has != "" && a.saw(pointer, has == name, has) {
			to, from, ok = other, pointer, true
		}
	}
	return to, from, ok
}

// askedName is what a match that did not take a rule could have asked for: the
// name of its group, if the match is about that alone.
func askedName(m project.RuleMatch, group string, rule bundle.Value) string {
	if m.Group.IsSet() && !m.Name.IsSet() && !m.Alert.IsSet() && !m.Record.IsSet() {
		return group
	}
	return ruleName(rule)
}

func ruleName(rule bundle.Value) string { return rule.Str("alert") + rule.Str("record") }

// matches reports whether a match takes a rule of a group.
func matches(m project.RuleMatch, group bundle.Value, groupName string, rule bundle.Value) bool {
	alert, record := rule.Str("alert"), rule.Str("record")
	if m.Alert.IsSet() && (alert == "" || !m.Alert.Matches(alert)) || m.Record.IsSet() && (record == "" || !m.Record.Matches(record)) {
		return false
	}
	if !m.Name.Matches(alert+record) || !m.Group.Matches(groupName) {
		return false
	}
	own, _ := rule.Get("labels")
	shared, _ := group.Get("labels")
	for name, p := range m.Labels {
		value := shared.Str(name)
		if own.Has(name) {
			value = own.Str(name)
		}
		if !p.Matches(value) {
			return false
		}
	}
	return true
}
