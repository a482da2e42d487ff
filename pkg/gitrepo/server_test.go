package gitrepo_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/gitrepo"
)

func TestServersThatAreNoGitServers(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(http.ResponseWriter)
		want   string
	}{
		"login page": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>"))
		}, `does not speak Git's smart HTTP protocol: it answers with "text/html"`},
		"dumb protocol": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte("df0f7ae6f4a7b4ed7e2cc4ef0ba1b3a2ba2d5a2f\trefs/heads/main\n"))
		}, `smart HTTP protocol`},
		"other names": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = w.Write([]byte("001e# service=git-upload-pack\n00000088" + strings.Repeat("4", 64) + " HEAD\x00multi_ack object-format=sha256 agent=git/2.39.5 no-progress\n0000"))
		}, "SHA-256"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, t.TempDir(), func(w http.ResponseWriter, _ *http.Request) bool { tc.answer(w); return false })
			_, err := gitrepo.New(gitrepo.Options{Cache: t.TempDir()}).Resolve(t.Context(), s.URL+"/lib.git", "main")
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestRepositoryThatIsMissing(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	_, err := gitrepo.New(gitrepo.Options{Cache: t.TempDir()}).Resolve(t.Context(), s.URL+"/lib.git", "main")
	missing, ok := errors.AsType[*gitrepo.MissingError](err)
	if !ok || missing.Host != "127.0.0.1" || missing.SSH {
		t.Errorf("error %v", err)
	}
}

func TestObjectsWithSHA256Names(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lib.git")
	newRepo(t, dir).commit("main", map[string]string{"a": "1"})
	config := "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := gitrepo.New(gitrepo.Options{Cache: t.TempDir()}).Resolve(t.Context(), "file://"+dir, "main")
	if err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v", err)
	}
}

func TestCommitsAsGitAbbreviatesThem(t *testing.T) {
	root := t.TempDir()
	commit := newRepo(t, filepath.Join(root, "lib.git")).commit("main", map[string]string{"a": "1"})
	c := gitrepo.New(gitrepo.Options{Cache: t.TempDir()})
	for _, version := range []string{commit[:4], strings.ToUpper(commit[:9]), strings.ToUpper(commit)} {
		if got, err := c.Resolve(t.Context(), "file://"+root+"/lib.git", version); got != commit || err != nil {
			t.Errorf("%s is %q, %v", version, got, err)
		}
	}
	if _, err := c.Resolve(t.Context(), "file://"+root+"/lib.git", commit[:3]); err == nil {
		t.Error("three digits were taken for a commit")
	}
}

// A process that is killed cannot remove what it was writing.
func TestAbandonedFetchesAreRemoved(t *testing.T) {
	root, cache := t.TempDir(), t.TempDir()
	r := newRepo(t, filepath.Join(root, "lib.git"))
	r.commit("main", map[string]string{"a": "1"})
	s := serve(t, root, nil)
	content(t, gitrepo.New(gitrepo.Options{Cache: cache}), s.URL+"/lib.git", "main", "")
	entries, err := filepath.Glob(filepath.Join(cache, "git", "*"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("cache %v, %v", entries, err)
	}
	old, fresh := filepath.Join(entries[0], "fetch-1"), filepath.Join(entries[0], "fetch-2")
	for _, dir := range []string{old, fresh} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	r.commit("main", map[string]string{"a": "2"})
	content(t, gitrepo.New(gitrepo.Options{Cache: cache}), s.URL+"/lib.git", "main", "")
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed process left is still there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("what another process may be writing is gone: %v", err)
	}
}
