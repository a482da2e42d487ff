package paging

import (
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Seen is a label set of an alert that a unit test names.
type Seen struct {
	// File is the test.
	File   string
	Span   diag.Span
	Labels map[string]string
	// Whole says that they are the labels as Alertmanager gets them; else they
	// are those that the rule makes.
	Whole bool
}

// ReadTests returns the label sets in a file of unit tests: what
// alert_rule_test expects, and what route_test asks about. A file that does not
// parse has none; the test runner says what is wrong with it.
func ReadTests(file string, data []byte) []Seen {
	docs, diags := bundle.DecodeYAML(file, data)
	if diags.HasErrors() || len(docs) != 1 {
		return nil
	}
	var out []Seen
	add := func(pointer string, v bundle.Value, name string, whole bool) {
		s := Seen{File: file, Span: docs[0].Origin.At(pointer), Labels: map[string]string{}, Whole: whole}
		for i, key := range v.Keys {
			s.Labels[key] = v.Elem[i].Text
		}
		if name != "" {
			s.Labels[model.AlertNameLabel] = name
		}
		if !slices.ContainsFunc(out, func(o Seen) bool { return o.Whole == whole && maps.Equal(o.Labels, s.Labels) }) {
			out = append(out, s)
		}
	}
	docs[0].Value.Walk(func(pointer string, v bundle.Value) bool {
		for i, t := range v.Array("alert_rule_test") {
			for j, e := range t.Array("exp_alerts") {
				if labels, ok := e.Get("exp_labels"); ok {
					add(pointer+"/alert_rule_test/"+strconv.Itoa(i)+"/exp_alerts/"+strconv.Itoa(j), labels, t.Str("alertname"), false)
				}
			}
		}
		for i, t := range v.Array("route_test") {
			if labels, ok := t.Get("labels"); ok {
				add(pointer+"/route_test/"+strconv.Itoa(i), labels, "", true)
			}
		}
		return pointer == "" || pointer == "/tests" || v.Kind == bundle.Map
	})
	return out
}

// AddSeen adds the alerts that tests name to those of a bundle. A label set
// that the rule makes is completed by what is known of the rule's alerts on
// their way to Alertmanager.
func AddSeen(alerts []Alert, seen []Seen) []Alert {
	out := alerts
	for _, s := range seen {
		a := Whole(s.Labels)
		if !s.Whole {
			i := slices.IndexFunc(alerts, func(a Alert) bool { return a.makes(s.Labels) })
			if i < 0 {
				continue // it is the test runner that says so
			}
			a = alerts[i].With(s.Labels)
		}
		a.Source, a.span = s.File, s.Span
		out = append(out, a)
	}
	return out
}

// makes reports whether a rule can make an alert with some labels.
func (a Alert) makes(labels map[string]string) bool {
	if a.Rule == nil || a.Name != labels[model.AlertNameLabel] {
		return false
	}
	for name, value := range labels {
		if is, known := a.Rule.Label(name); known && is != value {
			return false
		}
	}
	return true
}
