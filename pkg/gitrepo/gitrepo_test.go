package gitrepo_test

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// content reads a whole tree.
func content(t *testing.T, c *gitrepo.Client, remote, version, dir string) map[string]string {
	t.Helper()
	commit, err := c.Resolve(t.Context(), remote, version)
	if err != nil {
		t.Fatalf("resolve %s: %v", version, err)
	}
	tree, err := c.Tree(t.Context(), remote, commit)
	if err != nil {
		t.Fatalf("tree of %s: %v", version, err)
	}
	files := map[string]string{}
	err = tree.Walk(t.Context(), dir, func(e gitrepo.Entry) error {
		if e.Kind > gitrepo.Executable {
			return nil
		}
		r, err := tree.Open(e)
		if err != nil {
			return err
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		files[e.Path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestVersionsOverEveryTransport(t *testing.T) {
	root := t.TempDir()
	r := newRepo(t, filepath.Join(root, "team", "lib.git"))
	first := r.commit("main", map[string]string{"a": "1", "sub/b": "2"})
	r.tag("v1", first)
	object := r.annotate("v1a", first)
	r.commit("main", map[string]string{"a": "3"})
	r.commit("feature/x", map[string]string{"a": "x"})
	http := serve(t, root, nil)
	for name, remote := range map[string]string{"file": "file://" + root + "/team/lib.git", "file without ending": "file://" + root + "/team/lib", "http": http.URL + "/team/lib.git"} {
		t.Run(name, func(t *testing.T) {
			c := gitrepo.New(gitrepo.Options{Cache: t.TempDir()})
			one, three := map[string]string{"a": "1", "sub/b": "2"}, map[string]string{"a": "3"}
			for version, want := range map[string]map[string]string{
				"main": three, "HEAD": three, "refs/heads/main": three, "v1": one, "v1a": one, first: one, object: one, first[:8]: one,
				"feature/x": {"a": "x"},
			} {
				if diff := cmp.Diff(want, content(t, c, remote, version, "")); diff != "" {
					t.Errorf("version %s (-want +got):\n%s", version, diff)
				}
			}
			if diff := cmp.Diff(map[string]string{"b": "2"}, content(t, c, remote, "v1", "sub")); diff != "" {
				t.Errorf("subdirectory (-want +got):\n%s", diff)
			}
			_, err := c.Resolve(t.Context(), remote, "v2")
			missing, ok := errors.AsType[*gitrepo.VersionError](err)
			if !ok {
				t.Fatalf("a version that does not exist: %v", err)
			}
			if diff := cmp.Diff([]string{"feature/x", "main", "v1", "v1a"}, missing.Known); diff != "" {
				t.Errorf("known versions (-want +got):\n%s", diff)
			}
			refs, err := c.References(t.Context(), remote)
			if err != nil || refs.Head != "main" {
				t.Errorf("default branch %q, %v", refs.Head, err)
			}
		})
	}
}

func TestOfflineUsesTheCache(t *testing.T) {
	root := t.TempDir()
	newRepo(t, filepath.Join(root, "lib.git")).commit("main", map[string]string{"a": "1"})
	s := serve(t, root, nil)
	remote, cache := s.URL+"/lib.git", t.TempDir()
	want := content(t, gitrepo.New(gitrepo.Options{Cache: cache}), remote, "main", "")
	s.Close()
	if diff := cmp.Diff(want, content(t, gitrepo.New(gitrepo.Options{Cache: cache, Offline: true}), remote, "main", "")); diff != "" {
		t.Errorf("offline (-online +offline):\n%s", diff)
	}
	_, err := gitrepo.New(gitrepo.Options{Cache: t.TempDir(), Offline: true}).Resolve(t.Context(), remote, "main")
	if _, ok := errors.AsType[*gitrepo.OfflineError](err); !ok {
		t.Errorf("with an empty cache: %v", err)
	}
}

func TestMirrorWithTheLongestPrefixWins(t *testing.T) {
	c := gitrepo.New(gitrepo.Options{Rewrites: []gitrepo.Rewrite{
		{From: "https://a.example.org/", To: "https://m.example.org/all/"}, {From: "https://a.example.org/team/", To: "file:///srv/"},
	}})
	for remote, want := range map[string]string{
		"https://a.example.org/team/x.git": "file:///srv/x.git", "https://a.example.org/o/x.git": "https://m.example.org/all/o/x.git", "https://b.example.org/x.git": "https://b.example.org/x.git",
	} {
		if got := c.URL(remote); got != want {
			t.Errorf("%s is read from %s, want %s", remote, got, want)
		}
	}
}

// A redirect to another host must not carry the first one's credentials along
// (as in CVE-2025-4673).
func TestCredentialsStayWithTheirHost(t *testing.T) {
	root := t.TempDir()
	newRepo(t, filepath.Join(root, "lib.git")).commit("main", map[string]string{"a": "1"})
	var mu sync.Mutex
	var there, elsewhere []string
	target := serve(t, root, func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		elsewhere = append(elsewhere, r.Header.Get("Authorization"))
		return true
	})
	first := serve(t, root, func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		there = append(there, r.Header.Get("Authorization"))
		http.Redirect(w, r, target.URL+r.URL.RequestURI(), http.StatusFound)
		return false
	})
	c := gitrepo.New(gitrepo.Options{Cache: t.TempDir(), Login: func(host string) (gitrepo.Login, bool) {
		return gitrepo.Login{User: "u", Password: "secret"}, host == "localhost"
	}})
	content(t, c, strings.Replace(first.URL, "127.0.0.1", "localhost", 1)+"/lib.git", "main", "")
	if len(there) == 0 || there[0] == "" {
		t.Errorf("the host itself saw %q", there)
	}
	if len(elsewhere) == 0 {
		t.Error("the redirect was not followed")
	}
	for _, h := range elsewhere {
		if h != "" {
			t.Errorf("the other host saw %q", h)
		}
	}
}

func TestWithoutCredentials(t *testing.T) {
	s := serve(t, t.TempDir(), func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return false
	})
	_, err := gitrepo.New(gitrepo.Options{Cache: t.TempDir()}).Resolve(t.Context(), s.URL+"/lib.git", "main")
	if _, ok := errors.AsType[*gitrepo.AccessError](err); !ok {
		t.Errorf("error %v", err)
	}
}

// A few kilobytes may inflate to gigabytes.
func TestBombsAreRefused(t *testing.T) {
	root := t.TempDir()
	newRepo(t, filepath.Join(root, "lib.git")).commit("main", map[string]string{"zeroes": strings.Repeat("\x00", 1<<20)})
	s := serve(t, root, nil)
	for name, o := range map[string]gitrepo.Options{"pack": {MaxPack: 100}, "content": {MaxInflated: 1 << 19}} {
		o.Cache = t.TempDir()
		c := gitrepo.New(o)
		commit, err := c.Resolve(t.Context(), s.URL+"/lib.git", "main")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Tree(t.Context(), s.URL+"/lib.git", commit)
		if _, ok := errors.AsType[*gitrepo.SizeError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(o.Cache, "git", "*", "fetch-*")); len(left) > 0 {
			t.Errorf("%s: left behind %v", name, left)
		}
	}
}

func TestLineEndsAreThoseOfACheckout(t *testing.T) {
	root := t.TempDir()
	r := newRepo(t, filepath.Join(root, "lib.git"))
	r.commit("main", map[string]string{
		".gitattributes":     "*.bat text eol=crlf\n*.auto text=auto eol=crlf\nbin.bat binary\n",
		"x.bat":              "a\nb\r\n",
		"bin.bat":            "a\n",
		"t.auto":             "a\n",
		"b.auto":             "a\x00\n",
		"sub/x.bat":          "a\n",
		"lf/.gitattributes":  "*.bat eol=lf\n",
		"lf/x.bat":           "a\n",
		"sub/.gitattributes": "*.txt eol=crlf\n",
		"sub/deep/x.txt":     "a\n",
		"x.txt":              "a\n",
	})
	c := gitrepo.New(gitrepo.Options{Cache: t.TempDir()})
	all := content(t, c, "file://"+root+"/lib.git", "main", "")
	want := map[string]string{
		"x.bat": "a\r\nb\r\n", "bin.bat": "a\n", "t.auto": "a\r\n", "b.auto": "a\x00\n", "sub/x.bat": "a\r\n", "lf/x.bat": "a\n",
		"sub/deep/x.txt": "a\r\n", "x.txt": "a\n",
	}
	for name, text := range want {
		if all[name] != text {
			t.Errorf("%s is %q, want %q", name, all[name], text)
		}
	}
	if got := content(t, c, "file://"+root+"/lib.git", "main", "sub")["x.bat"]; got != "a\r\n" {
		t.Errorf("below a directory: %q", got)
	}
}
