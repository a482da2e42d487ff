package render

import (
	"fmt"
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/project"
)

// scenarioKeys are those of a test file that promtool does not know, by where
// they stand.
var scenarioKeys = struct{ file, test, alert []string }{
	file:  []string{"alertmanager_file", "env", "options", "fixtures"},
	test:  []string{"silences", "route_test", "notification_test", "suppression_test"},
	alert: []string{"state", "match"},
}

// plainTest is a test file for promtool: nil if it cannot be one, or is not
// meant for the environment. external are the environment's external labels.
func plainTest(t Test, env string, rules renderedRules, external bundle.Value) (*bundle.TreeFile, diag.List, error) {
	docs, diags := bundle.DecodeYAML(t.File, t.Data)
	if diags.HasErrors() || len(docs) != 1 || docs[0].Value.Kind != bundle.Map {
		return nil, diags, nil // the test runner says what is wrong with it
	}
	v := docs[0].Value
	if deviates(v) || !meant(v, env) {
		return nil, nil, nil
	}
	v = without(v, scenarioKeys.file)
	if named := v.Array("rule_files"); named != nil {
		files := bundle.Value{Kind: bundle.Array}
		for _, f := range named {
			files.Elem = append(files.Elem, rules.named(t.File, f.Text)...)
		}
		v = v.With("rule_files", files)
	}
	data, err := bundle.EncodeYAML(each(v, "tests", func(test bundle.Value) []bundle.Value {
		test = without(withExternal(test, external), scenarioKeys.test)
		test = each(test, "input_series", plainSeries)
		return []bundle.Value{each(test, "alert_rule_test", plainAlert)}
	}))
	if err != nil {
		return nil, nil, fmt.Errorf("render %s: %w", t.File, err)
	}
	return &bundle.TreeFile{Path: "tests/" + t.Name + ".yaml", Data: data}, nil, nil
}

// withExternal adds the external labels that the test runner takes from the
// environment for a test which follows its alerts to the receivers.
func withExternal(test, external bundle.Value) bundle.Value {
	if _, own := test.Get("external_labels"); own || len(external.Keys) == 0 {
		return test
	}
	if len(test.Array("notification_test"))+len(test.Array("suppression_test")) == 0 {
		return test
	}
	return test.With("external_labels", external)
}

// deviates reports whether a file asks for other rules than promtool's, so that
// its verdict there would be another one.
func deviates(file bundle.Value) bool {
	options, _ := file.Get("options")
	return slices.ContainsFunc(options.Elem, func(v bundle.Value) bool { return v.Text == "true" })
}

// meant reports whether a file is for an environment.
func meant(file bundle.Value, env string) bool {
	named, ok := file.Get("env")
	if !ok {
		return true
	}
	patterns := []string{named.Text}
	if named.Kind == bundle.Array {
		patterns = nil
		for _, e := range named.Elem {
			patterns = append(patterns, e.Text)
		}
	}
	return project.MatchesAny(patterns, env)
}

// each replaces the elements of a list.
func each(v bundle.Value, key string, with func(bundle.Value) []bundle.Value) bundle.Value {
	list := v.Array(key)
	if list == nil {
		return v
	}
	out := bundle.Value{Kind: bundle.Array}
	for _, e := range list {
		out.Elem = append(out.Elem, with(e)...)
	}
	return v.With(key, out)
}

// plainSeries takes lists apart, and makes a series for each combination of
// the label values under for_each, as the test runner does.
func plainSeries(v bundle.Value) []bundle.Value {
	if v.Kind == bundle.Array {
		var out []bundle.Value
		for _, e := range v.Elem {
			out = append(out, plainSeries(e)...)
		}
		return out
	}
	labels, ok := v.Get("for_each")
	if !ok {
		return []bundle.Value{v}
	}
	out := []bundle.Value{without(v, []string{"for_each"})}
	for i, name := range labels.Keys {
		values := labels.Elem[i].Elem
		if labels.Elem[i].Kind != bundle.Array {
			values = []bundle.Value{labels.Elem[i]}
		}
		var next []bundle.Value
		for _, one := range out {
			for _, value := range values {
				next = append(next, one.With("series", bundle.StringValue(expr.WithLabel(one.Str("series"), name, value.Text))))
			}
		}
		out = next
	}
	return out
}

// plainAlert says what promtool can say of an alert_rule_test: it knows alerts
// that fire, with all of their labels. That none fires follows from all of a
// name being inactive.
func plainAlert(v bundle.Value) []bundle.Value {
	state, match := v.Str("state"), v.Str("match")
	plain := without(v, scenarioKeys.alert)
	switch {
	case state == "inactive" && len(v.Array("exp_alerts")) == 0:
		return []bundle.Value{plain}
	case state != "" && state != "firing", match != "" && match != "exact":
		return nil
	}
	return []bundle.Value{plain}
}

func without(v bundle.Value, keys []string) bundle.Value {
	if v.Kind != bundle.Map {
		return v
	}
	out := bundle.Value{Kind: bundle.Map}
	for i, k := range v.Keys {
		if !slices.Contains(keys, k) {
			out.Keys, out.Elem = append(out.Keys, k), append(out.Elem, v.Elem[i])
		}
	}
	return out
}

// externalLabels are those of a bundle's Prometheus configuration, a map.
func externalLabels(b *bundle.Bundle) bundle.Value {
	o, ok := b.Get(bundle.Ref{Kind: bundle.Prometheus})
	if !ok {
		return bundle.Value{}
	}
	v, err := o.Value()
	if err != nil {
		return bundle.Value{} // The object was encoded from a value: cannot happen.
	}
	labels, _ := v.Lookup("/global/external_labels")
	return labels
}
