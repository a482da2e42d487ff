package cli_test

import (
	"os"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/rogpeppe/go-internal/testscript"
)

// repository is the script command `repository`: it makes a Git repository of
// the working directory, with everything committed to the branch main, and
// checks out the branch work.
func repository(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: repository")
	}
	_, err := git.PlainInitWithOptions(ts.MkAbs("."), &git.PlainInitOptions{InitOptions: git.InitOptions{DefaultBranch: "refs/heads/main"}})
	ts.Check(err)
	commit(ts, false, []string{"first"})
	repo, err := git.PlainOpen(ts.MkAbs("."))
	ts.Check(err)
	head, err := repo.Head()
	ts.Check(err)
	ts.Check(repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/work", head.Hash())))
	ts.Check(repo.Storer.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, "refs/heads/work")))
}

// commit is the script command `commit MESSAGE`: it commits everything, but for
// what scripts have for themselves, and what they compare output with.
func commit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: commit MESSAGE")
	}
	repo, err := git.PlainOpen(ts.MkAbs("."))
	ts.Check(err)
	tree, err := repo.Worktree()
	ts.Check(err)
	entries, err := os.ReadDir(ts.MkAbs("."))
	ts.Check(err)
	for _, e := range entries {
		if e.Name() != ".git" && e.Name() != ".tmp" && !strings.HasPrefix(e.Name(), "want") {
			_, err := tree.Add(e.Name())
			ts.Check(err)
		}
	}
	_, err = tree.Commit(args[0], &git.CommitOptions{Author: &object.Signature{Name: "a", Email: "a@example.org", When: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}})
	ts.Check(err)
}
