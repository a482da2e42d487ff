package routing_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/template"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// FuzzJudge: every configuration of Alertmanager has the verdict of its loader,
// which reads the text as it is.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		"route: {receiver: a, routes: [{matchers: [a=b], continue: true}]}\nreceivers: [{name: a}]", "route: {receiver: b}\nreceivers: [{name: a, slack_configs: [{api_url: x}]}]",
		"{}", "[]", "route: x", "inhibit_rules: [{source_matchers: [\"a=~(\"], equal: [b]}]\nreceivers: null", "time_intervals: [{name: a, time_intervals: [{times: [{start_time: x}]}]}]",
		"global: {smtp_from: a, slack_api_url: 1}\ntemplates: [\"*\"]\nroute: {group_by: [\"...\"], group_wait: 1x}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, diags := bundle.DecodeYAML("f.yaml", data)
		if diags.HasErrors() || len(docs) == 0 {
			t.Skip("no YAML: its decoder has a fuzz target of its own")
		}
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Alertmanager}, docs[0].Value, docs[0].Origin)
		if err != nil {
			t.Skip("not valid UTF-8, so it cannot be an object")
		}
		diags, err = routing.Judge(t.Context(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, refusal := routing.LoadConfig(data); len(docs) == 1 && diags.HasErrors() != (refusal != nil) {
			t.Errorf("%q: Alertmanager says %v, and we %v", data, refusal, diags)
		}
	})
}

// FuzzParseLabel: a label is read as it is written, and nothing else is one.
func FuzzParseLabel(f *testing.F) {
	for _, seed := range []string{"a=b", `a="b c"`, "a=", "a=~b", "a!=b", `"a b"="c"`, "{a=b}", "a=b,c=d", "é=ü", "\xff=a", `a="\x"`, "", "=", `a="`, "a.b=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, value, err := routing.ParseLabel(text)
		if err != nil {
			return
		}
		written := strconv.Quote(name) + "=" + strconv.Quote(value)
		againName, againValue, err := routing.ParseLabel(written)
		if err != nil && !strings.ContainsAny(written, `\`) {
			t.Fatalf("%q is %q=%q, and %s is none: %v", text, name, value, written, err)
		}
		if err == nil && !strings.ContainsAny(written, `\`) && (againName != name || againValue != value) {
			t.Errorf("%q is %q=%q, and %s is %q=%q", text, name, value, written, againName, againValue)
		}
	})
}

// FuzzParseMatchers: matchers are written as they are read.
func FuzzParseMatchers(f *testing.F) {
	for _, seed := range []string{`a="b"`, `{a=~"b|c", d!="e"}`, "a=b,c!~d", "{}", "{a=b,}", `{"é"="ü"}`, `a=~"("`, "{", `{a="\n"}`, "a=b c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := routing.ParseMatchers(text)
		if err != nil {
			return
		}
		for _, one := range m {
			if one.Name == "" {
				t.Skip("upstream writes an empty name so that it cannot be read")
			}
		}
		// Bytes that are no UTF-8 are written as what stands for them.
		again, err := routing.ParseMatchers(m.String())
		if utf8.ValidString(text) && (err != nil || again.String() != m.String()) {
			t.Errorf("%q is %s, which is %s (%v)", text, m, again, err)
		}
		// What the algebra says of them must hold of them.
		if routing.Disjoint(m, m) {
			if _, _, ok := routing.Contradiction(m); !ok && len(m) > 0 {
				t.Errorf("%s excludes itself and contradicts nothing", m)
			}
		}
	})
}

// FuzzTemplates: a file of templates has Alertmanager's verdict.
func FuzzTemplates(f *testing.F) {
	for _, seed := range []string{`{{ define "a" }}{{ .Alerts.Firing | len }}{{ end }}`, `{{ define "a" }}{{ template "b" . }}{{ end }}`, "{{", `{{ define "a" }}{{ .Nothing }}{{ range .Alerts }}{{ .Labels.x }}{{ end }}{{ end }}`, `{{ block "a" . }}{{ end }}`, `{{ toUpper 1 }}`, "\xff{{/*", `{{ with $x := .CommonLabels }}{{ $x.SortedPairs.Values | join "," }}{{ end }}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := bundle.NewRawObject(bundle.Ref{Kind: bundle.Template, Name: "a.tmpl"}, data, nil)
		upstream, err := template.New()
		if err != nil {
			t.Fatal(err)
		}
		refusal := upstream.Parse(bytes.NewReader(data))
		if diags := routing.JudgeTemplates([]bundle.Object{o}, o); diags.HasErrors() != (refusal != nil) {
			t.Errorf("%q: Alertmanager says %v, and we %v", data, refusal, diags)
		}
	})
}
