package schema_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/schema"
)

// FuzzPolicies: policies are loaded or refused, and those that are loaded judge
// any object.
func FuzzPolicies(f *testing.F) {
	for _, seed := range []string{
		"#AlertingRule: {labels: severity!: \"a\" | \"b\"}", "#RecordingRule: {record: =~\"^a\"}\n#Route: {receiver!: string}", "#Receiver: close({name: string})", "#Panel: {title: !=\"\"}\n#Dashboard: {uid!: string}", "#Nothing: 1", "package p\n#AlertingRule: {expr: 5 & \"x\"}", "{",
		"import \"strings\"\n#AlertingRule: {annotations: [string]: strings.MaxRunes(3)}",
	} {
		f.Add([]byte(seed), []byte("name: g\nrules: [{alert: A, expr: up, labels: {severity: c}}, {record: b, expr: up}, 1]"))
	}
	f.Fuzz(func(t *testing.T, policy, group []byte) {
		policies, diags := schema.LoadPolicies([]cuelang.File{{Name: "policies/a.cue", Data: policy}})
		docs, wrong := bundle.DecodeYAML("f.yaml", group)
		if diags.HasErrors() || wrong.HasErrors() || len(docs) == 0 {
			return
		}
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, docs[0].Value, docs[0].Origin)
		if err != nil {
			return
		}
		b, _ := bundle.New("default", []bundle.Object{o})
		if _, err := policies.Check(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	})
}
