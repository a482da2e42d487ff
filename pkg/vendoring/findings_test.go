package vendoring_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/vendoring"
)

func TestFindings(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"alerts/x": "1"})...)
	h.commit("team/bad", "main", files(map[string]string{"jsonnetfile.json": "{"})...)
	for name, tc := range map[string]struct{ file, want, hint string }{
		"syntax":        {"{\n  \"version\": 1,\n}", `jsonnetfile.json:3:1: error[vendor/file]`, ""},
		"empty object":  {"[]", `jsonnetfile.json:1:1: error[vendor/file]: the file is an object, not an array`, ""},
		"later version": {`{"version": 2}`, `jsonnetfile.json:1:13: error[vendor/file]: the version of the format is 1, not 2`, "a later version needs a later monctl"},
		"unknown field": {`{"version": 1, "dependancies": []}`, `jsonnetfile.json:1:16: warning[vendor/unknown-field]: the file has no field "dependancies"`, `did you mean "dependencies"?`},
		"wrong type":    {`{"version": 1, "dependencies": {}}`, `jsonnetfile.json:1:32: error[vendor/file]: dependencies is an array, not an object`, ""},
		"no source":     {`{"version": 1, "dependencies": [{"version": "x"}]}`, `jsonnetfile.json:1:33: error[vendor/source]: the dependency has no source`, `write "source": {"git": {"remote": …, "subdir": …}} or {"local": {"directory": …}}`},
		"remote":        {requires(dep("ftp://x/y", "", "main")), `error[vendor/source]: the remote "ftp://x/y" is not understood: scheme ftp:// is not supported`, "a remote is https://host/owner/name.git, ssh://git@host/owner/name.git or file:///path/name.git"},
		"branch":        {requires(dep(lib("a"), "", "mian")), `jsonnetfile.json:1:44: error[vendor/version]: https://git.example.org/team/a.git has no branch, tag or commit "mian"`, `did you mean "main"?`},
		"few versions":  {requires(dep(lib("a"), "", "v1.2.3")), `has no branch, tag or commit "v1.2.3"`, `there are: main`},
		"port":          {requires(dep("https://git.example.org:8443/team/a", "", "main")), `--mirror https://git.example.org/=https://git.example.org:8443/`, "a remote is https://host/owner/name.git, ssh://git@host/owner/name.git or file:///path/name.git"},
		"ssh user":      {requires(dep("ssh://git.example.org/team/a.git", "", "main")), `an SSH URL has the user git`, "a remote is https://host/owner/name.git, ssh://git@host/owner/name.git or file:///path/name.git"},
		"directory":     {requires(dep(lib("a"), "alert", "main")), `error[vendor/subdir]: https://git.example.org/team/a.git has no directory /alert in version main`, `did you mean "alerts"?`},
		"repository":    {requires(dep(lib("nothing"), "", "main")), `error[vendor/fetch]: https://git.example.org/team/nothing.git is no Git repository`, ""},
		"local":         {requires(`{"source": {"local": {"directory": "nowhere"}}, "version": ""}`), `error[vendor/local]: there is no directory nowhere`, ""},
		"in a package":  {requires(dep(lib("bad"), "", "main")), `vendor/git.example.org/team/bad/jsonnetfile.json:1:2: error[vendor/file]: jsonnetfile.json is no JSON: unexpected end of the document`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, map[string]string{"jsonnetfile.json": tc.file})
			_, diags := h.install(dir, vendoring.Request{})
			if len(diags) == 0 || !strings.Contains(diags.String(), tc.want) || diags[0].Hint != tc.hint {
				t.Errorf("findings %v with hint %q, want %s with %q", diags, diags[0].Hint, tc.want, tc.hint)
			}
		})
	}
}

func TestSumThatDiffersFromTheLockedOne(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})
	h.must(dir, vendoring.Request{})
	lock := filepath.Join(dir, "jsonnetfile.lock.json")
	data, err := os.ReadFile(lock)
	h.check(err)
	_, sum, _ := strings.Cut(string(data), `"sum": "`)
	h.check(os.WriteFile(lock, []byte(strings.Replace(string(data), sum[:8], "AAAAAAAA", 1)), 0o600))
	before := snapshot(t, dir)
	_, diags := h.install(dir, vendoring.Request{})
	if len(diags) != 1 || diags[0].Code != "vendor/sum" {
		t.Errorf("findings %v", diags)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// Who reads that a file in vendor is wrong finds none there.
func TestWhereAPackagesOwnFileComesFrom(t *testing.T) {
	h := newHost(t)
	commit := h.commit("team/bad", "main", files(map[string]string{"jsonnetfile.json": "{"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("bad"), "", "main"))})
	_, diags := h.install(dir, vendoring.Request{})
	if want := "the file is that of https://git.example.org/team/bad.git in version " + commit; len(diags) != 1 || diags[0].Detail != want {
		t.Errorf("findings %+v, want the detail %q", diags, want)
	}
}

func TestOffline(t *testing.T) {
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})
	p, _, err := vendoring.Load(vendoring.Options{Dir: dir, Repos: gitrepo.New(gitrepo.Options{Cache: t.TempDir(), Offline: true})})
	if err != nil {
		t.Fatal(err)
	}
	_, diags, err := p.Install(t.Context(), vendoring.Request{})
	if err != nil || len(diags) != 1 || diags[0].Code != "vendor/offline" {
		t.Errorf("findings %v, error %v", diags, err)
	}
}

func TestShortNameThatIsTaken(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	h.commit("other/a", "main", files(map[string]string{"x": "2"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": `{"version": 1, "dependencies": [` + dep(lib("a"), "", "main") + "," + dep("https://git.example.org/other/a.git", "", "main") + `]}`})
	_, diags := h.install(dir, vendoring.Request{})
	if len(diags) != 1 || diags[0].Code != "vendor/legacy-name" || diags.HasErrors() {
		t.Errorf("findings %v", diags)
	}
	if got := snapshot(t, dir)["vendor/a"]; got != "→ git.example.org/team/a" {
		t.Errorf("vendor/a is %q", got)
	}
}

func TestCheck(t *testing.T) {
	h := newHost(t)
	commit := h.commit("team/a", "main", files(map[string]string{"x": "1", "jsonnetfile.json": requires(dep(lib("b"), "", "main"))})...)
	h.commit("team/b", "main", files(map[string]string{"x": "1"})...)
	content := `{"version": 1, "dependencies": [` + dep(lib("a"), "", "main") + `, {"source": {"local": {"directory": "loc"}}, "version": ""}]}`
	other := strings.Repeat("ab", 20)
	for name, tc := range map[string]struct {
		spoil func(dir string) error
		want  []string
	}{
		"nothing":   {func(string) error { return nil }, nil},
		"no vendor": {func(dir string) error { return os.RemoveAll(filepath.Join(dir, "vendor")) }, []string{"git.example.org/team/a is not in vendor"}},
		"edited": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "vendor/git.example.org/team/b/x"), []byte("2"), 0o600)
		}, []string{"vendor/git.example.org/team/b is not what was locked: its files have another sum"}},
		"missing":    {func(dir string) error { return os.RemoveAll(filepath.Join(dir, "vendor/git.example.org/team/b")) }, []string{"git.example.org/team/b is not in vendor"}},
		"stale":      {func(dir string) error { return os.Mkdir(filepath.Join(dir, "vendor/old"), 0o750) }, []string{"nothing requires vendor/old"}},
		"killed":     {func(dir string) error { return os.Mkdir(filepath.Join(dir, "vendor/.monctl-1"), 0o750) }, []string{"vendor/.monctl-1 is left of a run that was killed"}},
		"short name": {func(dir string) error { return os.Remove(filepath.Join(dir, "vendor/b")) }, []string{"the link vendor/b to git.example.org/team/b is missing"}},
		"local":      {func(dir string) error { return os.Remove(filepath.Join(dir, "vendor/loc")) }, []string{"vendor/loc is not a link to loc"}},
		"not locked": {func(dir string) error { return os.Remove(filepath.Join(dir, "jsonnetfile.lock.json")) }, []string{"git.example.org/team/a is not locked"}},
		"another commit": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "jsonnetfile.json"), []byte(strings.Replace(content, `"main"`, `"`+other+`"`, 1)), 0o600)
		}, []string{"git.example.org/team/a is required at " + other + " and locked at " + commit}},
		"required no more": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "jsonnetfile.json"), []byte(requires(dep(lib("b"), "", "main"))), 0o600)
		}, []string{"git.example.org/team/a is locked, and nothing requires it", "loc is locked, and nothing requires it", "nothing requires vendor/git.example.org/team/a"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, map[string]string{"jsonnetfile.json": content, "loc/x": "1"})
			h.must(dir, vendoring.Request{})
			h.check(tc.spoil(dir))
			p, _, err := vendoring.Load(vendoring.Options{Dir: dir})
			h.check(err)
			diags, err := p.Check(t.Context())
			h.check(err)
			for _, want := range tc.want {
				if !strings.Contains(diags.String(), want) {
					t.Errorf("no finding %q in:\n%v", want, diags)
				}
			}
			if len(tc.want) == 0 && len(diags) > 0 {
				t.Errorf("findings:\n%v", diags)
			}
		})
	}
}

func TestPackages(t *testing.T) {
	h := newHost(t)
	a := h.commit("team/a", "main", files(map[string]string{"jsonnetfile.json": requires(dep(lib("b"), "sub", "main"))})...)
	b := h.commit("team/b", "main", files(map[string]string{"sub/x": "1"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": `{"version": 1, "dependencies": [` + dep(lib("a"), "", "main") + `]}`})
	h.must(dir, vendoring.Request{})
	p, _, err := vendoring.Load(vendoring.Options{Dir: dir})
	h.check(err)
	all, diags, err := p.Packages(t.Context())
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	for i := range all {
		all[i].Sum = ""
	}
	want := []vendoring.Package{
		{Path: "git.example.org/team/a", Source: lib("a"), Required: "main", Version: a, Direct: true, ShortName: "a", RequiredBy: []vendoring.Requirement{{Version: "main"}}},
		{Path: "git.example.org/team/b/sub", Source: lib("b") + "/sub", Required: "main", Version: b, ShortName: "sub", RequiredBy: []vendoring.Requirement{{Chain: []string{"git.example.org/team/a"}, Version: "main"}}},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	for _, name := range []string{"sub", "git.example.org/team/b/sub", "https://git.example.org/team/b.git/sub@v1"} {
		if k, diags := p.Find(all, name); len(diags) > 0 || k.Path != want[1].Path {
			t.Errorf("find %s: %v %v", name, k.Path, diags)
		}
	}
	if _, diags := p.Find(all, "sbu"); len(diags) != 1 || diags[0].Hint != `did you mean "sub"?` {
		t.Errorf("find sbu: %+v", diags)
	}
}
