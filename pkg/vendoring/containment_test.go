package vendoring_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/vendoring"
)

// Each of these makes jb v0.6.0 write or link outside vendor, or could make
// another extractor do so (zip-slip).
func TestNothingGetsOutOfVendor(t *testing.T) {
	evil := []entry{{mode: file, name: "pwned", data: "!"}}
	for name, tc := range map[string]struct {
		entries []entry
		// requires is the project's file, if it is not one dependency on evil.
		requires string
		code     string
	}{
		"parent as a name":           {entries: []entry{{mode: directory, name: "..", entries: evil}}},
		"path as a name":             {entries: []entry{{mode: file, name: "../../../../pwned", data: "!"}}},
		"absolute name":              {entries: []entry{{mode: file, name: "/tmp/pwned", data: "!"}}},
		"backslashes":                {entries: []entry{{mode: file, name: `..\..\pwned`, data: "!"}}},
		"dot":                        {entries: []entry{{mode: directory, name: ".", entries: evil}}},
		"repository within":          {entries: []entry{{mode: directory, name: ".git", entries: []entry{{mode: file, name: "config", data: "!"}}}}},
		"repository, other case":     {entries: []entry{{mode: directory, name: ".GIT", entries: evil}}},
		"control character":          {entries: []entry{{mode: file, name: "a\nb", data: "!"}}},
		"staging name":               {entries: []entry{{mode: directory, name: ".monctl-x", entries: evil}}},
		"absolute link":              {entries: []entry{{mode: link, name: "l", data: "/etc/passwd"}}},
		"link out":                   {entries: []entry{{mode: link, name: "l", data: "../../../../outside"}}},
		"link out of a directory":    {entries: []entry{{mode: directory, name: "d", entries: []entry{{mode: link, name: "l", data: "../../../../../outside"}}}}},
		"link out through a link":    {entries: []entry{{mode: link, name: "a", data: "../../.."}, {mode: link, name: "b", data: "a/../jsonnetfile.json"}}},
		"file through a link":        {entries: []entry{{mode: link, name: "d", data: "../../.."}, {mode: directory, name: "d", entries: evil}}},
		"directory becomes a link":   {entries: []entry{{mode: directory, name: "d", entries: evil}, {mode: link, name: "d", data: ".."}}},
		"the same file twice":        {entries: []entry{{mode: file, name: "x", data: "1"}, {mode: file, name: "x", data: "2"}}},
		"subdirectory":               {requires: requires(dep(lib("evil"), "../../../../outside", "main"))},
		"subdirectory in the middle": {requires: requires(dep(lib("evil"), "a/../../../../../outside", "main"))},
		"owner":                      {requires: requires(dep("https://git.example.org/../../evil.git", "", "main"))},
		"short name":                 {requires: `{"version": 1, "dependencies": [{"source": {"git": {"remote": "` + lib("evil") + `", "subdir": ""}}, "version": "main", "name": "../out"}]}`},
		"short name of a package":    {entries: files(map[string]string{"jsonnetfile.json": `{"version": 1, "dependencies": [{"source": {"git": {"remote": "` + lib("evil") + `", "subdir": "x"}}, "version": "main", "name": "../out"}]}`})},
		"subdirectory of a package":  {entries: files(map[string]string{"jsonnetfile.json": requires(dep(lib("evil"), "../../../../outside", "main"))})},
		"local of a package":         {entries: files(map[string]string{"jsonnetfile.json": requires(`{"source": {"local": {"directory": "../../../../outside"}}, "version": ""}`)})},
		"absolute local":             {entries: files(map[string]string{"jsonnetfile.json": requires(`{"source": {"local": {"directory": "/etc"}}, "version": ""}`)})},
		"package within a link": {
			entries:  files(map[string]string{"git.example.org/x": "", "jsonnetfile.json": requires(`{"source": {"local": {"directory": "git.example.org"}}, "version": ""}`)}),
			requires: requires(dep(lib("evil"), "", "main")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			entries := tc.entries
			if entries == nil {
				entries = evil
			}
			h.commit("team/evil", "main", entries...)
			h.commit("team/good", "main", files(map[string]string{"x": "1"})...)
			content := tc.requires
			if content == "" {
				content = requires(dep(lib("evil"), "", "main"))
			}
			dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("good"), "", "main")), "../outside/x": "untouched"})
			h.must(dir, vendoring.Request{})
			h.check(os.WriteFile(filepath.Join(dir, "jsonnetfile.json"), []byte(content), 0o600))
			before := snapshot(t, filepath.Dir(dir))
			_, diags := h.install(dir, vendoring.Request{})
			if !diags.HasErrors() {
				t.Fatalf("installed, with findings %v", diags)
			}
			for _, d := range diags {
				if d.Code != "vendor/containment" && d.Code != "vendor/source" {
					t.Errorf("finding %v", d)
				}
			}
			if diff := cmp.Diff(before, snapshot(t, filepath.Dir(dir))); diff != "" {
				t.Errorf("the refused package changed (-before +after):\n%s", diff)
			}
		})
	}
}

// What the project's own tree has in vendor must not lead a run out of it.
func TestLinksInVendorAreNotFollowed(t *testing.T) {
	h := newHost(t)
	h.commit("team/good", "main", files(map[string]string{"x": "1"})...)
	for _, name := range []string{"git.example.org", "git.example.org/team", "git.example.org/team/good"} {
		dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("good"), "", "main")), "../outside/team/good/y": "untouched", "../outside/good/y": "untouched"})
		at := filepath.Join(dir, "vendor", filepath.FromSlash(name))
		h.check(os.MkdirAll(filepath.Dir(at), 0o750))
		h.check(os.Symlink(filepath.Join(filepath.Dir(dir), "outside"), at))
		before := snapshot(t, filepath.Join(filepath.Dir(dir), "outside"))
		h.must(dir, vendoring.Request{})
		if diff := cmp.Diff(before, snapshot(t, filepath.Join(filepath.Dir(dir), "outside"))); diff != "" {
			t.Errorf("%s: (-before +after):\n%s", name, diff)
		}
		if got := snapshot(t, dir)["vendor/git.example.org/team/good/x"]; got != "1" {
			t.Errorf("%s: installed %q", name, got)
		}
	}
}

func TestBombsAreRefused(t *testing.T) {
	h := newHost(t)
	h.commit("team/many", "main", files(map[string]string{"a": "", "b": "", "c": ""})...)
	h.commit("team/large", "main", files(map[string]string{"a": "0123456789", "b": "0123456789"})...)
	for _, name := range []string{"many", "large"} {
		dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib(name), "", "main"))})
		before := snapshot(t, dir)
		_, diags := h.install(dir, vendoring.Request{}, func(o *vendoring.Options) { o.MaxFiles, o.MaxSize = 2, 15 })
		if len(diags) != 1 || diags[0].Code != "vendor/size" {
			t.Errorf("%s: findings %v", name, diags)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Errorf("%s: (-before +after):\n%s", name, diff)
		}
	}
}

// A failure in the last step takes back all the others.
func TestAFailedRunChangesNothing(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	h.commit("team/b", "main", files(map[string]string{"x": "1"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main")), "vendor/old/x": "1"})
	h.must(dir, vendoring.Request{})
	h.commit("team/a", "main", files(map[string]string{"x": "2"})...)
	h.check(os.MkdirAll(filepath.Join(dir, "vendor", "stale"), 0o750))
	p, diags, err := vendoring.Load(vendoring.Options{Dir: dir, Repos: h.client()})
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	// The file that is written last cannot be replaced by then.
	h.check(os.Remove(filepath.Join(dir, "jsonnetfile.lock.json")))
	h.check(os.MkdirAll(filepath.Join(dir, "jsonnetfile.lock.json", "in the way"), 0o750))
	before := snapshot(t, dir)
	if _, _, err := p.Install(t.Context(), vendoring.Request{Add: []vendoring.Addition{{URI: "git.example.org/team/b@main"}, {URI: "git.example.org/team/a@main"}}, All: true}); err == nil {
		t.Fatal("the run did not fail")
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
