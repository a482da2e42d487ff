package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
)

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// validate validates a project and returns its pass with the findings.
func validate(t *testing.T, dir string, envs ...string) *pipeline.Pass {
	t.Helper()
	p, err := pipeline.Start(pipeline.Options{
		Dir: dir, Library: lib.FS, Engine: jsonnet.Own(), Workers: 2, Environments: envs,
		Repositories: func() (*gitrepo.Client, error) {
			return gitrepo.New(gitrepo.Options{Cache: filepath.Join(dir, ".cache")}), nil
		},
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
	return p
}

const (
	lonelyAlert = "groups: [{name: g, rules: [{alert: A, expr: up == 0, for: 1m, labels: {severity: info, team: c}, annotations: {summary: s, description: d, runbook_url: 'https://x'}}]}]\n"
	routing     = "route:\n  receiver: default\n  routes: [{matchers: [team=\"a\"], receiver: a}]\nreceivers: [{name: default}, {name: a}, {name: unused}]\n"
	finding     = `rules/r.yaml:1:28: info[route/default-only]: no route takes alert "A", so it only reaches the default receiver "default"`
)

// project lays out a project with a context, and its surroundings.
func contextProject(t *testing.T, config string, around map[string]string) string {
	t.Helper()
	root := t.TempDir()
	writeFiles(t, root, around)
	dir := filepath.Join(root, "project")
	writeFiles(t, dir, map[string]string{"rules/r.yaml": lonelyAlert, "monctl.cue": config})
	return dir
}

func TestContext(t *testing.T) {
	manifest := `{"format_version": 1, "files": {}}`
	for _, tc := range []struct {
		name, config string
		around       map[string]string
		want         string
	}{
		{
			"rendered tree by environment", `{environments: {a: {}, b: {}}, context: [{path: "../routing/out"}]}`,
			map[string]string{
				"routing/out/a/alertmanager/alertmanager.yml": routing, "routing/out/a/alertmanager/manifest.json": manifest,
				"routing/out/b/alertmanager/alertmanager.yml": "route: {receiver: r}\nreceivers: [{name: r}]\n", "routing/out/b/alertmanager/manifest.json": manifest,
			},
			finding,
		},
		{
			"rendered tree of one environment", `context: [{path: "../routing/out/prod"}]`,
			map[string]string{"routing/out/prod/alertmanager/alertmanager.yml": routing, "routing/out/prod/alertmanager/manifest.json": manifest},
			finding,
		},
		{"loose files", `context: [{path: "../ops"}]`, map[string]string{"ops/am/alertmanager.yml": routing, "ops/values.yaml": "a: 1\n"}, finding},
		{
			"mapped", `{environments: {a: {}, b: {}}, context: [{path: "../ops", environments: {a: "one", b: ""}}]}`,
			map[string]string{"ops/one/alertmanager.yml": routing},
			finding,
		},
		{
			"own routing counts", `{sources: alertmanager: "am.yml", context: [{path: "../ops"}]}`,
			map[string]string{"ops/alertmanager.yml": routing, "project/am.yml": "route: {receiver: r}\nreceivers: [{name: r}]\n"},
			"",
		},
		{"no folder", `context: [{path: "../gone"}]`, nil, "monctl.cue:1:18: error[context/read]: there is no folder ../gone"},
		{"nothing in it", `context: [{path: "../ops"}]`, map[string]string{"ops/values.yaml": "a: 1\n"}, "monctl.cue:1:11: warning[context/empty]: there is no monitoring in ../ops"},
		{
			"an environment is missing", `{environments: {a: {}, b: {}}, context: [{path: "../ops"}]}`,
			map[string]string{"ops/a/alertmanager.yml": routing},
			"monctl.cue:1:42: error[context/read]: ../ops has no folder \"b\" for environment b\n" + finding,
		},
		{
			"broken file", `context: [{path: "../ops"}]`,
			map[string]string{"ops/a.yaml": "a: [\n"},
			"../ops/a.yaml:1: error[source/yaml]: did not find expected node content",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := validate(t, contextProject(t, tc.config, tc.around))
			if diff := cmp.Diff(tc.want, p.Diags.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, o := range p.Outputs {
				for _, obj := range o.Bundle.Objects() {
					if obj.Ref.Kind == "alertmanager" && !strings.HasPrefix(obj.Origin.At("").File, "am.yml") {
						t.Errorf("the bundle holds %s of the context", obj.Ref)
					}
				}
			}
		})
	}
}

func TestContextInGit(t *testing.T) {
	dir := contextProject(t, `context: [{git: "../routing", rev: "release", path: "out"}]`, nil)
	repo := filesystem.NewStorage(osfs.New(filepath.Join(filepath.Dir(dir), "routing")), cache.NewObjectLRUDefault())
	if err := repo.Init(); err != nil {
		t.Fatal(err)
	}
	store := func(kind plumbing.ObjectType, data string) plumbing.Hash {
		o := &plumbing.MemoryObject{}
		o.SetType(kind)
		if _, err := o.Write([]byte(data)); err != nil {
			t.Fatal(err)
		}
		h, err := repo.SetEncodedObject(o)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	branch := func(name, config string) {
		blob := store(plumbing.BlobObject, config)
		out := store(plumbing.TreeObject, "100644 alertmanager.yml\x00"+string(blob[:]))
		root := store(plumbing.TreeObject, "40000 out\x00"+string(out[:]))
		h := store(plumbing.CommitObject, "tree "+root.String()+"\nauthor a <a@example.org> 0 +0000\ncommitter a <a@example.org> 0 +0000\n\nchange\n")
		if err := repo.SetReference(plumbing.NewHashReference(plumbing.NewBranchReferenceName(name), h)); err != nil {
			t.Fatal(err)
		}
	}
	if err := repo.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, "refs/heads/main")); err != nil {
		t.Fatal(err)
	}
	branch("main", "route: {receiver: r}\nreceivers: [{name: r}]\n")
	branch("release", routing)

	p := validate(t, dir)
	if diff := cmp.Diff(finding, p.Diags.String()); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	related := p.Diags[0].Related
	if len(related) != 1 || related[0].Span.String() != "../routing@release:out/alertmanager.yml:3:3" {
		t.Errorf("related: %v", related)
	}
	if _, err := p.Open(related[0].Span.File); err != nil {
		t.Errorf("no excerpt: %v", err)
	}
	for _, tc := range []struct{ config, want, hint string }{
		{`context: [{git: "../routing", rev: "releas"}]`, `has no branch, tag or commit "releas"`, `did you mean "release"?`},
		{`context: [{git: "../routing", path: "gone"}]`, "../routing has no folder gone at HEAD", "path is relative to the repository"},
		{`context: [{git: "../gone"}]`, "gone", ""},
	} {
		writeFiles(t, dir, map[string]string{"monctl.cue": tc.config})
		p := validate(t, dir)
		if len(p.Diags) != 1 || p.Diags[0].Code != "context/read" || !strings.Contains(p.Diags[0].Summary, tc.want) || p.Diags[0].Hint != tc.hint {
			t.Errorf("%s:\n%v %+v", tc.config, p.Diags, p.Diags)
		}
	}
}
