package kubernetes

import (
	"slices"
	"strconv"

	"github.com/monctl/monctl/pkg/bundle"
)

const operatorV1 = "monitoring.coreos.com/v1"

// The fields that a PrometheusRule knows.
func groupFields() []string {
	return []string{"name", "interval", "labels", "limit", "partial_response_strategy", "query_offset", "rules"}
}

func ruleFields() []string {
	return []string{"alert", "annotations", "expr", "for", "keep_firing_for", "labels", "record"}
}

// rules writes a PrometheusRule for each namespace of groups.
func (w *writer) rules(b *bundle.Bundle) error {
	var spaces []string
	groups := map[string][]bundle.Value{}
	objects := map[string][]bundle.Object{}
	for _, o := range b.OfKind(bundle.Rules) {
		group, err := o.Value()
		if err != nil {
			return err
		}
		space := o.Ref.Space
		if objects[space] == nil {
			spaces = append(spaces, space)
		}
		groups[space] = append(groups[space], w.group(o, group))
		objects[space] = append(objects[space], o)
	}
	all := names("", spaces)
	for _, space := range spaces {
		m := manifest{
			folder: "rules", name: all[space], apiVersion: operatorV1, kind: "PrometheusRule", objects: objects[space],
			content: map[string]bundle.Value{"spec": bundle.RuleFile(groups[space])},
		}
		if err := w.add(m); err != nil {
			return err
		}
		w.tooLarge(objects[space][0], m.kind, m.name, len(w.files[len(w.files)-1].Data))
	}
	return nil
}

// group leaves out, and reports, what a PrometheusRule does not know.
func (w *writer) group(o bundle.Object, v bundle.Value) bundle.Value {
	v = w.known(o, "", v, groupFields(), "a group of a PrometheusRule")
	rules := bundle.Value{Kind: bundle.Array}
	for i, rule := range v.Array("rules") {
		rules.Elem = append(rules.Elem, w.known(o, "/rules/"+strconv.Itoa(i), rule, ruleFields(), "a rule of a PrometheusRule"))
	}
	if v.Has("rules") {
		v = v.With("rules", rules)
	}
	return v
}

// known returns the object with the known of its fields, and reports others.
func (w *writer) known(o bundle.Object, pointer string, v bundle.Value, fields []string, what string) bundle.Value {
	out := bundle.Value{Kind: v.Kind, Text: v.Text, Src: v.Src}
	if v.Kind != bundle.Map {
		return v
	}
	for i, key := range v.Keys {
		if slices.Contains(fields, key) {
			out.Keys, out.Elem = append(out.Keys, key), append(out.Elem, v.Elem[i])
			continue
		}
		w.lost(o, pointer+"/"+bundle.EscapeToken(key), "%s has no field %q; it is left out", what, key)
	}
	return out
}
