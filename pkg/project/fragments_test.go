package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/project"
)

func TestFragments(t *testing.T) {
	dir := write(t, map[string]string{
		"monctl.cue":                `checks: exceptions: [{code: "alert/*", rule: "!Host.*", reason: "r", expires: "2026-02-28"}]`,
		"rules/monctl.cue":          `labels: {a: "rules", b: "rules"}`,
		"rules/x/monctl.yaml":       "owner: ' @x '\nlabels: {b: x}\n",
		"rules/x/rules.yaml":        "groups: []",
		"rules/xy/rules.yaml":       "groups: []",
		"rules/y/monctl.yaml":       "groups: []", // a source of that name
		"rules/.hidden/monctl.cue":  `nonsense`,
		"elsewhere/monctl.cue":      `environments: x: {}`,
		"alertmanager/t/monctl.cue": `checks: severity: "route/receiver": "off"`,
	})
	p, diags, err := project.Load(dir)
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	if len(p.Exceptions) != 1 || p.Exceptions[0].Rule.Matches("HostDown") || p.Exceptions[0].Expires.Format("2006-01-02") != "2026-03-01" {
		t.Errorf("exceptions: %+v", p.Exceptions)
	}
	var files []string
	for _, f := range p.Fragments {
		files = append(files, f.File)
	}
	if diff := cmp.Diff([]string{"alertmanager/t/monctl.cue", "rules/monctl.cue", "rules/x/monctl.yaml"}, files); diff != "" {
		t.Errorf("fragments (-want +got):\n%s", diff)
	}
	for source, want := range map[string]map[string]string{
		"rules/x/rules.yaml":  {"a": "rules", "b": "x"},
		"rules/xy/rules.yaml": {"a": "rules", "b": "rules"},
		"dashboards/d.json":   nil,
		"":                    nil,
	} {
		if diff := cmp.Diff(want, p.LabelsOf(source)); diff != "" {
			t.Errorf("labels of %s (-want +got):\n%s", source, diff)
		}
	}
	if f := p.FragmentsOf("rules/x/rules.yaml"); len(f) != 2 || f[1].Owner != "@x" || f[1].At("/owner").Start.Line != 1 {
		t.Errorf("fragments of rules/x: %+v", f)
	}
	sources, err := p.FindSources(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, s := range sources {
		paths = append(paths, s.Path)
	}
	if diff := cmp.Diff([]string{"rules/x/rules.yaml", "rules/xy/rules.yaml", "rules/y/monctl.yaml"}, paths); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestFindAmongFragments(t *testing.T) {
	dir := write(t, map[string]string{
		".git/HEAD":                         "",
		"monctl.cue":                        `sources: dashboards: ["boards/**"]`,
		"rules/x/monctl.cue":                `owner: "@x"`,
		"boards/monctl.cue":                 `nonsense: {`,
		"examples/team/monctl.cue":          ``,
		"examples/team/rules/a/monctl.yaml": `owner: "@a"`,
		"broken/monctl.cue":                 `{`,
		"broken/rules/monctl.cue":           `owner: "@a"`,
		"plain/rules/x":                     ``,
	})
	for from, want := range map[string]string{
		".": ".", "rules": ".", "rules/x": ".", "boards": ".", "examples": ".", "examples/team": "examples/team",
		"examples/team/rules/a": "examples/team", "broken/rules": "broken", "plain/rules": ".",
	} {
		got, err := project.Find(filepath.Join(dir, from))
		if err != nil || got != filepath.Join(dir, want) {
			t.Errorf("from %s: %s, want %s; error %v", from, got, want, err)
		}
	}
}
