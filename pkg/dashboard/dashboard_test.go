package dashboard_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
)

var corpus = flag.String("corpus", "", "folder with <mixin>/dashboards/*.json")

func object(t *testing.T, text string) bundle.Object {
	t.Helper()
	docs, diags := bundle.DecodeYAML("d.yaml", []byte(text))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatalf("test input: %d documents, %v", len(docs), diags)
	}
	o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Dashboard, Space: "f", Name: "u"}, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func short(diags diag.List) []string {
	var out []string
	for _, d := range diags.Sort() {
		line := fmt.Sprintf("%s %s %s:%d %s", d.Severity.String()[:1], d.Code, d.Pointer, d.Span.Start.Line, d.Summary)
		if d.Hint != "" {
			line += " | " + d.Hint
		}
		out = append(out, line)
	}
	return out
}

func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"small", `{uid: u, title: t}`, nil},
		{"queries of other data sources", `
uid: u
title: t
panels:
- {type: timeseries, title: p, datasource: {type: cloudwatch, uid: c}, targets: [{refId: A, metricName: CPUUtilization, namespace: AWS/EC2}]}
- {type: timeseries, title: q, datasource: {type: cloudwatch, uid: c}, targets: [{refId: A, queryMode: Traces}]}
- {type: timeseries, title: r, datasource: {type: __expr__, uid: __expr__}, targets: [{refId: A, expression: B}]}
`, []string{
			"w dashboard/type /panels/1/targets/0:6 Grafana's types know no queryMode = Traces here",
		}},
		{"legacy forms", `
uid: u
title: t
schemaVersion: 14
gnetId: 1860
refresh: false
style: dark
__inputs: []
templating: {list: [{name: a, type: query, datasource: $ds, query: 'label_values(x)', refresh: true, useTags: false, current: {text: {a: 1}}}]}
annotations: {list: [{name: a, datasource: ds, enable: true, iconColor: red}]}
rows: [{title: r, panels: [{type: graph, title: g, datasource: null, aliasColors: {}, targets: [{expr: up, datasource: x}], yaxes: []}]}]
panels:
- {type: stat, title: s, datasource: $ds, fieldConfig: {defaults: {mappings: [{type: 1, value: a}]}}, options: {colorMode: value}}
- {type: timeseries, title: l, yAxis: {show: true}, links: [{dashboard: Thanos / Query, type: dashboard, includeVars: true}]}
- {type: nodeGraph, title: n, options: {layoutAlgorithm: force}}
`, nil},
		{"wrong types", `
uid: u
title: t
tags: monitoring
panels:
- {type: timeseries, title: p, gridPos: {x: a, y: 0, w: 12, h: 8}, targets: {expr: up}}
- {type: stat, title: q, options: {reduceOptions: [lastNotNull]}, fieldConfig: {defaults: {max: many}}}
- {type: table, title: r, transparent: 'yes'}
- just a string
- {type: stat, title: q, fieldConfig: {defaults: {noValue: 0}}}
- {type: stat, title: q, fieldConfig: {defaults: {min: '0'}}}
- {type: stat, title: q, transparent: 'false', gridPos: {x: 0, y: 22.2, w: 12, h: 8}}
- {type: status-history, title: q, maxDataPoints: '', options: {legend: false}}
- {type: timeseries, title: q, options: {legend: 'true'}}
`, []string{
			`e dashboard/type /tags:4 found the string "monitoring", want an array`,
			`e dashboard/type /panels/0/gridPos/x:6 found the string "a", want an integer of 0 or more`,
			`e dashboard/type /panels/0/targets:6 found an object, want an array`,
			`e dashboard/type /panels/1/options/reduceOptions:7 found an array, want an object`,
			`e dashboard/type /panels/1/fieldConfig/defaults/max:7 found the string "many", want a number`,
			`w dashboard/type /panels/2/transparent:8 found the string "yes", want true or false`,
			`e dashboard/type /panels/3:9 found the string "just a string", want an object`,
			`w dashboard/type /panels/4/fieldConfig/defaults/noValue:10 found the number 0, want a string`,
			`w dashboard/type /panels/5/fieldConfig/defaults/min:11 found the string "0", want a number`,
			`e dashboard/type /panels/6/transparent:12 found the string "false", want true or false`,
			`w dashboard/type /panels/7/maxDataPoints:13 found the string "", want a number`,
			`w dashboard/type /panels/7/options/legend:13 found the boolean false, want an object`,
			`e dashboard/type /panels/8/options/legend:14 found the string "true", want an object`,
		}},
		{"unknown fields", `
uid: u
title: t
tag: [a]
foo: 1
panels:
- type: timeseries
  title: p
  datasource: {type: prometheus, uid: x}
  options: {legend: {displayMod: table}}
  fieldConfig: {defaults: {custom: {fillOpacty: 10}}}
  targets: [{expr: up, refId: A, legendFormt: x}]
  gridPo: {}
`, []string{
			`w dashboard/unknown-field /tag:4 unknown field "tag", which Grafana ignores | did you mean "tags"?`,
			`i dashboard/unknown-field /foo:5 unknown field "foo", which Grafana ignores`,
			`w dashboard/unknown-field /panels/0/options/legend/displayMod:10 unknown field "displayMod", which Grafana ignores | did you mean "displayMode"?`,
			`w dashboard/unknown-field /panels/0/fieldConfig/defaults/custom/fillOpacty:11 unknown field "fillOpacty", which Grafana ignores | did you mean "fillOpacity"?`,
			`w dashboard/unknown-field /panels/0/targets/0/legendFormt:12 unknown field "legendFormt", which Grafana ignores | did you mean "legendFormat"?`,
			`w dashboard/unknown-field /panels/0/gridPo:13 unknown field "gridPo", which Grafana ignores | did you mean "gridPos"?`,
		}},
		{"identity", `{uid: 'a b', title: ' '}`, []string{
			`e dashboard/uid /uid:1 uid "a b" is not valid | Grafana takes up to 40 letters, digits, "-" and "_"`,
			`e dashboard/title /title:1 the dashboard has no title | Grafana refuses dashboards without one`,
		}},
		{"no uid", `{title: t}`, []string{
			`w dashboard/uid /uid:1 the dashboard has no uid | without one, links to it break when it is imported again`,
		}},
		{"resource", `
apiVersion: dashboard.grafana.app/v1beta1
kind: Dashboard
metadata: {name: u}
spec: {title: t, panels: [{type: stat, title: 5}]}
`, []string{`w dashboard/type /spec/panels/0/title:5 found the number 5, want a string`}},
		{"containers", `{uid: u, title: t, templating: [], panels: {}, annotations: {list: {}}}`, []string{
			`e dashboard/type /templating:1 found an array, want an object`,
			`e dashboard/type /panels:1 found an object, want an array`,
			`e dashboard/type /annotations/list:1 found an object, want an array`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			diags, err := dashboard.Judge(t.Context(), object(t, tc.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, short(diags)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	v, err := object(t, `
uid: u
title: t
schemaVersion: 39
templating: {list: [{name: ds, type: datasource, query: prometheus}, {name: job, type: query, query: {query: 'label_values(up, job)', refId: x}}]}
panels:
- {type: row, title: r, panels: [{type: stat, title: inner, datasource: $ds, targets: [{refId: A, expr: up, hide: true}]}]}
- {type: timeseries, title: outer, targets: [{refId: A, expr: down, datasource: {type: prometheus, uid: x}}]}
rows: [{panels: [{type: graph, title: old}]}]
`).Value()
	if err != nil {
		t.Fatal(err)
	}
	want := dashboard.Dashboard{
		UID: "u", Title: "t", SchemaVersion: 39,
		Panels: []dashboard.Panel{
			{Pointer: "/panels/0/panels/0", Type: "stat", Title: "inner", Datasource: dashboard.Datasource{UID: "$ds"}, Queries: []dashboard.Query{
				{Pointer: "/panels/0/panels/0/targets/0", RefID: "A", Expr: "up", Hidden: true, Datasource: dashboard.Datasource{UID: "$ds"}},
			}},
			{Pointer: "/panels/1", Type: "timeseries", Title: "outer", Queries: []dashboard.Query{
				{Pointer: "/panels/1/targets/0", RefID: "A", Expr: "down", Datasource: dashboard.Datasource{Type: "prometheus", UID: "x"}},
			}},
			{Pointer: "/rows/0/panels/0", Type: "graph", Title: "old"},
		},
		Variables: []dashboard.Variable{
			{Pointer: "/templating/list/0", Name: "ds", Type: "datasource", Query: "prometheus", QueryPointer: "/templating/list/0/query"},
			{Pointer: "/templating/list/1", Name: "job", Type: "query", Query: "label_values(up, job)", QueryPointer: "/templating/list/1/query/query"},
		},
	}
	if diff := cmp.Diff(want, dashboard.Read(v), cmpopts.IgnoreFields(dashboard.Panel{}, "Spec"), cmpopts.IgnoreFields(dashboard.Dashboard{}, "Spec"), cmpopts.IgnoreUnexported(dashboard.Dashboard{})); diff != "" {
		t.Errorf("view (-want +got):\n%s", diff)
	}
}

// TestCorpus prints what is found in public dashboards; run it with
// go test ./pkg/dashboard -run Corpus -v -args -corpus DIR.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: the public dashboards are not part of this repository")
	}
	files, err := filepath.Glob(filepath.Join(*corpus, "*", "dashboards", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards under %s: %v", *corpus, err)
	}
	index := regexp.MustCompile(`/\d+`)
	counts := map[string]int{}
	clean, withErrors := 0, 0
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		diags, err := dashboard.Judge(t.Context(), object(t, string(content)))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if len(diags) == 0 {
			clean++
		}
		if diags.HasErrors() {
			withErrors++
		}
		for _, d := range diags {
			if d.Severity == diag.Error {
				t.Logf("%s %s: %s", filepath.Base(f), d.Pointer, d.Summary)
			}
			counts[fmt.Sprintf("%s %s %s %s %s", d.Severity, d.Code, index.ReplaceAllString(d.Pointer, "/*"), d.Summary, d.Hint)]++
		}
	}
	t.Logf("%d dashboards: %d without a finding, %d with errors", len(files), clean, withErrors)
	var lines []string
	for line, n := range counts {
		lines = append(lines, fmt.Sprintf("%4d %s", n, line))
	}
	slices.Sort(lines)
	for _, line := range slices.Backward(lines) {
		t.Log(line)
	}
}
