//go:build e2e

package e2e_test

import (
	"fmt"
	"io/fs"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/e2e/peer"
)

// githost is a directory of Git repositories that stands for
// https://git.example.org/, for git by its configuration and for monctl as a
// mirror.
type githost struct {
	t   *testing.T
	dir string
	env []string
}

func newGitHost(t *testing.T) *githost {
	t.Helper()
	home := t.TempDir()
	h := &githost{t: t, dir: filepath.Join(home, "repos")}
	config := "[user]\n\tname = a\n\temail = a@example.org\n"
	config += fmt.Sprintf("[url %q]\n\tinsteadOf = https://git.example.org/\n\tinsteadOf = ssh://git@git.example.org/\n", "file://"+h.dir+"/")
	write(t, filepath.Join(home, ".gitconfig"), config)
	h.env = []string{
		"HOME=" + home, "XDG_CACHE_HOME=" + filepath.Join(home, "cache"), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_DATE=2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z",
	}
	return h
}

func (h *githost) git(repo string, args ...string) string {
	h.t.Helper()
	return strings.TrimSpace(h.run(peer.Installed(h.t, "git"), filepath.Join(h.dir, repo+".git"), args...))
}

// run runs a program in a directory; it has to succeed.
func (h *githost) run(path, dir string, args ...string) string {
	h.t.Helper()
	r := peer.Run(h.t, peer.Command{Path: path, Args: args, Dir: dir, Env: h.env})
	if r.Code != 0 {
		h.t.Fatalf("%s %v: exit code %d\n%s%s", path, args, r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// commit replaces the content of a repository and returns the commit.
func (h *githost) commit(repo, branch string, files map[string]string) string {
	h.t.Helper()
	dir := filepath.Join(h.dir, repo+".git")
	if _, err := os.Stat(dir); err != nil {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			h.t.Fatal(err)
		}
		h.git(repo, "init", "-q", "-b", branch)
	} else {
		h.git(repo, "rm", "-rqf", ".")
	}
	for name, text := range files {
		write(h.t, filepath.Join(dir, name), text)
	}
	h.git(repo, "add", "-A")
	h.git(repo, "commit", "-qm", "m")
	return h.git(repo, "rev-parse", "HEAD")
}

func gitDependency(remote, subdir, version string) string {
	return fmt.Sprintf(`{"source":{"git":{"remote":%q,"subdir":%q}},"version":%q}`, remote, subdir, version)
}

func jsonnetfile(legacy bool, deps ...string) string {
	return fmt.Sprintf(`{"version":1,"dependencies":[%s],"legacyImports":%v}`, strings.Join(deps, ",\n"), legacy)
}

// listing describes everything below a directory.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(name)
			all[rel] = "link to " + target
			return err
		case d.IsDir():
			all[rel] = "directory"
			return nil
		}
		data, err := os.ReadFile(name)
		all[rel] = fmt.Sprintf("%v\n%s", info.Mode(), data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestVendorBesideJB has both tools do the same to two projects, and compares
// all that is there afterwards, byte by byte.
func TestVendorBesideJB(t *testing.T) {
	h := newGitHost(t)
	remote := func(name string) string { return "https://git.example.org/team/" + name + ".git" }
	first := h.commit("team/leaf", "master", map[string]string{"a": "one\n", "b/c/x": "x\n", "b.z": "bz\n", "b-file": "y\n", "z.d/q": "q\n", "B": "B\n"})
	h.git("team/leaf", "tag", "v1")
	h.git("team/leaf", "tag", "-a", "-m", "m", "v1a")
	h.commit("team/leaf", "master", map[string]string{"a": "two\n"})
	h.git("team/leaf", "branch", "release/2")
	h.commit("team/mono", "main", map[string]string{
		"lib/x/x.libsonnet": "{}\n", "lib/y/deep/y.libsonnet": "{}\n", "lib/y/jsonnetfile.json": jsonnetfile(false, gitDependency(remote("leaf"), "", "v1")),
	})
	if err := os.Chmod(filepath.Join(h.dir, "team/mono.git/lib/x/x.libsonnet"), 0o755); err != nil { //nolint:gosec // it is to be executable
		t.Fatal(err)
	}
	h.git("team/mono", "commit", "-qam", "executable")
	h.commit("team/top", "master", map[string]string{
		"jsonnetfile.json": jsonnetfile(true, gitDependency(remote("mono"), "lib/y", "main"), gitDependency("ssh://git@git.example.org/team/leaf.git", "", "v1"), `{"source":{"local":{"directory":"sub"}},"version":""}`),
		"sub/s":            "s\n",
	})
	h.commit("team/other", "master", map[string]string{"jsonnetfile.json": jsonnetfile(true, gitDependency(remote("leaf"), "", "master"))})
	h.commit("team/ends", "master", map[string]string{".gitattributes": "*.bat text eol=crlf\n", "x.bat": "a\nb\n", "x": "a\n"})

	type step struct{ jb, monctl string }
	add := func(uris string) step { return step{"install " + uris, "add " + uris} }
	install, update := step{"install", "install"}, step{"update", "update"}
	for name, tc := range map[string]struct {
		file  string
		files map[string]string
		steps []step
	}{
		"nothing":           {steps: []step{install, update}},
		"tag":               {steps: []step{add("git.example.org/team/leaf@v1")}},
		"annotated tag":     {steps: []step{add("git.example.org/team/leaf@v1a")}},
		"branch":            {steps: []step{add("https://git.example.org/team/leaf@release/2")}},
		"commit":            {steps: []step{add("git.example.org/team/leaf.git@" + first)}},
		"short commit":      {steps: []step{add("git.example.org/team/leaf.git@" + first[:10])}},
		"default branch":    {steps: []step{add("git.example.org/team/leaf")}},
		"directory":         {steps: []step{add("git.example.org/team/mono/lib/x@main")}},
		"transitive":        {steps: []step{add("git.example.org/team/mono/lib/y@main")}},
		"two":               {steps: []step{add("git.example.org/team/mono/lib/x@main git@git.example.org:team/leaf.git@master")}},
		"local within":      {steps: []step{add("git.example.org/team/top@master")}},
		"line ends":         {steps: []step{add("git.example.org/team/ends@master")}},
		"single":            {steps: []step{{"install --single git.example.org/team/mono/lib/y@main", "add --single git.example.org/team/mono/lib/y@main"}}},
		"short name":        {steps: []step{{"install --legacy-name foo git.example.org/team/mono/lib/x@main", "add --legacy-name foo git.example.org/team/mono/lib/x@main"}}},
		"another version":   {steps: []step{add("git.example.org/team/leaf@v1"), add("git.example.org/team/leaf@master")}},
		"update of one":     {file: jsonnetfile(false, gitDependency(remote("mono"), "lib/x", "main"), gitDependency(remote("leaf"), "", "v1")), steps: []step{install, {"update git.example.org/team/leaf", "update leaf"}}},
		"project decides":   {file: jsonnetfile(true, gitDependency(remote("other"), "", "master"), gitDependency(remote("mono"), "lib/y", "main"), gitDependency(remote("leaf"), "", "v1")), steps: []step{install, update}},
		"first wins":        {file: jsonnetfile(true, gitDependency(remote("other"), "", "master"), gitDependency(remote("mono"), "lib/y", "main")), steps: []step{{"install", "install --first-wins"}, install, {"update", "update --first-wins"}}},
		"first wins turned": {file: jsonnetfile(true, gitDependency(remote("mono"), "lib/y", "main"), gitDependency(remote("other"), "", "master")), steps: []step{{"install", "install --first-wins"}, install}},
		"old format":        {file: `{"dependencies":[{"name":"thing","source":{"git":{"remote":"https://git.example.org/team/mono","subdir":"lib/y"}},"version":"main"}]}`, steps: []step{install, install}},
		"local":             {files: map[string]string{"loc/a/jsonnetfile.json": jsonnetfile(false, `{"source":{"local":{"directory":"../b"}},"version":""}`), "loc/b/x": "x"}, steps: []step{{"install loc/a", "add loc/a"}, install}},
		"what is left over": {file: jsonnetfile(true, gitDependency(remote("leaf"), "", "v1")), files: map[string]string{"vendor/plain": "", "vendor/old/x": "", "vendor/git.example.org/x/y": "", "vendor/git.example.org/file": ""}, steps: []step{install}},
	} {
		t.Run(name, func(t *testing.T) {
			h := &githost{t: t, dir: h.dir, env: h.env}
			dirs := map[string]string{}
			mirrors := []string{"--mirror", "https://git.example.org/=file://" + h.dir + "/", "--mirror", "ssh://git@git.example.org/=file://" + h.dir + "/"}
			jb := func(dir string, s step) {
				h.run(peer.Pinned(t, "jb"), dir, append([]string{"-q"}, strings.Fields(s.jb)...)...)
			}
			own := func(dir string, s step) {
				h.run(monctl(t), dir, append(append([]string{"vendor"}, strings.Fields(s.monctl)...), mirrors...)...)
			}
			for tool := range map[string]bool{"jb": true, "monctl": true} {
				dirs[tool] = filepath.Join(t.TempDir(), "project")
				write(t, filepath.Join(dirs[tool], ".keep"), "")
				for name, text := range tc.files {
					write(t, filepath.Join(dirs[tool], name), text)
				}
				if tc.file != "" {
					write(t, filepath.Join(dirs[tool], "jsonnetfile.json"), tc.file)
				}
			}
			if tc.file == "" {
				h.run(peer.Pinned(t, "jb"), dirs["jb"], "init")
				h.run(monctl(t), dirs["monctl"], "vendor", "init")
			}
			same := func(what string) {
				t.Helper()
				if diff := cmp.Diff(listing(t, dirs["jb"]), listing(t, dirs["monctl"])); diff != "" {
					t.Errorf("%s (-jb +monctl):\n%s", what, diff)
				}
			}
			for _, s := range tc.steps {
				jb(dirs["jb"], s)
				own(dirs["monctl"], s)
				same(s.monctl)
			}
			before := listing(t, dirs["jb"])
			for _, dir := range dirs {
				if err := os.RemoveAll(filepath.Join(dir, "vendor")); err != nil {
					t.Fatal(err)
				}
			}
			// Either goes on where the other stopped.
			jb(dirs["monctl"], install)
			own(dirs["jb"], install)
			same("from the other's lock file")
			if diff := cmp.Diff(before["jsonnetfile.lock.json"], listing(t, dirs["jb"])["jsonnetfile.lock.json"]); diff != "" {
				t.Errorf("lock file (-before +after):\n%s", diff)
			}
			if tc.files["vendor/plain"] == "" {
				h.run(monctl(t), dirs["monctl"], "vendor", "check")
			}
		})
	}
}

// TestVendorFromTheRealGitServer reads over smart HTTP what git serves.
func TestVendorFromTheRealGitServer(t *testing.T) {
	h := newGitHost(t)
	old := h.commit("team/lib", "main", map[string]string{"sub/a": "1\n"})
	for i := range 20 {
		h.commit("team/lib", "main", map[string]string{"sub/a": fmt.Sprintln(i), "big": strings.Repeat(fmt.Sprint(i), 1000)})
	}
	h.git("team/lib", "tag", "-a", "-m", "m", "v1")
	backend := filepath.Join(h.git("team/lib", "--exec-path"), "git-http-backend")
	server := httptest.NewServer(&cgi.Handler{Path: backend, Env: append([]string{"GIT_PROJECT_ROOT=" + h.dir, "GIT_HTTP_EXPORT_ALL=1"}, h.env...)})
	defer server.Close()
	for name, version := range map[string]string{"branch": "main", "tag": "v1", "a commit that no reference names": old, "short commit": old[:8]} {
		for _, allow := range []string{"false", "true"} {
			t.Run(name+", allowed "+allow, func(t *testing.T) {
				h := &githost{t: t, dir: h.dir, env: h.env}
				h.git("team/lib", "config", "uploadpack.allowReachableSHA1InWant", allow)
				dir := filepath.Join(t.TempDir(), "project")
				write(t, filepath.Join(dir, "jsonnetfile.json"), jsonnetfile(false, gitDependency("https://git.example.org/team/lib.git", "sub", version)))
				cache := t.TempDir()
				flags := []string{"--mirror", "https://git.example.org/=" + server.URL + "/", "--cache-dir", cache}
				h.run(monctl(t), dir, append([]string{"vendor", "install"}, flags...)...)
				want := "19\n"
				if strings.HasPrefix(old, version) {
					want = "1\n"
				}
				if got := read(t, filepath.Join(dir, "vendor/git.example.org/team/lib/sub/a")); got != want {
					t.Errorf("installed %q, want %q", got, want)
				}
				// What a reference names, or the server gives away, comes alone.
				if version != old[:8] && (allow == "true" || version != old) {
					if n := h.historyOf(cache); n != 1 {
						t.Errorf("fetched %d commits for one", n)
					}
				}
				before := listing(t, dir)
				if err := os.RemoveAll(filepath.Join(dir, "vendor")); err != nil {
					t.Fatal(err)
				}
				h.run(monctl(t), dir, append([]string{"vendor", "install", "--offline"}, flags...)...)
				if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
					t.Errorf("offline (-before +after):\n%s", diff)
				}
			})
		}
	}
}

// historyOf counts the commits in a cache.
func (h *githost) historyOf(cache string) int {
	h.t.Helper()
	packs, err := filepath.Glob(filepath.Join(cache, "git", "*", "*", "objects", "pack", "*.idx"))
	if err != nil || len(packs) != 1 {
		h.t.Fatalf("packs in the cache: %v, %v", packs, err)
	}
	return strings.Count(h.git("team/lib", "verify-pack", "-v", packs[0]), " commit ")
}
