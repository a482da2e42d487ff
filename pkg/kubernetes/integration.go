package kubernetes

import (
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// conversion is what becomes of a field: its name in an AlertmanagerConfig, and
// its value.
type conversion struct {
	name string
	with func(c converter, at string, v bundle.Value) (out bundle.Value, ok bool)
}

func (f conversion) convert(c converter, at string, v bundle.Value) (string, bundle.Value, bool) {
	if f.with == nil {
		c.leftPlaceholders(at, v)
		return f.name, v, true
	}
	out, ok := f.with(c, at, v)
	name := f.name
	if to, rest, cut := strings.Cut(name, "|"); cut { // one name as a reference, one as a text
		name = to
		if out.Kind != bundle.Map {
			name = rest
		}
	}
	return name, out, ok
}

// as keeps a value under another name.
func as(name string) conversion { return conversion{name: name} }

// selector is a field that an AlertmanagerConfig takes from a Secret alone.
func selector(name string) conversion { return conversion{name, secretKey} }

// secretKey makes a reference to the key of a Secret of a placeholder: of
// slack/url, the key url of the Secret slack. A value in plain text has no
// place there.
func secretKey(c converter, at string, v bundle.Value) (bundle.Value, bool) {
	ref, isSecret := bundle.Placeholder(v)
	switch {
	case !isSecret:
		d := c.w.diags.Errorf("kubernetes/secret", c.object.Origin.At(at), "an AlertmanagerConfig takes this value from a Secret, and it stands here in plain text")
		d.Object, d.Pointer, d.Hint = c.object.Ref.String(), at, "write std.native('secret')('name/key') in its place"
		return v, false
	case !c.w.opts.SecretRefs:
		d := c.w.diags.Errorf("kubernetes/secret", c.object.Origin.At(at), "an AlertmanagerConfig takes the secret %q from a Secret", string(ref))
		d.Object, d.Pointer, d.Hint = c.object.Ref.String(), at, "render with --secrets kubernetes, which refers to the Secret of that name"
		return v, false
	}
	name, key := secretName(ref)
	return bundle.MapValue(map[string]bundle.Value{"name": bundle.StringValue(name), "key": bundle.StringValue(key)}), true
}

// unnamedSecret is the Secret of secrets whose name has one part.
const unnamedSecret = "monctl-secrets"

// secretName is the Secret of a secret, and the key in it: the last part.
func secretName(ref bundle.SecretRef) (name, key string) {
	name, key = unnamedSecret, string(ref)
	if i := strings.LastIndexByte(string(ref), '/'); i >= 0 {
		name, key = nameOf(strings.ReplaceAll(string(ref)[:i], "/", "-")), string(ref)[i+1:]
	}
	return name, key
}

// secretOrText is a field that may be either.
func secretOrText(reference, text string) conversion {
	return conversion{reference + "|" + text, func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
		if _, ok := bundle.Placeholder(v); ok {
			return secretKey(c, at, v)
		}
		return v, true
	}}
}

// pairs makes a list of {key, value} of a map.
func pairs(name string) conversion {
	return conversion{name, func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
		c.leftPlaceholders(at, v)
		out := bundle.Value{Kind: bundle.Array}
		for i, key := range v.Keys {
			out.Elem = append(out.Elem, bundle.MapValue(map[string]bundle.Value{"key": bundle.StringValue(key), "value": v.Elem[i]}))
		}
		return out, true
	}}
}

// section is an object with fields of its own; list an array of such.
func section(name string, table func() map[string]conversion) conversion {
	return conversion{name, func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
		return c.renamed(at, v, table()), true
	}}
}

func list(name string, table func() map[string]conversion) conversion {
	return conversion{name, func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
		return c.each(at, v, func(at string, v bundle.Value) bundle.Value { return c.renamed(at, v, table()) }), true
	}}
}

// lost reports a field that an AlertmanagerConfig does not have.
func (c converter) lost(at, field string) *diag.Diagnostic {
	return c.w.lost(c.object, at, "an AlertmanagerConfig has no place for %q; it is left out", field)
}

// leftPlaceholders reports secrets in fields that cannot refer to one.
func (c converter) leftPlaceholders(at string, v bundle.Value) {
	v.Walk(func(pointer string, v bundle.Value) bool {
		if ref, ok := bundle.Placeholder(v); ok {
			d := c.w.diags.Errorf("kubernetes/secret", c.object.Origin.At(at+pointer), "the secret %q stands in a field that an AlertmanagerConfig does not take from a Secret", string(ref))
			d.Object, d.Pointer = c.object.Ref.String(), at+pointer
		}
		return true
	})
}
