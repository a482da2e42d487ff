package dashboard_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
)

// FuzzJudge: every dashboard has a verdict.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`{"title": "a", "panels": [{"type": "graph", "id": 1, "targets": [{"expr": "up"}]}], "schemaVersion": 14}`, `{"rows": [{"panels": [{"span": 4}]}]}`,
		`{"templating": {"list": [{"name": "a", "type": "query", "query": {"query": "x"}}]}, "schemaVersion": "x"}`, `{"apiVersion": "dashboard.grafana.app/v2beta1", "spec": {"elements": {"a": {"kind": "Panel"}}}}`,
		`{"panels": [{"type": "row", "collapsed": true, "panels": [{}]}], "time": 1, "tags": "a"}`, "[]", "{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, diags := bundle.DecodeYAML("f.yaml", data)
		if diags.HasErrors() || len(docs) == 0 {
			t.Skip("no YAML: its decoder has a fuzz target of its own")
		}
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Dashboard, Space: "f", Name: "d"}, docs[0].Value, docs[0].Origin)
		if err != nil {
			t.Skip("not valid UTF-8, so it cannot be an object")
		}
		if _, err := dashboard.Judge(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	})
}
