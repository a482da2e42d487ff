package vendoring_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/vendoring"
)

// The forms are those of jb's own tests, and what each is written as.
func TestAdd(t *testing.T) {
	h := newHost(t)
	for _, repo := range []string{"foo/bar", "group/sub/repository", "~user/repository", "first.last/project"} {
		h.commit(repo, "main", files(map[string]string{"baz/bat/x": "1", "x": "1"})...)
		h.commit(repo, "v1", files(map[string]string{"baz/bat/x": "1"})...)
		h.commit(repo, "feature/x", files(map[string]string{"baz/bat/x": "1"})...)
	}
	git := func(remote, subdir, version string) string {
		return `{
  "version": 1,
  "dependencies": [
    {
      "source": {
        "git": {
          "remote": "` + remote + `",
          "subdir": "` + subdir + `"
        }
      },
      "version": "` + version + `"
    }
  ],
  "legacyImports": true
}
`
	}
	for uri, want := range map[string]string{
		"git.example.org/foo/bar":                              git("https://git.example.org/foo/bar.git", "", "main"),
		"https://git.example.org/foo/bar":                      git("https://git.example.org/foo/bar.git", "", "main"),
		"https://git.example.org/foo/bar.git@v1":               git("https://git.example.org/foo/bar.git", "", "v1"),
		"git.example.org/foo/bar@feature/x":                    git("https://git.example.org/foo/bar.git", "", "feature/x"),
		"git.example.org/foo/bar/baz/bat@v1":                   git("https://git.example.org/foo/bar.git", "baz/bat", "v1"),
		"git.example.org/group/sub/repository.git/baz@v1":      git("https://git.example.org/group/sub/repository.git", "baz", "v1"),
		"git.example.org/~user/repository.git":                 git("https://git.example.org/~user/repository.git", "", "main"),
		"https://git.example.org/first.last/project":           git("https://git.example.org/first.last/project.git", "", "main"),
		"ssh://git@git.example.org/foo/bar.git/baz@v1":         git("ssh://git@git.example.org/foo/bar.git", "baz", "v1"),
		"git+ssh://git@git.example.org/foo/bar.git":            git("ssh://git@git.example.org/foo/bar.git", "", "main"),
		"git@git.example.org:foo/bar.git/baz@v1":               git("ssh://git@git.example.org/foo/bar.git", "baz", "v1"),
		"https://user:password@git.example.org/foo/bar.git@v1": git("https://git.example.org/foo/bar.git", "", "v1"),
		"file://" + h.dir + "/foo/bar.git/baz@v1":              git("file://"+h.dir+"/foo/bar.git", "baz", "v1"),
	} {
		t.Run(uri, func(t *testing.T) {
			dir := project(t, map[string]string{"x": ""})
			if diags, err := vendoring.Init(dir); err != nil || len(diags) > 0 {
				t.Fatal(err, diags)
			}
			h.must(dir, vendoring.Request{Add: []vendoring.Addition{{URI: uri}}})
			got := snapshot(t, dir)
			if diff := cmp.Diff(want, got["jsonnetfile.json"]); diff != "" {
				t.Errorf("jsonnetfile.json (-want +got):\n%s", diff)
			}
			h.must(dir, vendoring.Request{})
			if diff := cmp.Diff(got, snapshot(t, dir)); diff != "" {
				t.Errorf("a second run (-first +second):\n%s", diff)
			}
		})
	}
	for uri, code := range map[string]string{
		"example.com/foo": "vendor/source", "examplec/foo/bar": "vendor/source", "git@git.example.org:foo/bar": "vendor/source", "": "vendor/source",
		"./nowhere": "vendor/local", "/": "vendor/containment", "git.example.org/foo/bar/../../x@v1": "vendor/containment",
		"git.example.org/foo/none": "vendor/fetch", "git.example.org/foo/bar@v2": "vendor/version",
	} {
		dir := project(t, map[string]string{"jsonnetfile.json": requires()})
		before := snapshot(t, dir)
		_, diags := h.install(dir, vendoring.Request{Add: []vendoring.Addition{{URI: uri}}})
		if len(diags) != 1 || diags[0].Code != code {
			t.Errorf("%q: findings %v, want %s", uri, diags, code)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Errorf("%q (-before +after):\n%s", uri, diff)
		}
	}
}

func TestAddLocalDirectories(t *testing.T) {
	h := newHost(t)
	dir := project(t, map[string]string{
		"jsonnetfile.json": requires(), "libs/a/jsonnetfile.json": requires(`{"source": {"local": {"directory": "../b"}}, "version": ""}`), "libs/b/x": "1", "../c/x": "1",
	})
	h.must(dir, vendoring.Request{Add: []vendoring.Addition{{URI: "libs/a"}, {URI: "../c"}}})
	got := snapshot(t, dir)
	for name, want := range map[string]string{"vendor/a": "→ ../libs/a", "vendor/b": "→ ../libs/b", "vendor/c": "→ ../../c"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func TestSingleAndShortName(t *testing.T) {
	h := newHost(t)
	h.commit("team/b", "main", files(map[string]string{"x": "1"})...)
	h.commit("team/a", "main", files(map[string]string{"jsonnetfile.json": requires(dep(lib("b"), "", "main"))})...)
	dir := project(t, map[string]string{"jsonnetfile.json": `{"version": 1, "dependencies": []}`})
	h.must(dir, vendoring.Request{Add: []vendoring.Addition{{URI: "git.example.org/team/a", Single: true, LegacyName: "short"}}})
	got := snapshot(t, dir)
	if got["vendor/short"] != "→ git.example.org/team/a" || got["vendor/git.example.org/team/b"] != "" {
		t.Errorf("vendor is %v", got)
	}
}

// A file in the format before version 1 stays as it is.
func TestOldFormat(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"sub/x": "1"})...)
	old := `{"dependencies": [{"name": "thing", "source": {"git": {"remote": "https://git.example.org/team/a", "subdir": "sub/"}}, "version": "main"}]}`
	dir := project(t, map[string]string{"jsonnetfile.json": old})
	h.must(dir, vendoring.Request{})
	got := snapshot(t, dir)
	if got["jsonnetfile.json"] != old || got["vendor/thing"] != "→ git.example.org/team/a/sub" {
		t.Errorf("after the run: %v", got)
	}
	h.check(os.RemoveAll(filepath.Join(dir, "vendor")))
	h.must(dir, vendoring.Request{})
	if diff := cmp.Diff(got, snapshot(t, dir)); diff != "" {
		t.Errorf("from the lock file (-before +after):\n%s", diff)
	}
}

// Local directories of a package are read from its one tree, in parallel.
func TestLocalDirectoriesOfAPackage(t *testing.T) {
	h := newHost(t)
	all, deps := map[string]string{}, []string{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		all[name+"/jsonnetfile.json"] = requires()
		all[name+"/x"] = name
		deps = append(deps, `{"source": {"local": {"directory": "`+name+`"}}, "version": ""}`)
	}
	all["jsonnetfile.json"] = requires(deps...)
	h.commit("team/all", "main", files(all)...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("all"), "", "main"))})
	for range 2 { // the second time from vendor
		h.must(dir, vendoring.Request{}, func(o *vendoring.Options) { o.Workers = 8 })
		if got := snapshot(t, dir)["vendor/c"]; got != "→ git.example.org/team/all/c" {
			t.Errorf("vendor/c is %q", got)
		}
	}
}
