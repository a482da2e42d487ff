package render

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// documentVersion is that of the JSON document's format.
const documentVersion = 1

// JSON returns environments as one document:
//
//	{"format_version": 1, "environments": {NAME: {
//	  "revision": HASH,
//	  "objects": {REFERENCE: BODY},
//	  "targets": {NAME: {"revision": HASH, "changed": {REFERENCE: BODY}, "without": [REFERENCE]}}}}}
//
// A target has what differs from its environment. The body of a template or
// another file is a string. Scalars that only YAML
// knows are what they are to YAML 1.2.
func JSON(outputs []*Output) ([]byte, error) {
	environments := map[string]bundle.Value{}
	for _, o := range outputs {
		objects, err := bodies(o.Bundle, nil)
		if err != nil {
			return nil, err
		}
		fields := map[string]bundle.Value{"revision": revision(o.Bundle), "objects": objects}
		targets := map[string]bundle.Value{}
		for _, t := range o.Targets {
			changed, err := bodies(t.Bundle, o.Bundle)
			if err != nil {
				return nil, err
			}
			target := map[string]bundle.Value{"revision": revision(t.Bundle), "changed": changed}
			without := bundle.Value{Kind: bundle.Array}
			for _, object := range o.Bundle.Objects() {
				if _, ok := t.Bundle.Get(object.Ref); !ok {
					without.Elem = append(without.Elem, bundle.StringValue(object.Ref.String()))
				}
			}
			if len(without.Elem) > 0 {
				target["without"] = without
			}
			targets[t.Target.Name] = bundle.MapValue(target)
		}
		if len(targets) > 0 {
			fields["targets"] = bundle.MapValue(targets)
		}
		environments[o.Env.Name] = bundle.MapValue(fields)
	}
	return bundle.IndentJSON(bundle.MapValue(map[string]bundle.Value{
		"format_version": bundle.NumberValue(documentVersion),
		"environments":   bundle.MapValue(environments),
	}))
}

func revision(b *bundle.Bundle) bundle.Value { return bundle.StringValue(b.Revision().String()) }

// bodies are the bodies of a bundle's objects by reference, without those that
// another has in the same form.
func bodies(b, but *bundle.Bundle) (bundle.Value, error) {
	all := map[string]bundle.Value{}
	for _, o := range b.Objects() {
		if but != nil {
			if other, ok := but.Get(o.Ref); ok && other.Body.Hash() == o.Body.Hash() {
				continue
			}
		}
		v, err := body(o)
		if err != nil {
			return bundle.Value{}, err
		}
		all[o.Ref.String()] = v
	}
	return bundle.MapValue(all), nil
}

func body(o bundle.Object) (bundle.Value, error) {
	if o.Ref.Kind.IsRaw() {
		return bundle.StringValue(string(o.Body.Bytes())), nil
	}
	return o.Value()
}

// YAML returns environments as a stream of documents in the form in which each
// is read: rule files, one a namespace, in front, so that a stream of one
// namespace is a rule file; then the configurations, dashboards and, as
// strings, templates and other files. A comment names each.
func YAML(outputs []*Output) ([]byte, error) {
	var b bytes.Buffer
	for _, o := range outputs {
		var spaces []string
		groups := map[string][]bundle.Value{}
		for _, object := range o.Bundle.OfKind(bundle.Rules) {
			v, err := object.Value()
			if err != nil {
				return nil, err
			}
			if groups[object.Ref.Space] == nil {
				spaces = append(spaces, object.Ref.Space)
			}
			groups[object.Ref.Space] = append(groups[object.Ref.Space], v)
		}
		for _, space := range spaces {
			if err := addDocument(&b, o.Env.Name, "rules/"+space, bundle.RuleFile(groups[space])); err != nil {
				return nil, err
			}
		}
		for _, kind := range []bundle.Kind{bundle.Prometheus, bundle.Alertmanager, bundle.Dashboard, bundle.Template, bundle.File} {
			for _, object := range o.Bundle.OfKind(kind) {
				v, err := body(object)
				if err != nil {
					return nil, err
				}
				if err := addDocument(&b, o.Env.Name, object.Ref.String(), v); err != nil {
					return nil, err
				}
			}
		}
	}
	return b.Bytes(), nil
}

func addDocument(b *bytes.Buffer, env, name string, v bundle.Value) error {
	data, err := bundle.EncodeYAML(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	if b.Len() > 0 {
		b.WriteString("---\n")
	}
	comment := strings.Map(func(r rune) rune {
		if r < ' ' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, env+" "+name)
	fmt.Fprintf(b, "# %s\n", comment)
	b.Write(data)
	return nil
}
