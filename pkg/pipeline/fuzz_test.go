package pipeline_test

import (
	"testing"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// FuzzValidate: any file of any kind comes through all layers, the loaders and
// every check.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		"groups: [{name: g, interval: 30s, rules: [{alert: A, expr: 'rate(x_total[1m]) / on (a) group_left () y > 1', for: 5m, labels: {severity: x, v: '{{ $value }}'}, annotations: {summary: '{{ $labels.a }}'}}, {record: 'a:b:c', expr: 'histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))'}]}]",
		"route: {receiver: a, routes: [{matchers: ['a=~\"b|c\"'], receiver: a, mute_time_intervals: [t]}]}\nreceivers: [{name: a}]\ninhibit_rules: [{source_matchers: [a=b], target_matchers: [a=b], equal: [c]}]\ntime_intervals: [{name: t}]",
		"scrape_configs: [{job_name: a, scrape_interval: 5s, static_configs: [{targets: ['x:1']}]}]",
		`{"title": "t", "uid": "u", "schemaVersion": 30, "templating": {"list": [{"name": "ds", "type": "datasource"}, {"name": "v", "type": "query", "query": "label_values(up, job)"}]}, "panels": [{"type": "timeseries", "datasource": "$ds", "targets": [{"expr": "rate(x[$__rate_interval])", "refId": "A"}], "links": [{"url": "/d/x"}]}]}`,
		"tests: []", "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: []}",
	} {
		f.Add([]byte(seed), uint8(0))
	}
	kinds := []project.SourceKind{render.AnySource, project.RulesSource, project.DashboardsSource, project.AlertmanagerSource, project.PrometheusSource}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		p, err := pipeline.Start(pipeline.Options{
			Dir: dir, Library: lib.FS, Engine: jsonnet.Own(), Workers: 1, Judge: true,
			Files: []pipeline.File{{Plain: render.Plain{Path: "<stdin>", Name: "stdin", Kind: kinds[int(which)%len(kinds)], Syntax: "yaml"}, Text: data}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Render(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := p.Validate(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
