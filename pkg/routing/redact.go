package routing

import (
	"reflect"
	"strings"

	"github.com/prometheus/alertmanager/config"

	"github.com/monctl/monctl/pkg/bundle"
)

// Redacted is what stands for a secret.
const Redacted = "<secret>"

// RedactReceiver returns a receiver of a configuration, as it is written, with
// Redacted in the place of what Alertmanager's own types keep secret and of
// the values of headers. A placeholder of the bundle is no secret and stays.
func RedactReceiver(receiver bundle.Value) bundle.Value {
	return redact(receiver, reflect.TypeFor[config.Receiver]())
}

// RedactGlobal is RedactReceiver for the global settings of a configuration.
func RedactGlobal(global bundle.Value) bundle.Value {
	return redact(global, reflect.TypeFor[config.GlobalConfig]())
}

func redact(v bundle.Value, t reflect.Type) bundle.Value {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if strings.HasPrefix(t.Name(), "Secret") || t.Name() == "Header" {
		return hidden(v)
	}
	switch {
	case v.Kind == bundle.Array && t.Kind() == reflect.Slice:
		out := v
		out.Elem = nil
		for _, e := range v.Elem {
			out.Elem = append(out.Elem, redact(e, t.Elem()))
		}
		return out
	case v.Kind == bundle.Map && t.Kind() == reflect.Map:
		for _, key := range v.Keys {
			e, _ := v.Get(key)
			v = v.With(key, redact(e, t.Elem()))
		}
	case v.Kind == bundle.Map && t.Kind() == reflect.Struct:
		for _, key := range v.Keys {
			if field, ok := yamlField(t, key); ok {
				e, _ := v.Get(key)
				v = v.With(key, redact(e, field))
			}
		}
	}
	return v
}

// hidden replaces the scalars of a value, but for placeholders.
func hidden(v bundle.Value) bundle.Value {
	switch v.Kind {
	case bundle.Array, bundle.Map:
		elem := make([]bundle.Value, len(v.Elem))
		for i, e := range v.Elem {
			elem[i] = hidden(e)
		}
		v.Elem = elem
		return v
	case bundle.Null:
		return v
	default:
		if _, ok := bundle.Placeholder(v); ok || v.Text == "" {
			return v
		}
		return bundle.StringValue(Redacted)
	}
}

// yamlField finds the type of a field by its name in YAML.
func yamlField(t reflect.Type, key string) (reflect.Type, bool) {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == key {
			return f.Type, true
		}
		inner := f.Type
		for inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch inline := strings.Contains(options, "inline"); {
		case inline && inner.Kind() == reflect.Struct:
			if found, ok := yamlField(inner, key); ok {
				return found, true
			}
		case inline && inner.Kind() == reflect.Map:
			return inner.Elem(), true
		}
	}
	return nil, false
}
