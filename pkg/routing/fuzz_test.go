package routing_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// FuzzJudge: every configuration of Alertmanager has a verdict.
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
		if _, err := routing.Judge(t.Context(), o, nil); err != nil {
			t.Fatal(err)
		}
	})
}
