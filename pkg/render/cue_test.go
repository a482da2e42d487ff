package render_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
)

const cueModule = "module: \"example.org/mon@v0\"\nlanguage: version: \"v0.9.0\"\n"

func TestCUEPackages(t *testing.T) {
	dir := write(t, map[string]string{
		"cue.mod/module.cue":                       cueModule,
		"cue.mod/pkg/vendored.example.org/x/x.cue": "package x\nLevel: \"page\"\n",
		"lib/alerts/alerts.cue":                    "package alerts\n#Alert: {alert: string, expr: string, for: *\"5m\" | string, labels: {...}}\n",
		"rules/single.cue":                         "groups: [{name: \"g\", rules: [{record: \"a\", expr: \"up\"}]}]\n",
		"rules/db/a.cue": `package db

import (
	"strings"
	"example.org/mon/lib/alerts"
	"vendored.example.org/x"
)

groups: [{name: _name, rules: [alerts.#Alert & {alert: strings.ToUpper("down"), expr: "up{region=\"\(_region)\"} == 0", labels: severity: x.Level}]}]
_region: string @tag(region)
_n:      *1 | int @tag(count,type=int)
`,
		"rules/db/b.cue":       "package db\n_name: \"g\\(_n)\"\n",
		"rules/node/extra.cue": "package other\ngroups: [{name: \"g\", rules: []}]\n",
		"rules/top.cue":        "package mon\n\"x.yaml\": groups: [{name: \"g\", rules: []}]\n",
		"rules/defs.cue":       "package defs\n#Only: string\n",
		"monctl.cue":           "environments: {a: ext: {region: \"eu\", count: 3}, b: ext: {region: \"us\", count: \"4\"}}\n",
	})
	for env, want := range map[string][]string{"a": {"g3", "eu"}, "b": {"g4", "us"}} {
		out, diags := renderDir(t, dir, env)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		if diff := cmp.Diff([]string{"rules/db/" + want[0], "rules/node.other/g", "rules/single/g", "rules/x/g"}, refs(out)); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
		got := body(t, out, "rules/db/"+want[0])
		if want := `{"alert":"DOWN","expr":"up{region=\"` + want[1] + `\"} == 0","for":"5m","labels":{"severity":"page"}}`; !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
		o, _ := out.Bundle.Get(bundle.Ref{Kind: bundle.Rules, Space: "db", Name: want[0]})
		for pointer, place := range map[string]string{"/rules/0/for": "lib/alerts/alerts.cue:2:39", "/rules/0/labels": "rules/db/a.cue:9:121"} {
			if at := o.Origin.At(pointer).String(); at != place {
				t.Errorf("%s comes from %s, want %s", pointer, at, place)
			}
		}
	}
}

func TestCUEMistakes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"no such package", map[string]string{"cue.mod/module.cue": cueModule, "rules/a.cue": "import \"example.org/mon/gone\"\ngroups: gone.x\n"}, `rules/a.cue:1:8: error[cue/import]: package "example.org/mon/gone" has no files with "package gone" in gone`},
		{"no module", map[string]string{"rules/a.cue": "import \"example.org/x\"\ngroups: x.y\n"}, `rules/a.cue:1:8: error[cue/import]: package "example.org/x" is in no module: there is no cue.mod/module.cue around the file`},
		{"not vendored", map[string]string{"cue.mod/module.cue": cueModule, "rules/a.cue": "import \"other.org/x\"\ngroups: x.y\n"}, `rules/a.cue:1:8: error[cue/import]: package "other.org/x" has no files with "package x" in cue.mod/pkg/other.org/x, cue.mod/gen/other.org/x, cue.mod/usr/other.org/x`},
		{"cycle", map[string]string{"cue.mod/module.cue": cueModule, "rules/a.cue": "import \"example.org/mon/b\"\ngroups: b.x\n", "b/b.cue": "package b\nimport \"example.org/mon/b\"\nx: b.x\n"}, `b/b.cue:2:8: error[cue/import]: package example.org/mon/b imports itself`},
		{"syntax of an import", map[string]string{"cue.mod/module.cue": cueModule, "rules/a.cue": "import \"example.org/mon/b\"\ngroups: b.x\n", "b/b.cue": "package b\nx: [\n"}, `b/b.cue:2:6: error[cue/syntax]: expected ']', found 'EOF'`},
		{"conflict between files", map[string]string{"rules/a.cue": "package p\nx: 1\ngroups: []\n", "rules/b.cue": "package p\nx: 2\n"}, `rules/a.cue:2:4: error[cue/value]: x: conflicting values 2 and 1`},
		{"in an import", map[string]string{"cue.mod/module.cue": cueModule, "rules/a.cue": "import \"example.org/mon/b\"\ngroups: b.x\n", "b/b.cue": "package b\nx: [{name: string}]\n"}, `b/b.cue:2:12: error[cue/value]: groups.0.name: incomplete value string`},
		{"conflict with a definition", map[string]string{"rules/a.cue": "#S: \"page\" | \"ticket\"\ngroups: [{name: #S & \"low\"}]\n"}, `rules/a.cue:1:14: error[cue/value]: groups.0.name: conflicting values "ticket" and "low"`},
		{"unknown name", map[string]string{"rules/a.cue": "groups: [{name: nam}]\n"}, `rules/a.cue:1:17: error[cue/syntax]: groups.name: reference "nam" not found`},
		{"tag of a wrong type", map[string]string{"rules/a.cue": "groups: []\n_n: int @tag(n)\n", "monctl.cue": "environments: default: ext: n: \"x\"\n"}, `rules/a.cue:2:5: error[cue/value]: _n: conflicting values int and "x" (mismatched types int and string)`},
		{"tag that is no number", map[string]string{"rules/a.cue": "groups: []\n_n: int @tag(n,type=int)\n", "monctl.cue": "environments: default: ext: n: \"abc\"\n"}, `rules/a.cue:2:9: error[cue/value]: the tag n wants a value of type int, not "abc"`},
		{"explicit error", map[string]string{"rules/a.cue": "groups: [{name: _|_}]\n"}, `rules/a.cue:1:17: error[cue/value]: explicit error (_|_ literal) in source`},
		{"condition of a file", map[string]string{"rules/a.cue": "@if(prod)\npackage p\ngroups: []\n"}, `rules/a.cue:1:1: error[cue/syntax]: the attribute @if of a file is not supported`},
		{"embedding", map[string]string{"rules/a.cue": "@extern(embed)\npackage p\ngroups: _ @embed(file=a.json)\n"}, `rules/a.cue:1:1: error[cue/syntax]: the attribute @extern of a file is not supported`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, diags := renderDir(t, write(t, tc.files), "default")
			if diff := cmp.Diff(tc.want, diags.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCUEFilesThatAreIgnored(t *testing.T) {
	out, diags := renderDir(t, write(t, map[string]string{
		"rules/a.cue": "// Not yet.\n@ignore()\npackage p\ngroups: 1\n",
		"rules/b.cue": "package p\ngroups: [{name: \"g\", rules: [{record: \"a\", expr: \"up\"}]}]\n",
		"rules/c.cue": "@ignore()\nnonsense: here\n",
	}), "default")
	if diff := cmp.Diff([]string{"rules/p/g"}, refs(out)); diff != "" || len(diags) > 0 {
		t.Errorf("objects (-want +got):\n%s%v", diff, diags)
	}
}

func TestContradictionsShowTheirPlaces(t *testing.T) {
	_, diags := renderDir(t, write(t, map[string]string{"rules/a.cue": "package p\nx: 1\ngroups: []\n", "rules/b.cue": "package p\nx: 2\n"}), "default")
	if len(diags) != 1 || len(diags[0].Related) != 1 || diags[0].Related[0].Span.String() != "rules/b.cue:2:4" {
		t.Errorf("findings %+v", diags)
	}
}
