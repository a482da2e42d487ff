package schema_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
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
