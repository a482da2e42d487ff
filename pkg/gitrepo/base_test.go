package gitrepo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// checkout makes a repository with the branches main and topic, which part
// after the first of main's commits; HEAD is topic, whose files are written.
func checkout(t *testing.T) (dir string, r *repo, first string) {
	t.Helper()
	dir = t.TempDir()
	r = newRepo(t, filepath.Join(dir, ".git"))
	first = r.commit("main", map[string]string{"same": "s", "sub/changed": "old", "sub/gone": "g", "crlf": "a\nb\n"})
	r.commit("main", map[string]string{"same": "changed on main"})
	r.branch("topic", first)
	r.head("topic")
	r.commit("topic", map[string]string{"same": "s", "sub/changed": "new", "crlf": "a\nb\n"})
	for name, data := range map[string]string{"same": "s", "sub/changed": "new", "untracked": "u", "crlf": "a\r\nb\r\n"} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o750), os.WriteFile(full, []byte(data), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, r, first
}

func TestBase(t *testing.T) {
	dir, _, first := checkout(t)
	b, err := gitrepo.OpenBase(filepath.Join(dir, "sub"), "main")
	if err != nil || b.Commit != first {
		t.Fatalf("the base is %+v, want %s; error %v", b, first, err)
	}
	for name, want := range map[string][2]bool{
		"same": {false, true}, "sub/changed": {true, true}, "sub/gone": {true, true}, "untracked": {true, false},
		"crlf": {false, true}, "never/was": {false, false}, "same/below": {false, false}, "../outside": {false, false},
	} {
		changed, known, err := b.Changed(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || changed != want[0] || known != want[1] {
			t.Errorf("%s: changed %v, known %v, want %v; error %v", name, changed, known, want, err)
		}
	}
	for name, want := range map[string]bool{"": true, "sub": true, "never": false} {
		if gone, err := b.Gone(filepath.Join(dir, name)); err != nil || gone != want {
			t.Errorf("files of %q are gone: %v, want %v; error %v", name, gone, want, err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if changed, known, err := b.Changed(filepath.Join(link, "sub", "changed")); !changed || !known || err != nil {
		t.Errorf("by way of a link: %v, %v, %v", changed, known, err)
	}
}

func TestBaseRevisions(t *testing.T) {
	dir, r, first := checkout(t)
	r.remoteBranch("origin/upstream", first)
	for revision, want := range map[string]string{"HEAD~1": first, first: first, first[:10]: first, "origin/upstream": first, "upstream": first} {
		if b, err := gitrepo.OpenBase(dir, revision); err != nil || b.Commit != want {
			t.Errorf("%s: %+v, %v, want %s", revision, b, err, want)
		}
	}
	alone := r.orphan("alone", map[string]string{"x": "y"})
	for revision, want := range map[string]string{
		"nowhere": "name a branch", "HEAD~7": "name a branch", alone: "no commit in common",
	} {
		_, err := gitrepo.OpenBase(dir, revision)
		var problem *gitrepo.BaseError
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", revision, err, want)
		}
	}
	_, err := gitrepo.OpenBase(t.TempDir(), "main")
	if problem := (*gitrepo.BaseError)(nil); !errors.As(err, &problem) {
		t.Errorf("no repository: %v", err)
	}
}

// A shallow clone has commits whose parents it does not have.
func TestBaseOfAShallowClone(t *testing.T) {
	dir, r, first := checkout(t)
	tip := r.tip("topic")
	r.shallow(tip, first)
	if b, err := gitrepo.OpenBase(dir, "HEAD"); err != nil || b.Commit != tip {
		t.Errorf("HEAD: %+v, %v", b, err)
	}
	for _, revision := range []string{"main", "nowhere"} {
		_, err := gitrepo.OpenBase(dir, revision)
		var problem *gitrepo.BaseError
		if !errors.As(err, &problem) || !strings.Contains(problem.Hint, "fetch-depth: 0") {
			t.Errorf("%s: %v", revision, err)
		}
	}
}

// A linked work tree has a file .git.
func TestBaseOfAWorkTree(t *testing.T) {
	dir, _, first := checkout(t)
	linked := t.TempDir()
	admin := filepath.Join(dir, ".git", "worktrees", "linked")
	write := func(name, text string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o750), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(admin, "HEAD"), "ref: refs/heads/topic\n")
	write(filepath.Join(admin, "commondir"), "../..\n")
	write(filepath.Join(admin, "gitdir"), filepath.Join(linked, ".git")+"\n")
	write(filepath.Join(linked, ".git"), "gitdir: "+admin+"\n")
	write(filepath.Join(linked, "same"), "edited")
	b, err := gitrepo.OpenBase(linked, "main")
	if err != nil || b.Commit != first {
		t.Fatalf("the base is %+v, want %s; error %v", b, first, err)
	}
	if changed, known, err := b.Changed(filepath.Join(linked, "same")); !changed || !known || err != nil {
		t.Errorf("an edited file: %v, %v, %v", changed, known, err)
	}
}

func TestBaseExport(t *testing.T) {
	dir, _, _ := checkout(t)
	b, err := gitrepo.OpenBase(dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := b.Export(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"same": "s", "sub/changed": "old", "sub/gone": "g", "crlf": "a\nb\n"} {
		got, err := os.ReadFile(filepath.Join(to, filepath.FromSlash(name)))
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
	if _, err := os.Lstat(filepath.Join(to, "untracked")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("untracked was exported: %v", err)
	}
	if b.Root() != dir {
		t.Errorf("root %s, want %s", b.Root(), dir)
	}
}
