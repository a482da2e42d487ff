package vendoring_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/vendoring"
)

func TestInstallWritesWhatJBWrites(t *testing.T) {
	h := newHost(t)
	leaf := h.commit("team/leaf", "main", files(map[string]string{"leaf.libsonnet": "{}\n"})...)
	mixin := h.commit("team/mixins", "master", files(map[string]string{
		"node/mixin.libsonnet": "{ a: 1 }\n", "node/jsonnetfile.json": requires(dep(lib("leaf"), "", "main")), "other/x": "x",
	})...)
	dir := project(t, map[string]string{"jsonnetfile.json": `{"dependencies": [` + dep(lib("mixins"), "node", "master") + `, {"source": {"local": {"directory": "shared"}}, "version": ""}], "version": 1}`, "shared/s": "s"})
	result := h.must(dir, vendoring.Request{})
	want := []vendoring.PackageChange{
		{Path: "git.example.org/team/leaf", Action: "add", To: leaf}, {Path: "git.example.org/team/mixins/node", Action: "add", To: mixin}, {Path: "shared", Action: "add"},
	}
	if diff := cmp.Diff(want, result.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	got := snapshot(t, dir)
	// The sums are those of jb v0.6.0 for these files: printf … | sha256sum, in
	// base64.
	lock := `{
  "version": 1,
  "dependencies": [
    {
      "source": {
        "git": {
          "remote": "https://git.example.org/team/leaf.git",
          "subdir": ""
        }
      },
      "version": "` + leaf + `",
      "sum": "yj0WO6sFU4GCciYUBWjzvvfqrBh869doeOC2Pp5EI1Y="
    },
    {
      "source": {
        "git": {
          "remote": "https://git.example.org/team/mixins.git",
          "subdir": "node"
        }
      },
      "version": "` + mixin + `",
      "sum": "yZ5PFO032oK1crwHSSDfAKWn6nMByXkTFrxUfAv3Y2A="
    },
    {
      "source": {
        "local": {
          "directory": "shared"
        }
      },
      "version": ""
    }
  ],
  "legacyImports": false
}
`
	if diff := cmp.Diff(lock, got["jsonnetfile.lock.json"]); diff != "" {
		t.Errorf("lock file (-want +got):\n%s", diff)
	}
	for name, content := range map[string]string{
		"vendor/git.example.org/team/mixins/node/mixin.libsonnet": "{ a: 1 }\n",
		"vendor/git.example.org/team/leaf/leaf.libsonnet":         "{}\n",
		"vendor/shared": "→ ../shared", "vendor/leaf": "→ git.example.org/team/leaf", "vendor/node": "→ git.example.org/team/mixins/node",
	} {
		if got[name] != content {
			t.Errorf("%s is %q, want %q", name, got[name], content)
		}
	}
	if _, ok := got["vendor/git.example.org/team/mixins/other"]; ok {
		t.Error("a directory beside the required one was vendored")
	}
	again := h.must(dir, vendoring.Request{})
	if len(again.Changes) != 0 || again.Unchanged != 3 {
		t.Errorf("a second run changed %v", again)
	}
	if diff := cmp.Diff(got, snapshot(t, dir)); diff != "" {
		t.Errorf("a second run (-first +second):\n%s", diff)
	}
}

func TestLockDecidesUntilUpdate(t *testing.T) {
	h := newHost(t)
	first := h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	h.commit("team/b", "main", files(map[string]string{"x": "1"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"), dep(lib("b"), "", "main"))})
	h.must(dir, vendoring.Request{})
	second := h.commit("team/a", "main", files(map[string]string{"x": "2"})...)
	h.commit("team/b", "main", files(map[string]string{"x": "2"})...)
	h.check(os.RemoveAll(filepath.Join(dir, "vendor")))
	h.must(dir, vendoring.Request{})
	if got := snapshot(t, dir)["vendor/git.example.org/team/a/x"]; got != "1" {
		t.Errorf("installed %q, want what is locked", got)
	}
	result := h.must(dir, vendoring.Request{Update: []string{"a"}})
	want := []vendoring.PackageChange{{Path: "git.example.org/team/a", Action: "update", From: first, To: second}}
	if diff := cmp.Diff(want, result.Changes); diff != "" {
		t.Errorf("update of one (-want +got):\n%s", diff)
	}
	h.must(dir, vendoring.Request{All: true})
	if got := snapshot(t, dir)["vendor/git.example.org/team/b/x"]; got != "2" {
		t.Errorf("after an update of all, b has %q", got)
	}
}

func TestDiamonds(t *testing.T) {
	h := newHost(t)
	one := h.commit("team/base", "v1", files(map[string]string{"x": "1"})...)
	two := h.commit("team/base", "v2", files(map[string]string{"x": "2"})...)
	h.commit("team/base", "same-as-v1", files(map[string]string{"x": "1"})...)
	for name, version := range map[string]string{"left": "v1", "right": "v2", "too": "same-as-v1"} {
		h.commit("team/"+name, "main", files(map[string]string{"x": name, "jsonnetfile.json": requires(dep(lib("base"), "", version))})...)
	}
	both := requires(dep(lib("left"), "", "main"), dep(lib("right"), "", "main"))
	locked := func(t *testing.T, dir string) string {
		t.Helper()
		for _, v := range []string{one, two} {
			if strings.Contains(snapshot(t, dir)["jsonnetfile.lock.json"], v) {
				return v
			}
		}
		return ""
	}
	t.Run("conflict", func(t *testing.T) {
		dir := project(t, map[string]string{"jsonnetfile.json": both})
		before := snapshot(t, dir)
		_, diags := h.install(dir, vendoring.Request{})
		if len(diags) != 1 || diags[0].Code != "vendor/conflict" {
			t.Fatalf("findings:\n%v", diags)
		}
		d := diags[0]
		if want := "version v1 is required by git.example.org/team/left\nversion v2 is required by git.example.org/team/right"; d.Detail != want {
			t.Errorf("detail %q, want %q", d.Detail, want)
		}
		if d.Span.Start.Line != 1 || d.Span.Start.Column < 100 || !strings.Contains(d.Hint, "@VERSION") {
			t.Errorf("finding %+v", d)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Errorf("the failed run changed (-before +after):\n%s", diff)
		}
	})
	t.Run("first wins", func(t *testing.T) {
		dir := project(t, map[string]string{"jsonnetfile.json": both})
		h.must(dir, vendoring.Request{}, func(o *vendoring.Options) { o.FirstWins = true })
		if got := locked(t, dir); got != one {
			t.Errorf("locked %s, want v1", got)
		}
		h.must(dir, vendoring.Request{}) // the lock file decides from now on
	})
	t.Run("project decides", func(t *testing.T) {
		dir := project(t, map[string]string{"jsonnetfile.json": both})
		h.must(dir, vendoring.Request{Add: []vendoring.Addition{{URI: "git.example.org/team/base@v2"}}})
		if got := locked(t, dir); got != two {
			t.Errorf("locked %s, want v2", got)
		}
	})
	t.Run("two names of one commit", func(t *testing.T) {
		dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("left"), "", "main"), dep(lib("too"), "", "main"))})
		h.must(dir, vendoring.Request{})
	})
}

func TestPackagesThatRequireEachOther(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"jsonnetfile.json": requires(dep(lib("b"), "", "main"))})...)
	h.commit("team/b", "main", files(map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})
	if got := h.must(dir, vendoring.Request{}); len(got.Changes) != 2 {
		t.Errorf("changes %v", got.Changes)
	}
}

func TestWorkersDoNotMatter(t *testing.T) {
	h := newHost(t)
	var deps []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		h.commit("team/x"+name, "main", files(map[string]string{"x": name})...)
		h.commit("team/"+name, "main", files(map[string]string{"x": name, "jsonnetfile.json": requires(dep(lib("x"+name), "", "main"))})...)
		deps = append(deps, dep(lib(name), "", "main"))
	}
	var results []map[string]string
	for _, workers := range []int{1, 16} {
		dir := project(t, map[string]string{"jsonnetfile.json": requires(deps...)})
		h.must(dir, vendoring.Request{}, func(o *vendoring.Options) { o.Workers = workers })
		results = append(results, snapshot(t, dir))
	}
	if diff := cmp.Diff(results[0], results[1]); diff != "" {
		t.Errorf("one worker and many (-one +many):\n%s", diff)
	}
}

// A package within another one is replaced together with it.
func TestPackageWithinAPackage(t *testing.T) {
	h := newHost(t)
	old := h.commit("team/mono", "main", files(map[string]string{"x": "old", "sub/y": "old"})...)
	h.commit("team/mono", "main", files(map[string]string{"x": "new", "sub/y": "new"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("mono"), "sub", old), dep(lib("mono"), "", "main"))})
	for range 2 {
		h.must(dir, vendoring.Request{})
		got := snapshot(t, dir)
		if x, y := got["vendor/git.example.org/team/mono/x"], got["vendor/git.example.org/team/mono/sub/y"]; x != "new" || y != "old" {
			t.Errorf("the repository has %q, the directory within %q", x, y)
		}
	}
}

func TestSumCoversTheWalkUpToALinkThatLeadsNowhere(t *testing.T) {
	h := newHost(t)
	sum := func(entries ...entry) string {
		t.Helper()
		h.commit("team/a", "main", entries...)
		dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})
		h.must(dir, vendoring.Request{})
		_, rest, _ := strings.Cut(snapshot(t, dir)["jsonnetfile.lock.json"], `"sum": "`)
		s, _, _ := strings.Cut(rest, `"`)
		return s
	}
	plain := func(data string) string { return sum(entry{mode: file, name: "f", data: data}) }
	a, z := entry{mode: file, name: "a", data: "A"}, entry{mode: file, name: "z", data: "Z"}
	for name, tc := range map[string]struct {
		entries []entry
		hashed  string
	}{
		"names do not count":     {[]entry{a, z}, "AZ"},
		"walk order":             {[]entry{{mode: file, name: "b.x", data: "1"}, {mode: directory, name: "b", entries: []entry{{mode: file, name: "c", data: "2"}}}}, "21"},
		"link to a file":         {[]entry{a, {mode: link, name: "b", data: "z"}, z}, "AZZ"},
		"link to nowhere":        {[]entry{a, {mode: link, name: "b", data: "nowhere"}, z}, "A"},
		"link to a directory":    {[]entry{a, {mode: link, name: "b", data: "d"}, {mode: directory, name: "d", entries: []entry{a}}, z}, "A"},
		"link to a neighbour":    {[]entry{a, {mode: link, name: "b", data: "../other/x"}, z}, "A"},
		"submodule":              {[]entry{a, {mode: module, name: "b"}, z}, "AZ"},
		"empty":                  {nil, ""},
		"bits of the executable": {[]entry{{mode: executable, name: "a", data: "A"}}, "A"},
	} {
		if got, want := sum(tc.entries...), plain(tc.hashed); got != want {
			t.Errorf("%s: sum %s, want that of %q, %s", name, got, tc.hashed, want)
		}
	}
}

func TestWhatDoesNotBelongIsRemovedAsByJB(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	dir := project(t, map[string]string{
		"jsonnetfile.json": requires(dep(lib("a"), "", "main")), "vendor/README": "stays", "vendor/git.example.org/README": "stays",
		"vendor/old/x": "goes", "vendor/git.example.org/gone/x": "goes", "vendor/.monctl-left/x": "goes",
	})
	h.check(os.Symlink("old", filepath.Join(dir, "vendor", "short")))
	h.must(dir, vendoring.Request{})
	var names []string
	for name := range snapshot(t, filepath.Join(dir, "vendor")) {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{".", "README", "git.example.org", "git.example.org/README", "git.example.org/team", "git.example.org/team/a", "git.example.org/team/a/x"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("vendor (-want +got):\n%s", diff)
	}
}
