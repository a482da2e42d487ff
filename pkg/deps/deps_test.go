package deps_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/deps"
	"github.com/monctl/monctl/pkg/jsonnet"
)

func graph(t *testing.T, files map[string]string, entries ...string) *deps.Graph {
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
	g := deps.New(jsonnet.NewImporter(dir, []string{"lib"}, nil))
	for _, entry := range entries {
		if diags, err := g.Add(entry); err != nil || len(diags) > 0 {
			t.Fatal(entry, err, diags)
		}
	}
	return g
}

func TestTouched(t *testing.T) {
	// b reads the text of shared, so what shared imports is not its business.
	g := graph(t, map[string]string{
		"rules/a.jsonnet":      "import 'shared.libsonnet'",
		"rules/b.jsonnet":      "importstr 'shared.libsonnet'",
		"rules/c.yaml":         "a: 1",
		"lib/shared.libsonnet": "[import 'leaf.libsonnet', import 'gone.libsonnet', import 'shared.libsonnet']",
		"lib/leaf.libsonnet":   "{}",
	}, "rules/b.jsonnet", "rules/a.jsonnet", "rules/c.yaml")
	sources := []deps.Source{
		{Path: "rules/a.jsonnet", Environments: []string{"us", "tokyo"}},
		{Path: "rules/b.jsonnet", Environments: []string{"tokyo"}},
		{Path: "rules/c.yaml", Environments: []string{"berlin"}},
		{Path: "rules/d.jsonnet", Environments: []string{"oslo"}, Read: []string{"data.txt"}},
	}
	for changed, want := range map[string]struct{ sources, environments []string }{
		"lib/leaf.libsonnet":     {[]string{"rules/a.jsonnet"}, []string{"tokyo", "us"}},
		"lib/shared.libsonnet":   {[]string{"rules/a.jsonnet", "rules/b.jsonnet"}, []string{"tokyo", "us"}},
		"rules/shared.libsonnet": {[]string{"rules/a.jsonnet", "rules/b.jsonnet"}, []string{"tokyo", "us"}},
		"lib/gone.libsonnet":     {[]string{"rules/a.jsonnet"}, []string{"tokyo", "us"}},
		"rules/c.yaml":           {[]string{"rules/c.yaml"}, []string{"berlin"}},
		"data.txt":               {[]string{"rules/d.jsonnet"}, []string{"oslo"}},
		"other":                  {},
	} {
		touched, environments := g.Touched(sources, changed)
		var names []string
		for _, s := range touched {
			names = append(names, s.Path)
		}
		if diff := cmp.Diff(want.sources, names); diff != "" {
			t.Errorf("%s: sources (-want +got):\n%s", changed, diff)
		}
		if diff := cmp.Diff(want.environments, environments); diff != "" {
			t.Errorf("%s: environments (-want +got):\n%s", changed, diff)
		}
	}
}

func TestClosureAndImporters(t *testing.T) {
	g := graph(t, map[string]string{
		"a.jsonnet":     "[import 'b.jsonnet', importbin 'data', import 'gone']",
		"b.jsonnet":     "import 'a.jsonnet'",
		"data":          "x",
		"lib/c.jsonnet": "1",
	}, "a.jsonnet", "lib/c.jsonnet")
	files, looked := g.Closure("a.jsonnet")
	if diff := cmp.Diff([]string{"a.jsonnet", "b.jsonnet", "data"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a.jsonnet", "b.jsonnet", "data", "gone", "lib/gone"}, looked); diff != "" {
		t.Errorf("looked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a.jsonnet", "b.jsonnet"}, g.Importers("data")); diff != "" {
		t.Errorf("importers (-want +got):\n%s", diff)
	}
}

func TestTouchedThroughCUE(t *testing.T) {
	g := graph(t, map[string]string{
		"cue.mod/module.cue":    "module: \"example.org/m\"",
		"rules/a.cue":           "package rules\nimport \"example.org/m/lib/limits\"\ngroups: limits.groups",
		"rules/b.cue":           "package rules\nx: 1",
		"rules/c.cue":           "package c\nimport \"strings\"\nx: strings.ToUpper(\"a\")",
		"lib/limits/limits.cue": "package limits\nimport \"example.org/m/lib/base\"\ngroups: base.groups",
		"lib/base/base.cue":     "package base\ngroups: []",
		"lib/base/loose.cue":    "groups: []",
	}, "rules/a.cue", "rules/b.cue", "rules/c.cue")
	sources := []deps.Source{{Path: "rules/a.cue"}, {Path: "rules/b.cue"}, {Path: "rules/c.cue"}}
	for changed, want := range map[string][]string{
		"lib/base/base.cue":     {"rules/a.cue", "rules/b.cue"},
		"lib/limits/limits.cue": {"rules/a.cue", "rules/b.cue"},
		"rules/b.cue":           {"rules/a.cue", "rules/b.cue"},
		"rules/c.cue":           {"rules/c.cue"},
		"lib/base/loose.cue":    nil,
	} {
		touched, _ := g.Touched(sources, changed)
		var names []string
		for _, s := range touched {
			names = append(names, s.Path)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("touched by %s (-want +got):\n%s", changed, diff)
		}
	}
}
