package render_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// renderDir renders an environment of the project in a directory.
func renderDir(t *testing.T, dir, env string) (*render.Output, diag.List) {
	t.Helper()
	p, diags, err := project.Load(dir)
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	e, ok := p.Environment(env)
	if !ok {
		t.Fatalf("no environment %q", env)
	}
	out, diags, err := render.Render(t.Context(), render.Options{
		Project: p, FS: os.DirFS(dir), Engine: jsonnet.Verify(jsonnet.Own(), jsonnet.Upstream()), Workers: 2,
		Importer: jsonnet.NewImporter(dir, p.Jsonnet.JPath, lib.FS),
	}, e)
	if err != nil {
		t.Fatal(err)
	}
	return out, diags
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func refs(o *render.Output) []string {
	var out []string
	for _, obj := range o.Bundle.Objects() {
		out = append(out, obj.Ref.String())
	}
	return out
}

func TestShapes(t *testing.T) {
	group := "{ name: 'g', rules: [{ record: 'a:b:c', expr: 'up' }] }"
	dashboard := "{ title: 'T', uid: 'u', panels: [] }"
	for _, tc := range []struct {
		name, file, in string
		want           []string
	}{
		{"rule file", "rules/a.jsonnet", "{ groups: [" + group + "] }", []string{"rules/a/g"}},
		{"group", "rules/team/a.jsonnet", group, []string{"rules/team.a/g"}},
		{"groups", "rules/a.jsonnet", "[" + group + "]", []string{"rules/a/g"}},
		{"map of rule files", "rules/a.jsonnet", "{ 'x.yaml': { groups: [" + group + "] }, y: { groups: [] } }", []string{"rules/x/g"}},
		{"mixin", "rules/m.jsonnet", "{ _config:: 1, prometheusAlerts+:: { groups+: [" + group + "] }, grafanaDashboards+:: { 'd.json': " + dashboard + " }, grafanaDashboardFolder:: 'F' }", []string{"dashboard/F/u", "rules/m/g"}},
		{"observ-lib", "rules/m.jsonnet", "{ x: 1, asMonitoringMixin():: { prometheusAlerts:: { groups: [" + group + "] } } }", []string{"rules/m/g"}},
		{"PrometheusRule", "rules/a.yaml", "kind: PrometheusRule\nmetadata: {name: k}\nspec: {groups: [{name: g, rules: []}]}\n", []string{"rules/k/g"}},
		{"several documents", "rules/a.yaml", "groups: [{name: g, rules: []}]\n---\ngroups: [{name: h, rules: []}]\n", []string{"rules/a/g", "rules/a/h"}},
		{"cue", "rules/a.cue", "groups: [{name: \"g\", rules: [{record: \"a\", expr: \"up\"}]}]", []string{"rules/a/g"}},
		{"dashboard", "dashboards/team/d.jsonnet", dashboard, []string{"dashboard/team/u"}},
		{"dashboards without uid", "dashboards/d.jsonnet", "{ 'one.json': { title: 'T', panels: [] } }", []string{"dashboard/General/one"}},
		{"resource", "dashboards/d.yaml", "apiVersion: dashboard.grafana.app/v1beta1\nmetadata: {name: r}\nspec: {title: T}\n", []string{"dashboard/General/r"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, diags := renderDir(t, write(t, map[string]string{tc.file: tc.in}), "default")
			if len(diags) > 0 {
				t.Error(diags)
			}
			if diff := cmp.Diff(tc.want, refs(out)); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}

// The name of a resource is the uid of its dashboard, or its links would break.
func TestResourceHasUID(t *testing.T) {
	resource := "apiVersion: dashboard.grafana.app/v1beta1\nmetadata: {name: r}\nspec: {title: T}\n"
	out, diags := renderDir(t, write(t, map[string]string{"dashboards/d.yaml": resource}), "default")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	v, err := out.Bundle.Objects()[0].Value()
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Str("uid"); got != "r" {
		t.Errorf("uid %q, want r", got)
	}
}

func TestMistakes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"shape", map[string]string{"rules/a.jsonnet": "{ group: [] }"}, "rules/a.jsonnet:1:1: error[source/shape]: expected a rule file {groups: […]}, rule groups, a map of rule files, a mixin or a PrometheusRule, found an object with the fields group"},
		{"group without name", map[string]string{"rules/a.yaml": "groups:\n- rules: []\n"}, "rules/a.yaml:2:3: error[source/shape]: a rule group needs a name"},
		{"duplicates", map[string]string{"rules/a.yaml": "groups:\n- {name: g, rules: []}\n- {name: g, rules: []}\n"}, `rules/a.yaml:3:3: error[source/duplicate]: rule group "g" in namespace "a" is defined twice`},
		{"field beside groups", map[string]string{"rules/a.yaml": "groups: []\nnamespace: x\n"}, `rules/a.yaml:2:1: error[rules/unknown-field]: unknown field "namespace" in a rule file`},
		{"dashboard", map[string]string{"dashboards/a.json": "[]"}, "dashboards/a.json:1:1: error[source/shape]: expected a dashboard, a map from file name to dashboard, or a mixin, found an array of 0"},
		{"json", map[string]string{"dashboards/a.json": "{\n  \"a\": 1,\n}"}, "dashboards/a.json:3:1: error[source/json]: invalid character '}' looking for beginning of object key string"},
		{"cue", map[string]string{"rules/a.cue": "groups: [{name: string}]"}, "rules/a.cue:1:17: error[cue/value]: groups.0.name: incomplete value string"},
		{"two configurations", map[string]string{"prometheus/main.yml": "{}", "prometheus/main.jsonnet": "{}"}, "prometheus/main.yml: error[source/ambiguous]: there are two sources of the prometheus configuration, prometheus/main.jsonnet and prometheus/main.yml"},
		{"missing source", map[string]string{"monctl.cue": "sources: rules: [\"gone.jsonnet\"]"}, "gone.jsonnet: error[jsonnet/import]: the file cannot be read: no such file or directory"},
		{"secret", map[string]string{"alertmanager/main.jsonnet": "{\n  x: std.native('secret')('../up'),\n}"}, "alertmanager/main.jsonnet:2:6: error[jsonnet/runtime]: secret name \"../up\": want segments of letters, digits, '.', '_' and '-', separated by '/'"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, diags := renderDir(t, write(t, tc.files), "default")
			if diff := cmp.Diff(tc.want, diags.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneBrokenSourceLeavesTheOthers(t *testing.T) {
	out, diags := renderDir(t, write(t, map[string]string{"rules/a.jsonnet": "{", "rules/b.yaml": "groups: [{name: g, rules: []}]"}), "default")
	if len(diags) != 1 || !cmp.Equal(refs(out), []string{"rules/b/g"}) {
		t.Errorf("%v %v", diags, refs(out))
	}
}

func TestEnvironmentsTargetsAndTests(t *testing.T) {
	dir := write(t, map[string]string{
		"monctl.cue": `environments: tokyo: {
	ext: {region: "ap", n: 3}
	externalLabels: dc: "tokyo"
	targets: {
		a: {url: "http://a", externalLabels: replica: "a"}
		b: {url: "http://b", select: ["rules/!~batch/.*"]}
	}
}
environments: us: ext: {region: "us", n: 4}
sources: mixins: [{path: "vendor/m", config: {x: 5}, drop: ["Dropped"]}]
`,
		"vendor/m/mixin.libsonnet":  "{ _config:: { x: 1 }, prometheusAlerts:: { groups: [{ name: 'm' + $._config.x, rules: [{ alert: 'Dropped' }, { alert: 'Kept' }] }] } }",
		"rules/batch.jsonnet":       "{ groups: [{ name: 'x', rules: [] }] }",
		"prometheus/main.jsonnet":   "{ global: { external_labels: { a: std.extVar('region'), n: std.toString(std.extVar('n')) } } }",
		"prometheus/targets/a.yaml": "[]",
		"tests/t.yaml":              "rule_files: [monctl:bundle]\nenv: tokyo\ntests: [{name: x, route_test: []}]\n",
		"tests/j.jsonnet":           "{ rule_files: ['../rules/ba*', 'own.yaml'], tests: [{ name: 'j' }] }",
	})
	out, diags := renderDir(t, dir, "tokyo")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if diff := cmp.Diff([]string{"file/prometheus/targets/a.yaml", "prometheus", "rules/batch/x", "rules/m/m5"}, refs(out)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	files, diags, err := out.Tree()
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	got := map[string]string{}
	for _, f := range files {
		got[f.Path] = string(f.Data)
	}
	want := map[string]string{
		"prometheus/prometheus.yml":   "global:\n  external_labels:\n    a: ap\n    dc: tokyo\n    \"n\": \"3\"\n",
		"prometheus/rules/batch.yaml": "groups:\n  - name: x\n    rules: []\n",
		"prometheus/rules/m.yaml":     "groups:\n  - name: m5\n    rules:\n      - alert: Kept\n",
		"prometheus/targets/a.yaml":   "[]",
		"tests/t.yaml":                "rule_files:\n  - ../prometheus/rules/batch.yaml\n  - ../prometheus/rules/m.yaml\ntests:\n  - name: x\n",
		"tests/j.yaml":                "rule_files:\n  - ../prometheus/rules/batch.yaml\n  - own.yaml\ntests:\n  - name: j\n",
		"a/prometheus/prometheus.yml": "global:\n  external_labels:\n    a: ap\n    dc: tokyo\n    \"n\": \"3\"\n    replica: a\nrule_files:\n  - ../../prometheus/rules/batch.yaml\n  - ../../prometheus/rules/m.yaml\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	if b := out.Targets[1].Bundle; b.Len() != out.Bundle.Len()-1 {
		t.Errorf("target b has %d objects of %d", b.Len(), out.Bundle.Len())
	}
}

func TestThisRepository(t *testing.T) {
	for _, env := range []string{"default", "tokyo", "us"} {
		out, diags := renderDir(t, "../..", env)
		if len(diags) > 0 {
			t.Errorf("%s: %v", env, diags)
		}
		if _, diags, err := out.Tree(); err != nil || len(diags) > 0 {
			t.Errorf("%s: %v %v", env, err, diags)
		}
		if text := strings.Join(refs(out), " "); !strings.Contains(text, "rules/node/") || !strings.Contains(text, "alertmanager") {
			t.Errorf("%s has no rules for hosts or no Alertmanager: %s", env, text)
		}
	}
}
