package render_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/render"
)

const vendoredMixin = `{
  _config+:: { selector: 'job="node"', nested: { a: 1, b: 2 }, runbook: 'https://old.example.org/%s' },
  title:: 'mixin',
  prometheusAlerts+:: {
    groups+: [{
      name: 'node.alerts',
      rules: [
        { alert: 'NodeDown', expr: 'up{%s} == 0' % $._config.selector, labels: { severity: 'critical' }, annotations: { runbook_url: $._config.runbook % 'down' } },
        { alert: 'NodeNoise', expr: 'x > %d' % $._config.nested.b, labels: { severity: 'info' } },
        { alert: 'NodeFull', expr: 'y > %d' % $._config.nested.a, 'for': '1h', labels: { severity: 'warning' } },
      ],
    }],
  },
  prometheusRules+:: { groups+: [{ name: 'node.rules', rules: [{ record: 'a:b:c', expr: 'up' }] }] },
  grafanaDashboards+:: {
    'node.json': {
      uid: 'abc', title: 'Node / %s' % $.title, panels: [{ datasource: { type: 'prometheus', uid: '${datasource}' }, description: '$datasource and $datasource_b' }],
      tags: ['node'],
      templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }, { name: 'host', type: 'query', datasource: '$datasource' }] },
    },
    'other.json': { uid: 'def', title: 'Other', panels: [] },
  },
}`

func adjusted(t *testing.T, settings string) (*render.Output, string) {
	t.Helper()
	out, diags := renderDir(t, write(t, map[string]string{
		"vendor/node-mixin/mixin.libsonnet": vendoredMixin,
		"monctl.cue":                        "sources: mixins: [{\n\tpath: \"vendor/node-mixin\"\n" + settings + "\n}]\n",
	}), "default")
	var hints []string
	for _, d := range diags {
		hints = append(hints, d.Hint)
	}
	if len(diags) == 0 {
		return out, ""
	}
	return out, diags.String() + "\n" + strings.Join(hints, "\n")
}

// body returns the canonical body of an object, "" if there is none.
func body(t *testing.T, o *render.Output, ref string) string {
	t.Helper()
	r, err := bundle.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	obj, _ := o.Bundle.Get(r)
	return string(obj.Body.Bytes())
}

func TestAdjustments(t *testing.T) {
	const alerts, records, board = "rules/node-mixin/node.alerts", "rules/node-mixin/node.rules", "dashboard/General/abc"
	for _, tc := range []struct {
		name, settings string
		object         string
		has, lacks     []string
	}{
		{"config", `config: {selector: "job=\"n\"", nested: a: 7}`, alerts, []string{`up{job=\"n\"} == 0`, "y > 7", "x > 2"}, nil},
		{"root", `root: title: "renamed"`, board, []string{"Node / renamed"}, nil},
		{"drop by name", `drop: ["NodeNoise"]`, alerts, []string{"NodeDown", "NodeFull"}, []string{"NodeNoise"}},
		{"drop by expression", `drop: ["Node(Noise|Full)"]`, alerts, []string{"NodeDown"}, []string{"NodeNoise", "NodeFull"}},
		{"drop by label", `drop: [{labels: severity: "info"}]`, alerts, []string{"NodeFull"}, []string{"NodeNoise"}},
		{"drop all but", `drop: [{alert: "!NodeDown"}]`, alerts, []string{"NodeDown"}, []string{"NodeNoise", "NodeFull"}},
		{"drop alerts only", `drop: [{alert: ".*"}]`, records, []string{"a:b:c"}, nil},
		{"drop a group", `drop: [{group: "node.rules"}]`, records, nil, []string{"a"}},
		{"patch", `patch: [{match: "NodeFull", set: {for: "5m", expr: "z > 1", labels: {team: "a", severity: null}, annotations: summary: "s"}}]`, alerts, []string{`{"alert":"NodeFull","annotations":{"summary":"s"},"expr":"z > 1","for":"5m","labels":{"team":"a"}}`}, nil},
		{"patch takes for away", `patch: [{match: "NodeFull", set: for: null}]`, alerts, []string{"NodeFull"}, []string{`"for"`}},
		{"patch matches the source's rule", `severities: warning: "ticket"
patch: [{match: labels: severity: "warning", set: labels: team: "a"}]`, alerts, []string{`"labels":{"severity":"ticket","team":"a"}`}, nil},
		{"severities", `severities: {critical: "page", warning: "ticket"}`, alerts, []string{`"severity":"page"`, `"severity":"ticket"`, `"severity":"info"`}, []string{"critical"}},
		{"labels", `labels: team: "x"`, alerts, []string{`"labels":{"severity":"info","team":"x"}`}, nil},
		{"labels leave records alone", `labels: team: "x"`, records, []string{"a:b:c"}, []string{"team"}},
		{"annotations", `annotations: owner: "x"`, alerts, []string{`"annotations":{"owner":"x"}`}, nil},
		{"runbook", `runbook: "https://new.example.org/{namespace}/{group}/{alert}#{alert_lower}"`, alerts, []string{`"runbook_url":"https://new.example.org/node-mixin/node.alerts/NodeDown#nodedown"`, "#nodefull"}, []string{"old.example"}},
		{"namespace", `namespace: "ns"`, "rules/ns/node.alerts", []string{"NodeDown"}, nil},
		{"folder", `dashboards: folder: "Nodes"`, "dashboard/Nodes/abc", []string{"Node / mixin"}, nil},
		{"tags", `dashboards: tags: ["node", "infra"]`, board, []string{`"tags":["node","infra"]`}, nil},
		{"drop a dashboard by file", `dashboards: drop: ["node.json"]`, board, nil, []string{"abc"}},
		{"drop dashboards by title", `dashboards: drop: ["Node / .*"]`, board, nil, []string{"abc"}},
		{"drop all dashboards but", `dashboards: drop: ["!other"]`, board, nil, []string{"abc"}},
		{"patch a dashboard", `dashboards: patch: [{match: "node", set: {refresh: "1m", tags: null}}]`, board, []string{`"refresh":"1m"`}, []string{"tags"}},
		{"patch a uid", `dashboards: patch: [{match: "node", set: uid: "new"}]`, "dashboard/General/new", []string{`"uid":"new"`}, nil},
		{"rename a data source", `dashboards: datasources: datasource: {rename: "ds", default: "main", regex: "/prod/"}`, board, []string{
			`"uid":"${ds}"`, `"description":"${ds} and $datasource_b"`, `"datasource":"${ds}"`, `"name":"ds"`, `"current":{"selected":true,"text":"main","value":"main"}`, `"regex":"/prod/"`,
		}, []string{"$datasource\""}},
		{"pin a data source", `dashboards: datasources: datasource: pin: "prom-1"`, board, []string{`"uid":"prom-1"`, `"datasource":"prom-1"`}, []string{`"name":"datasource"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			// The other dashboard has no variable to adjust, which is no mistake.
			out, diags := adjusted(t, tc.settings)
			if diags != "" {
				t.Error(diags)
			}
			got := body(t, out, tc.object)
			for _, s := range tc.has {
				if !strings.Contains(got, s) {
					t.Errorf("lacks %s:\n%s", s, got)
				}
			}
			for _, s := range tc.lacks {
				if strings.Contains(got, s) {
					t.Errorf("has %s:\n%s", s, got)
				}
			}
		})
	}
}

func TestAdjustmentsThatMatchNothing(t *testing.T) {
	for _, tc := range []struct{ name, settings, want string }{
		{"drop", `drop: ["NodeNois"]`, "monctl.cue:3:8: warning[adjust/no-match]: no rule matches \"NodeNois\"\ndid you mean \"NodeNoise\"?"},
		{"drop by label", `drop: [{labels: severity: "none"}]`, "monctl.cue:3:8: warning[adjust/no-match]: no rule matches this\nthere are: NodeDown, NodeFull, NodeNoise, a:b:c"},
		{"patch", `patch: [{match: "nodedown", set: for: "1m"}]`, "monctl.cue:3:17: warning[adjust/no-match]: no rule matches \"nodedown\"\ndid you mean \"NodeDown\"?"},
		{"severity", `severities: kritical: "page"`, "monctl.cue:3:23: warning[adjust/no-match]: no rule's severity matches \"kritical\"\ndid you mean \"critical\"?"},
		{"dashboard", `dashboards: drop: ["nod.json"]`, "monctl.cue:3:20: warning[adjust/no-match]: no dashboard matches \"nod.json\"\ndid you mean \"node.json\"?"},
		{"data source", `dashboards: datasources: datsource: pin: "x"`, "monctl.cue:3:26: warning[adjust/no-match]: no data source variable matches \"datsource\"\ndid you mean \"datasource\"?"},
		{"config", `config: selctor: "x"`, "monctl.cue:3:9: warning[adjust/no-match]: no field of the mixin's _config matches \"selctor\"\ndid you mean \"selector\"?"},
		{"root", `root: titel: "x"`, "monctl.cue:3:7: warning[adjust/no-match]: no field of the mixin matches \"titel\"\ndid you mean \"title\"?"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, diags := adjusted(t, tc.settings)
			if diff := cmp.Diff(tc.want, diags); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdjustedOrigins: what an adjustment sets leads to the project file,
// everything else to the rule of the source, whatever was dropped before it.
func TestAdjustedOrigins(t *testing.T) {
	out, diags := adjusted(t, "drop: [\"NodeNoise\"]\npatch: [{match: \"NodeFull\", set: expr: \"z > 1\"}]\nrunbook: \"https://x/{alert}\"")
	if diags != "" {
		t.Fatal(diags)
	}
	o, _ := out.Bundle.Get(bundle.Ref{Kind: bundle.Rules, Space: "node-mixin", Name: "node.alerts"})
	for pointer, want := range map[string]string{
		"/rules/1/expr":                    "monctl.cue:4:40",
		"/rules/1/annotations/runbook_url": "monctl.cue:5:10",
		"/rules/1/for":                     "vendor/node-mixin/mixin.libsonnet:10:74",
		"/rules/0/expr":                    "vendor/node-mixin/mixin.libsonnet:8:36",
	} {
		if got := o.Origin.At(pointer); got.String() != want {
			t.Errorf("%s comes from %s, want %s", pointer, got, want)
		}
	}
}

func TestSourceAdjustments(t *testing.T) {
	rules := "groups: [{name: g, rules: [{alert: A, expr: up, labels: {severity: warning}}]}]\n"
	dir := write(t, map[string]string{
		"rules/team-x/a.yaml": rules, "rules/b.yaml": rules,
		"monctl.cue": `
environments: {prod: {}, staging: {}}
sources: adjust: [
	{sources: ["rules/team-x/**"], labels: team: "x"},
	{environments: ["stag*"], severities: warning: "info"},
	{sources: ["rules/gone/**"], labels: a: "b"},
]
`,
	})
	prod, diags := renderDir(t, dir, "prod")
	if want := "monctl.cue:6:13: warning[adjust/no-match]: no source matches \"rules/gone/**\""; diags.String() != want {
		t.Errorf("got %v, want %s", diags, want)
	}
	staging, _ := renderDir(t, dir, "staging")
	for _, tc := range []struct {
		out       *render.Output
		ref, want string
	}{
		{prod, "rules/team-x.a/g", `"labels":{"severity":"warning","team":"x"}`},
		{prod, "rules/b/g", `"labels":{"severity":"warning"}`},
		{staging, "rules/team-x.a/g", `"labels":{"severity":"info","team":"x"}`},
		{staging, "rules/b/g", `"labels":{"severity":"info"}`},
	} {
		if got := body(t, tc.out, tc.ref); !strings.Contains(got, tc.want) {
			t.Errorf("%s %s lacks %s: %s", tc.out.Env.Name, tc.ref, tc.want, got)
		}
	}
}

func TestNamespaceOfAMixinWithOneGroupNameForTwo(t *testing.T) {
	out, diags := renderDir(t, write(t, map[string]string{
		"vendor/m/mixin.libsonnet": `{
  prometheusAlerts+:: { groups+: [{ name: 'm', rules: [{ alert: 'A', expr: 'up' }] }] },
  prometheusRules+:: { groups+: [{ name: 'm', rules: [{ record: 'a:b', expr: 'up' }] }] },
}`,
		"monctl.cue": `sources: mixins: [{path: "vendor/m", namespace: "ns"}]`,
	}), "default")
	var refs []string
	for _, o := range out.Bundle.Objects() {
		refs = append(refs, o.Ref.String())
	}
	if diff := cmp.Diff([]string{"rules/ns/m", "rules/ns.rules/m"}, refs); diff != "" || len(diags) > 0 {
		t.Errorf("%v (-want +got):\n%s", diags, diff)
	}
}
