package schema_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/schema"
)

// TestMemory: a memory changes no verdict, and a finding is made again with
// the place that it has then.
func TestMemory(t *testing.T) {
	object := func(ref, body string, line int) bundle.Object {
		r, err := bundle.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		origin := bundle.NewOrigin(diag.Span{File: "a.yaml", Start: diag.Position{Line: line}}, nil)
		if r.Kind.IsRaw() {
			return bundle.NewRawObject(r, []byte(body), origin)
		}
		docs, diags := bundle.DecodeYAML("a.yaml", []byte(body))
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		o, err := bundle.NewObject(r, docs[0].Value, origin)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	good := object("rules/n/g", "{name: g, rules: [{record: a, expr: up}]}", 1)
	bad := "{name: h, rules: [{record: a, expr: up ==}]}"
	am := object("alertmanager", "{route: {receiver: r}, templates: ['templates/*.tmpl'], receivers: [{name: r, slack_configs: [{channel: c, api_url: 'http://x', text: '{{ template \"t\" . }}'}]}]}", 1)
	memory := schema.NewMemory(nil)
	for _, tc := range []struct {
		name    string
		objects []bundle.Object
	}{
		{"first", []bundle.Object{good, object("rules/n/h", bad, 3), am, object("template/t.tmpl", `{{ define "t" }}x{{ end }}`, 1)}},
		{"moved", []bundle.Object{good, object("rules/n/h", bad, 7), am, object("template/t.tmpl", `{{ define "t" }}x{{ end }}`, 1)}},
		{"template gone from the configuration", []bundle.Object{good, am, object("template/t.tmpl", `{{ define "other" }}x{{ end }}`, 1)}},
		{"broken template", []bundle.Object{good, am, object("template/t.tmpl", `{{ define "t" }}`, 1)}},
	} {
		b, _ := bundle.New("e", tc.objects)
		want, err := schema.Validate(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 {
			t.Errorf("%s: nothing is wrong, so nothing is tested", tc.name)
		}
		got, err := memory.Validate(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("%s:\ngot  %v\nwant %v", tc.name, got, want)
		}
	}
}

// TestMemoryPolicies: what keeps to the policies is remembered, for the files
// that it was held against; what does not is found again, where it is then.
func TestMemoryPolicies(t *testing.T) {
	const strict = "#AlertingRule: labels: severity: \"page\" | \"ticket\"\n"
	bundleOf := func(line int, severities ...string) *bundle.Bundle {
		var objects []bundle.Object
		for i, s := range severities {
			docs, diags := bundle.DecodeYAML("a.yaml", []byte("{name: g, rules: [{alert: A, expr: up, labels: {severity: "+s+"}}]}"))
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "n", Name: string(rune('a' + i))}, docs[0].Value,
				bundle.NewOrigin(diag.Span{File: "a.yaml", Start: diag.Position{Line: line}}, nil))
			if err != nil {
				t.Fatal(err)
			}
			objects = append(objects, o)
		}
		b, _ := bundle.New("e", objects)
		return b
	}
	memory := schema.NewMemory(nil)
	for _, tc := range []struct {
		name, policy string
		bundle       *bundle.Bundle
		findings     int
	}{
		{"first", strict, bundleOf(1, "page", "other"), 1},
		{"moved", strict, bundleOf(7, "page", "other"), 1},
		{"mended", strict, bundleOf(7, "page", "ticket"), 0},
		{"nothing new", strict, bundleOf(7, "page", "ticket"), 0},
		{"stricter", "#AlertingRule: labels: severity: \"page\"\n", bundleOf(7, "page", "ticket"), 1},
		{"broken again", strict, bundleOf(9, "page", "no"), 1},
		{"policy does not compile", "#AlertingRule: {", bundleOf(9, "page", "no"), 1},
		{"policy holds nothing", "#AlertingRul: {}\n", bundleOf(9, "page", "no"), 1},
		{"policy holds nothing still", "#AlertingRul: {}\n", bundleOf(9, "page", "no"), 1},
	} {
		files := []cuelang.File{{Name: "policies/p.cue", Data: []byte(tc.policy)}}
		check := func(p *schema.Policies, diags diag.List) diag.List {
			found, err := p.Check(t.Context(), tc.bundle)
			if err != nil {
				t.Fatal(err)
			}
			return append(diags, found...)
		}
		want, got := check(schema.LoadPolicies(files)), check(memory.Policies(files))
		if len(want) != tc.findings {
			t.Errorf("%s: %d findings, want %d: %v", tc.name, len(want), tc.findings, want)
		}
		if got.String() != want.String() {
			t.Errorf("%s:\ngot  %v\nwant %v", tc.name, got, want)
		}
	}
}
