package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// exportEnvironments are those of the generated project of render-export.
var exportEnvironments = []string{"berlin", "tokyo", "us"}

const exportEntries = 20

// writeFiles writes files below a folder, by their slash-separated names.
func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return fmt.Errorf("make the project: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("make the project: %w", err)
		}
	}
	return nil
}

// components are the files of a library with so many components. The same
// number makes the same files.
func components(n int) map[string]string {
	r := rand.New(rand.NewPCG(uint64(n), 4)) //nolint:gosec // it is test data
	files := map[string]string{"lib/config.libsonnet": mixinConfig, "lib/lib.libsonnet": mixinLibrary}
	for i := range n {
		files[fmt.Sprintf("lib/component%d.libsonnet", i)] = component(r, i)
	}
	return files
}

// writeExport writes one project for both monctl and Tanka: 20 entries in three
// environments, each of so many of the components that they share. For Tanka an
// environment is a folder, so there are 60 of them. An entry is the same
// function in both, and evaluates to two PrometheusRules.
func writeExport(dir string, each int) error {
	files := components(each + exportEntries - 1)
	files["lib/export.libsonnet"] = exportLibrary
	files["jsonnetfile.json"] = "{}\n"
	var envs strings.Builder
	for _, env := range exportEnvironments {
		fmt.Fprintf(&envs, "environments: %s: ext: env: %q\n", env, env)
	}
	files["monctl.cue"] = envs.String()
	for i := range exportEntries {
		var imports strings.Builder
		for j := range each {
			fmt.Fprintf(&imports, "  import 'component%d.libsonnet',\n", i+j)
		}
		files[fmt.Sprintf("lib/entries/entry%d.libsonnet", i)] = fmt.Sprintf("function(env) (import 'export.libsonnet')('entry%d', env, [\n%s])\n", i, &imports)
		files[fmt.Sprintf("rules/entry%d.jsonnet", i)] = fmt.Sprintf("(import 'entries/entry%d.libsonnet')(std.extVar('env'))\n", i)
		for _, env := range exportEnvironments {
			folder := fmt.Sprintf("environments/entry%d-%s/", i, env)
			files[folder+"main.jsonnet"] = fmt.Sprintf("(import 'entries/entry%d.libsonnet')('%s')\n", i, env)
			files[folder+"spec.json"] = fmt.Sprintf(`{"apiVersion": "tanka.dev/v1alpha1", "kind": "Environment", "metadata": {"name": %q}, "spec": {"apiServer": "https://localhost", "namespace": %q}}`+"\n", strings.TrimSuffix(folder, "/"), env)
		}
	}
	return writeFiles(dir, files)
}

// exportLibrary makes Kubernetes objects of components. The dashboards are
// evaluated for their sum: monctl and Tanka write them in different ways.
const exportLibrary = `function(name, env, parts)
  local patched = [(import 'config.libsonnet') + p + { _config+:: { cluster: env } } for p in parts];
  local rule(suffix, groups) = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: name + '-' + suffix, namespace: env },
    spec: { groups: groups },
  };
  {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      rule('alerts', std.flattenArrays([p.prometheusAlerts.groups for p in patched])) {
        metadata+: { annotations: { dashboards: std.md5(std.toString([p.grafanaDashboards for p in patched])) } },
      },
      rule('rules', std.flattenArrays([p.prometheusRules.groups for p in patched])),
    ],
  }
`

// writeMixinProject writes a project whose one Jsonnet entry is a mixin of so
// many components; by 60 of them it renders to as much as kubernetes-mixin. A
// rule file in YAML stands beside it.
func writeMixinProject(dir string, n int) error {
	files := components(n)
	var imports strings.Builder
	for i := range n {
		fmt.Fprintf(&imports, "  (import 'component%d.libsonnet') +\n", i)
	}
	files["rules/mixin.jsonnet"] = fmt.Sprintf(mixinEntry, &imports)
	files["rules/plain.yaml"] = "groups: [{name: plain, rules: [{record: 'plain:up:sum', expr: sum(up) > 0}]}]\n"
	files["monctl.cue"] = `environments: default: ext: edit: "0"` + "\n"
	return writeFiles(dir, files)
}

const mixinEntry = `local threshold = 90;
local mixin =
%s  (import 'config.libsonnet') + { _config+:: { cluster: 'prod', thresholds+: { info: threshold } } };
{
  prometheusAlerts: mixin.prometheusAlerts,
  prometheusRules: mixin.prometheusRules,
  grafanaDashboards: mixin.grafanaDashboards,
}
`

// writeEntries writes a project with so many entries of one size.
func writeEntries(dir string, n int) error {
	files := components(1)
	for i := range n {
		files[fmt.Sprintf("rules/entry%d.jsonnet", i)] = fmt.Sprintf(entrySource, i)
	}
	files["monctl.cue"] = "environments: default: {}\n"
	return writeFiles(dir, files)
}

const entrySource = `local name = 'entry%d';
local mixin = (import 'config.libsonnet') + (import 'component0.libsonnet');
{
  prometheusAlerts: { groups: [g { name: name + super.name } for g in mixin.prometheusAlerts.groups] },
  prometheusRules: { groups: [g { name: name + super.name } for g in mixin.prometheusRules.groups] },
  grafanaDashboards: { [name + d]: mixin.grafanaDashboards[d] { uid: name } for d in std.objectFields(mixin.grafanaDashboards) },
}
`
