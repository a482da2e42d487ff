package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

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
// strings, templates and other files. A comment names each. What a target has
// in another form follows, behind "environment/target".
func YAML(outputs []*Output) ([]byte, error) {
	var b bytes.Buffer
	for _, o := range outputs {
		shared, err := documents(o.Bundle)
		if err != nil {
			return nil, err
		}
		addDocuments(&b, o.Env.Name, shared, nil)
		for _, t := range o.Targets {
			own, err := documents(t.Bundle)
			if err != nil {
				return nil, err
			}
			addDocuments(&b, o.Env.Name+"/"+t.Target.Name, own, shared)
		}
	}
	return b.Bytes(), nil
}

// document is one of a stream.
type document struct {
	name string
	data []byte
}

func documents(b *bundle.Bundle) ([]document, error) {
	var docs []document
	add := func(name string, v bundle.Value) error {
		data, err := bundle.EncodeYAML(v)
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		docs = append(docs, document{name, data})
		return nil
	}
	groups := b.OfKind(bundle.Rules)
	for len(groups) > 0 {
		space := groups[0].Ref.Space
		var file []bundle.Value
		for ; len(groups) > 0 && groups[0].Ref.Space == space; groups = groups[1:] {
			v, err := groups[0].Value()
			if err != nil {
				return nil, err
			}
			file = append(file, v)
		}
		if err := add(string(bundle.Rules)+"/"+space, bundle.RuleFile(file)); err != nil {
			return nil, err
		}
	}
	for _, kind := range []bundle.Kind{bundle.Prometheus, bundle.Alertmanager, bundle.Dashboard, bundle.Template, bundle.File} {
		for _, object := range b.OfKind(kind) {
			v, err := body(object)
			if err != nil {
				return nil, err
			}
			if err := add(object.Ref.String(), v); err != nil {
				return nil, err
			}
		}
	}
	return docs, nil
}

// addDocuments adds documents but those that another bundle has, too.
func addDocuments(b *bytes.Buffer, where string, docs, but []document) {
	for _, d := range docs {
		if slices.ContainsFunc(but, func(o document) bool { return o.name == d.name && bytes.Equal(o.data, d.data) }) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("---\n")
		}
		comment := strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return ' '
		}, where+" "+d.name)
		fmt.Fprintf(b, "# %s\n%s", comment, d.data)
	}
}
