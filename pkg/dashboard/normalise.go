package dashboard

import (
	"github.com/monctl/monctl/pkg/bundle"
)

// The functions here rewrite legacy forms to those of the current schema, as
// Grafana's own migrations do on loading. Only what the decoder would take for
// a wrong type is rewritten; fields that nothing reads any more are left in
// place and known to legacy.go. No function changes the place of anything, so
// pointers stay valid.

// normalPanel rewrites a panel. Queries without a data source get the panel's,
// which is what they use and what the decoder tells their type by.
func normalPanel(p bundle.Value) bundle.Value {
	p = normalDatasource(p)
	own, _ := p.Get("datasource")
	p = edit(p, "targets", func(targets bundle.Value) bundle.Value {
		return each(targets, func(query bundle.Value) bundle.Value {
			if ds, _ := query.Get("datasource"); query.Kind == bundle.Map && ds.Kind == bundle.Null && own.Kind == bundle.Map {
				return query.With("datasource", own)
			}
			return normalDatasource(query)
		})
	})
	return edit(p, "fieldConfig", normalFieldConfig)
}

// normalFieldConfig blanks value mappings of Grafana 7, whose type is a number.
func normalFieldConfig(config bundle.Value) bundle.Value {
	return edit(config, "defaults", func(defaults bundle.Value) bundle.Value {
		return edit(defaults, "mappings", func(mappings bundle.Value) bundle.Value {
			for _, m := range mappings.Elem {
				if kind, _ := m.Get("type"); kind.Kind == bundle.Number {
					return bundle.ArrayValue()
				}
			}
			return mappings
		})
	})
}

// normalVariable rewrites a template variable. What is selected at the moment
// is resolved anew by Grafana and is left out.
func normalVariable(v bundle.Value) bundle.Value {
	v = normalDatasource(without(v, "current", "options"))
	return edit(v, "refresh", func(refresh bundle.Value) bundle.Value {
		switch {
		case refresh.Kind != bundle.Bool:
			return refresh
		case refresh.Text == "true":
			return bundle.NumberValue(1)
		default:
			return bundle.NumberValue(0)
		}
	})
}

// normalAnnotation rewrites an annotation query.
func normalAnnotation(a bundle.Value) bundle.Value { return normalDatasource(a) }

// normalShell rewrites what a dashboard says beside its panels, variables and
// annotations, which are decoded on their own.
func normalShell(d bundle.Value) bundle.Value {
	d = without(d, "panels", "rows", "templating", "annotations", "timepicker")
	d = edit(d, "gnetId", func(id bundle.Value) bundle.Value {
		if id.Kind == bundle.Number {
			return bundle.StringValue(id.Text)
		}
		return id
	})
	return edit(d, "refresh", func(refresh bundle.Value) bundle.Value {
		if refresh.Kind == bundle.Bool {
			return bundle.StringValue("")
		}
		return refresh
	})
}

// normalDatasource turns a data source given by name into a reference.
func normalDatasource(v bundle.Value) bundle.Value {
	return edit(v, "datasource", func(ds bundle.Value) bundle.Value {
		if ds.Kind == bundle.String {
			return bundle.MapValue(map[string]bundle.Value{"uid": bundle.StringValue(ds.Text)})
		}
		return ds
	})
}

// edit replaces what a map holds under a key; other values stay as they are.
func edit(v bundle.Value, key string, f func(bundle.Value) bundle.Value) bundle.Value {
	if e, ok := v.Get(key); ok {
		return v.With(key, f(e))
	}
	return v
}

// each applies f to every element of an array.
func each(v bundle.Value, f func(bundle.Value) bundle.Value) bundle.Value {
	if v.Kind != bundle.Array {
		return v
	}
	out := bundle.Value{Kind: bundle.Array}
	for _, e := range v.Elem {
		out.Elem = append(out.Elem, f(e))
	}
	return out
}

func without(v bundle.Value, keys ...string) bundle.Value {
	if v.Kind != bundle.Map {
		return v
	}
	out := bundle.Value{Kind: bundle.Map}
	for i, k := range v.Keys {
		drop := false
		for _, d := range keys {
			drop = drop || d == k
		}
		if !drop {
			out.Keys, out.Elem = append(out.Keys, k), append(out.Elem, v.Elem[i])
		}
	}
	return out
}
