package routing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// TestTemplateFiles holds that one broken file does not take the others with
// it: upstream's own Parse leaves no set behind when it fails.
func TestTemplateFiles(t *testing.T) {
	file := func(name, text string) bundle.Object {
		return bundle.NewRawObject(bundle.Ref{Kind: bundle.Template, Name: name}, []byte(text), nil)
	}
	files := []bundle.Object{
		file("a.tmpl", "{{ define \"a\" }}\n{{ if }}{{ end }}"),
		file("b.tmpl", `{{ define "b" }}B{{ end }}{{ end }}`),
		file("c.tmpl", `{{ define "c" }}C {{ template "c.tmpl" }}{{ end }}whole`),
	}
	set, diags := routing.ParseTemplates(files)
	var got []string
	for _, d := range diags {
		got = append(got, d.Object+" "+d.Summary)
	}
	want := []string{"template/a.tmpl template: missing value for if", "template/b.tmpl template: unexpected {{end}}"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if text, err := set.ExecuteTextString(`{{ template "c" . }}`, nil); err != nil || text != "C whole" {
		t.Errorf("got %q, %v", text, err)
	}
	if list := routing.JudgeTemplates(files[2:], files[2]); len(list) != 0 {
		t.Errorf("a file is a template by its name, but: %v", list)
	}
}
