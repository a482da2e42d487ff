package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/cli"
)

// cachedProject has a source of every kind of question that a rendering asks.
var cachedProject = map[string]string{
	"monctl.cue":              cachedProjectFile,
	"env.txt":                 "from a file",
	"rules/a.jsonnet":         "function(who='x') { groups: [{ name: 'a', rules: [{ record: 'a:b', expr: '%d + %s' % [import 'one.libsonnet', importstr 'two.txt'], labels: { e: std.extVar('edit'), f: std.extVar('file'), who: who, n: std.toString(importbin 'three.bin') } }] }] }",
	"rules/b.yaml":            "groups: [{name: b, rules: [{record: 'b:c', expr: up}]}]",
	"rules/team/c.cue":        "package team\ngroups: [{name: \"c\", rules: [{record: \"c:d\", expr: _query}]}]",
	"rules/team/more.cue":     "package team\n_query: \"up == 1\"",
	"rules/team/monctl.cue":   "labels: team: \"c\"",
	"dashboards/d.json":       `{"title": "D", "uid": "d", "panels": []}`,
	"vendor/one.libsonnet":    "1",
	"vendor/two.txt":          "2",
	"lib/three.bin":           "3",
	"alertmanager/main.yaml":  "route: {receiver: a}\nreceivers: [{name: a}]",
	"tests/t_test.yaml":       "rule_files: ['monctl:bundle']\ntests: []",
	"elsewhere/one.libsonnet": "3",
	"elsewhere/rules/x.yaml":  "groups: [{name: x, rules: [{record: 'x:y', expr: up}]}]",
	".github/CODEOWNERS":      "* @org/all",
}

const cachedProjectFile = `environments: {
	one: {ext: {edit: "1", file: {file: "env.txt"}}}
	two: {ext: {edit: "2", file: {file: "env.txt"}}, labels: region: "x"}
}
jsonnet: jpath: ["lib", "vendor"]
`

// alternatives are other contents that a file may get: good ones, and broken
// ones.
var alternatives = map[string][]string{
	"monctl.cue": {
		strings.Replace(cachedProjectFile, `["lib", "vendor"]`, `["vendor", "lib"]`, 1), strings.Replace(cachedProjectFile, `edit: "2"`, `edit: "3"`, 1),
		cachedProjectFile + "sources: dashboards: [\"boards/**\"]\n", "environments: {",
	},
	"env.txt":               {"another", ""},
	"rules/a.jsonnet":       {"{ groups: [] }", "{", "{ groups: [{ name: 'a', rules: [{ record: 'a:b', expr: std.toString(import 'lazy.libsonnet') }] }] }"},
	"rules/b.yaml":          {"groups: []", "a: [", "groups: [{name: b, rules: [{record: 'b:c', expr: down}]}]"},
	"rules/new.jsonnet":     {"{ groups: [{ name: 'n', rules: [{ record: 'n:o', expr: importstr 'two.txt' }] }] }"},
	"rules/team/c.cue":      {"package team\ngroups: []", "package other\ngroups: [{name: \"c\", rules: []}]"},
	"rules/team/more.cue":   {"package team\n_query: \"up == 0\"", "package other"},
	"rules/team/extra.cue":  {"package team\n_query: string", "package team\n_query: 1"},
	"rules/team/monctl.cue": {"labels: team: \"d\"", "owner: \"@me\"", "nonsense: 1"},
	"rules/monctl.yaml":     {"labels: {team: e}", "groups: [{name: m, rules: []}]"},
	"cue.mod/module.cue":    {"module: \"example.org/x\"\nlanguage: version: \"v0.9.0\""},
	"boards/e.json":         {`{"title": "E", "uid": "e", "panels": []}`},
	"dashboards/d.json":     {`{"title": "D2", "uid": "d", "panels": []}`, "{"},
	"vendor/one.libsonnet":  {"2", "import 'two.txt'", "1 // the same"},
	"lib/one.libsonnet":     {"5", "1"}, // found before that of vendor
	"rules/one.libsonnet":   {"6"},
	"lib/two.txt":           {"7"},
	"vendor/two.txt":        {"8"},
	"lib/three.bin":         {"\xff\x00", "4"},
	"lib/lazy.libsonnet":    {"9"},
	"rules/.hidden.yaml":    {"a: ["},
	"notes.txt":             {"has nothing to do with it"},
	"CODEOWNERS":            {"* @org/other"},
}

// TestRenderCacheIsNeverStale edits a project at random and holds what render
// says and writes with a cache against what it does without.
func TestRenderCacheIsNeverStale(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			p := &cachedRun{t: t, dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 1))}
			for name, text := range cachedProject {
				p.write(name, text)
			}
			args := [][]string{nil, nil, {"--env", "one"}, {"-V", "edit=4"}, {"-V", "edit"}, {"--ext-str-file", "file=notes.txt"}, {"-A", "who=me"}, {"--format", "kubernetes"}}
			var flags []string
			for range 24 {
				p.log = append(p.log, p.edit())
				if p.random.IntN(4) == 0 { // what is kept is for the same flags
					flags = args[p.random.IntN(len(args))]
				}
				p.compare(flags)
			}
			if p.good < 16 {
				t.Errorf("only %d renderings found no fault, so there was not much to keep", p.good)
			}
		})
	}
}

type cachedRun struct {
	t      *testing.T
	dir    string
	random *rand.Rand
	log    []string
	edits  int
	// undo takes the last edit back; good counts what rendered, broken says
	// that the last did not.
	undo   func()
	good   int
	broken bool
}

func (r *cachedRun) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

func (r *cachedRun) write(name, text string) {
	r.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(r.path(name)), 0o750), os.WriteFile(r.path(name), []byte(text), 0o600)); err != nil {
		r.t.Fatal(err)
	}
}

// edit changes one thing, or takes the edit before back, always if it broke
// something.
func (r *cachedRun) edit() string {
	r.edits++
	if r.undo != nil && (r.broken || r.random.IntN(2) == 0) {
		r.undo()
		r.undo = nil
		return "take it back"
	}
	names := slices.Sorted(maps.Keys(alternatives))
	name := names[r.random.IntN(len(names))]
	switch r.random.IntN(8) {
	case 0:
		name = "rules/more" // a folder
	case 1, 2:
		name = "rules/new.jsonnet" // which only the list of its folder tells of
	}
	path := r.path(name)
	aside := filepath.Join(r.t.TempDir(), "aside")
	_ = os.Rename(path, aside) // there may be none
	r.undo = func() {
		_ = os.Remove(path)
		_ = os.Rename(aside, path)
	}
	texts := alternatives[name]
	to := r.path("elsewhere/" + filepath.Base(name))
	if name == "rules/more" {
		to = r.path("elsewhere/rules")
	}
	switch way := r.random.IntN(8); {
	case name == "rules/more" || way == 0:
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.Symlink(to, path)); err != nil {
			r.t.Fatal(err)
		}
		return "link " + name
	case way == 1:
		return "remove " + name
	case way == 2:
		renamed := filepath.Join(filepath.Dir(path), "renamed-"+filepath.Base(path))
		if os.Rename(aside, renamed) == nil {
			r.undo = func() { _ = os.Rename(renamed, path) }
		}
		return "rename " + name
	default:
		r.write(name, texts[r.random.IntN(len(texts))])
		return "change " + name
	}
}

// compare renders with the cache and without, to see and to write; with it
// twice, so that the second time something is known.
func (r *cachedRun) compare(args []string) {
	r.t.Helper()
	for _, step := range [][]string{{"--check", "-o", "json"}, {}, {"--check"}, {"--check", "-o", "json"}} {
		step = append(slices.Clone(args), step...)
		fresh := r.run("off", "plain", step)
		if r.broken = strings.HasSuffix(fresh, "exit code 3"); strings.HasSuffix(fresh, "exit code 0") {
			r.good++
		}
		if diff := cmp.Diff(fresh, r.run("auto", "cached", step)); diff != "" {
			r.t.Fatalf("render %q is another one with the cache (-without +with):\n%s\nafter:\n%s", step, diff, strings.Join(r.log, "\n"))
		}
	}
	if diff := cmp.Diff(r.tree("plain"), r.tree("cached")); diff != "" {
		r.t.Fatalf("render %q has written another tree (-without +with):\n%s\nafter:\n%s", args, diff, strings.Join(r.log, "\n"))
	}
}

// run renders to a folder of its own.
func (r *cachedRun) run(mode, out string, args []string) string {
	var text bytes.Buffer
	sys := cli.System{
		Args:   append([]string{"render", "--cache", mode, "--out", out}, args...),
		Stdout: &text, Stderr: &text, Dir: r.dir,
		Getenv:    func(name string) (string, bool) { return fmt.Sprint(r.edits / 4), name == "edit" },
		Interrupt: context.WithCancel,
	}
	code := cli.Main(sys)
	return fmt.Sprintf("%s\nexit code %d", strings.ReplaceAll(text.String(), out, "OUT"), code)
}

func (r *cachedRun) tree(out string) map[string]string {
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(r.path(out)), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // there is no tree yet
		}
		data, err := os.ReadFile(filepath.Join(r.path(out), name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return files
}
