package project_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/project"
)

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

func TestDefaultsWithoutAFile(t *testing.T) {
	p, diags, err := project.Load(t.TempDir())
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	if diff := cmp.Diff([]string{"default"}, p.EnvironmentNames()); diff != "" {
		t.Errorf("environments (-want +got):\n%s", diff)
	}
	want := project.Jsonnet{JPath: []string{"lib", "vendor"}, MaxStack: 500, Timeout: time.Minute, MaxMemory: 2 << 30}
	if diff := cmp.Diff(want, p.Jsonnet); diff != "" {
		t.Errorf("jsonnet (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"rules/**"}, p.Sources.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

const full = `
environments: {
	tokyo: {
		ext: {region: "ap-northeast-1", replicas: 2, on: true}
		tla: names: ["a", "b"]
		externalLabels: dc: "tokyo"
		targets: {
			"tokyo-a": {kind: "server", url: "https://a.example.org", externalLabels: replica: "a"}
			"tokyo-b": {url: "https://b.example.org", select: ["rules/!~batch-.*"]}
		}
	}
	us: {}
}
jsonnet: {timeout: "1m30s", maxMemory: "512MiB"}
checks: severity: "alert/runbook": "off"
`

func TestLoad(t *testing.T) {
	p, diags, err := project.Load(write(t, map[string]string{"monctl.cue": full}))
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	tokyo, ok := p.Environment("tokyo")
	if !ok || len(p.Environments) != 2 {
		t.Fatalf("environments: %+v", p.Environments)
	}
	wantExt := map[string]project.Arg{"region": {Text: "ap-northeast-1"}, "replicas": {Code: true, Text: "2"}, "on": {Code: true, Text: "true"}}
	if diff := cmp.Diff(wantExt, tokyo.Ext); diff != "" {
		t.Errorf("ext (-want +got):\n%s", diff)
	}
	if tokyo.TLA["names"] != (project.Arg{Code: true, Text: `["a","b"]`}) {
		t.Errorf("tla: %+v", tokyo.TLA)
	}
	a, b := tokyo.Targets[0], tokyo.Targets[1]
	if a.Name != "tokyo-a" || a.ExternalLabels["replica"] != "a" || b.Kind != "server" || len(b.Select) != 1 {
		t.Errorf("targets: %+v", tokyo.Targets)
	}
	for ref, want := range map[string]bool{"node/cpu": true, "batch-jobs/x": false} {
		if got := b.Select[0].Keeps("rules", ref); got != want {
			t.Errorf("keeps rules/%s = %v", ref, got)
		}
	}
	if !b.Select[0].Keeps("dashboard", "batch-jobs/x") {
		t.Error("a line about rules speaks about dashboards")
	}
	if p.Jsonnet.Timeout != 90*time.Second || p.Jsonnet.MaxMemory != 512<<20 || p.Severity["alert/runbook"] != "off" {
		t.Errorf("settings: %+v %+v", p.Jsonnet, p.Severity)
	}
}

func TestYAMLProjectFile(t *testing.T) {
	p, diags, err := project.Load(write(t, map[string]string{"monctl.yaml": "environments:\n  us:\n    ext: {region: us}\n"}))
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	if _, ok := p.Environment("us"); !ok {
		t.Errorf("environments: %v", p.EnvironmentNames())
	}
}

func TestBadProjectFiles(t *testing.T) {
	for _, tc := range []struct{ name, file, in, want, hint string }{
		{"syntax", "monctl.cue", "environments: {\n\tus: {]\n}\n", "monctl.cue:2:7: error[project/syntax]: expected operand, found ']'", ""},
		{"unknown", "monctl.cue", "sources: rule: [\"x\"]\n", `monctl.cue:1:10: error[project/schema]: unknown field "sources.rule"`, `did you mean "rules"?`},
		{"unknown at the top", "monctl.cue", "enviroments: {}\n", `monctl.cue:1:1: error[project/schema]: unknown field "enviroments"`, `did you mean "environments"?`},
		{"unknown in yaml", "monctl.yaml", "jsonnet:\n  maxstack: 3\n", `monctl.yaml:2:3: error[project/schema]: unknown field "jsonnet.maxstack"`, `did you mean "maxStack"?`},
		{"range", "monctl.cue", "jsonnet: maxStack: 0\n", "monctl.cue:1:20: error[project/schema]: jsonnet.maxStack: invalid value 0 (out of bound >=1)", ""},
		{"regexp", "monctl.cue", "environments: us: targets: a: {url: \"http://x\", select: [\"rules/=~(\"]}\n", "monctl.cue:1:58: error[project/value]: select \"rules/=~(\": error parsing regexp: missing closing ): `(`", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, diags, err := project.Load(write(t, map[string]string{tc.file: tc.in}))
			if err != nil || p != nil {
				t.Fatalf("project %v, error %v", p, err)
			}
			if diff := cmp.Diff(tc.want, diags.String()); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if len(diags) > 0 && tc.hint != "" && diags[0].Hint != tc.hint {
				t.Errorf("hint %q, want %q", diags[0].Hint, tc.hint)
			}
		})
	}
}

func TestTwoProjectFiles(t *testing.T) {
	_, diags, err := project.Load(write(t, map[string]string{"monctl.cue": "", "monctl.yaml": ""}))
	if err != nil || !strings.Contains(diags.String(), "project/ambiguous") {
		t.Errorf("%v %v", diags, err)
	}
}

func TestFindStopsAtTheVersionControl(t *testing.T) {
	dir := write(t, map[string]string{"monctl.cue": "", "a/b/x": "", "repo/.git/x": "", "repo/sub/x": ""})
	for from, want := range map[string]string{"a/b": "", ".": "", "repo/sub": "repo/sub"} {
		got, err := project.Find(filepath.Join(dir, from))
		if err != nil {
			t.Fatal(err)
		}
		if got != filepath.Join(dir, want) {
			t.Errorf("from %s: %s", from, got)
		}
	}
}

func TestFindSources(t *testing.T) {
	p, _, err := project.Load(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for _, name := range []string{
		"rules/node.jsonnet", "rules/team/x.yaml", "rules/lib.libsonnet", "rules/README.md", "rules/.hidden.yaml", "rules/.git/a.yaml",
		"alertmanager/main.jsonnet", "alertmanager/teams/a.yaml", "alertmanager/templates/a.tmpl", "prometheus/main.yml",
		"prometheus/targets/node/a.yaml", "tests/a.yaml", "dashboards/d.json",
	} {
		fsys[name] = &fstest.MapFile{}
	}
	sources, err := p.FindSources(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		got = append(got, string(s.Kind)+" "+s.Path+" "+s.Name())
	}
	want := []string{
		"rules rules/node.jsonnet node", "rules rules/team/x.yaml team.x", "dashboards dashboards/d.json d",
		"alertmanager alertmanager/main.jsonnet main", "prometheus prometheus/main.yml main", "tests tests/a.yaml a",
		"templates alertmanager/templates/a.tmpl a", "files prometheus/targets/node/a.yaml node.a",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestChecks(t *testing.T) {
	p, diags, err := project.Load(write(t, map[string]string{"monctl.cue": `
checks: {
	severities: ["critical", "warning"]
	alertName:  "[A-Z].*"
	retention:  "15d"
}
`}))
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	c := p.Checks
	if c.AlertName == nil || c.AlertName.MatchString("down") || !c.AlertName.MatchString("Down") || c.RecordName != nil {
		t.Errorf("names: %v %v", c.AlertName, c.RecordName)
	}
	if diff := cmp.Diff([]string{"critical", "warning"}, c.Severities); diff != "" || c.Retention != 15*24*time.Hour {
		t.Errorf("severities, retention %s: %s", c.Retention, diff)
	}
	_, diags, err = project.Load(write(t, map[string]string{"monctl.cue": `checks: recordName: "("`}))
	if err != nil || len(diags) != 1 || diags[0].Code != "project/value" {
		t.Errorf("a pattern that is none: %v %v", diags, err)
	}
}
