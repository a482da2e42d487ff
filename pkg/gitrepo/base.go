package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Base is what the files of a work tree are compared with: the last commit that
// a revision and HEAD have in common, as `git diff REV...` has it. It is for
// one goroutine at a time.
type Base struct {
	// Commit is the full hash.
	Commit string

	root string
	tree *object.Tree
}

// BaseError says why there is nothing to compare with.
type BaseError struct {
	// Problem is a sentence about the revision, Hint what to do about it.
	Problem, Hint string
}

// Error implements error.
func (e *BaseError) Error() string { return e.Problem + ": " + e.Hint }

// OpenBase opens the repository that a directory is in and finds the base of a
// revision: a branch, a tag, a commit, HEAD~1. What the person can mend is a
// *BaseError.
func OpenBase(dir, revision string) (*Base, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return nil, &BaseError{dir + " is in no Git repository", "changes are known only there"}
	}
	if err != nil {
		return nil, fmt.Errorf("open the repository of %s: %w", dir, err)
	}
	work, err := repo.Worktree()
	if err != nil {
		return nil, fmt.Errorf("open the repository of %s: %w", dir, err)
	}
	head, err := repo.Head()
	if err != nil {
		return nil, &BaseError{"the repository has no commit", "there is nothing to compare with"}
	}
	since, err := commitOf(repo, revision)
	if err != nil {
		return nil, &BaseError{fmt.Sprintf("there is no revision %q here", revision), unknownRevision(repo)}
	}
	now, err := repo.CommitObject(head.Hash())
	if err != nil {
		return nil, fmt.Errorf("read commit %s: %w", head.Hash(), err)
	}
	bases, err := since.MergeBase(now)
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return nil, &BaseError{fmt.Sprintf("the history of this clone ends before HEAD and %q meet", revision), "fetch more of it: git fetch --unshallow, or fetch-depth: 0"}
	case err != nil:
		return nil, fmt.Errorf("find what HEAD and %s have in common: %w", revision, err)
	case len(bases) == 0:
		return nil, &BaseError{fmt.Sprintf("HEAD and %q have no commit in common", revision), unrelated(repo)}
	}
	tree, err := bases[0].Tree()
	if err != nil {
		return nil, fmt.Errorf("read commit %s: %w", bases[0].Hash, err)
	}
	return &Base{Commit: bases[0].Hash.String(), root: work.Filesystem.Root(), tree: tree}, nil
}

// commitOf finds a revision, also a branch that only a remote has.
func commitOf(repo *git.Repository, revision string) (*object.Commit, error) {
	hash, err := repo.ResolveRevision(plumbing.Revision(revision))
	if err != nil {
		if hash, err = repo.ResolveRevision(plumbing.Revision("refs/remotes/origin/" + revision)); err != nil {
			return nil, err
		}
	}
	return repo.CommitObject(*hash)
}

func isShallow(repo *git.Repository) bool {
	commits, err := repo.Storer.Shallow()
	return err == nil && len(commits) > 0
}

func unknownRevision(repo *git.Repository) string {
	if isShallow(repo) {
		return "this clone is shallow; fetch the revision, or all with fetch-depth: 0"
	}
	return "name a branch, a tag or a commit that has been fetched"
}

func unrelated(repo *git.Repository) string {
	if isShallow(repo) {
		return "this clone is shallow; fetch more of it: git fetch --unshallow, or fetch-depth: 0"
	}
	return "name a revision that HEAD stems from"
}

// Changed reports whether a file, by its absolute name, differs from the base,
// and whether the base has it. What lies outside the repository never differs.
func (b *Base) Changed(file string) (changed, known bool, err error) {
	rel, err := b.relative(file)
	if err != nil || !filepath.IsLocal(rel) {
		return false, false, nil //nolint:nilerr // it has no name in the repository
	}
	content, link, err := readFile(file)
	if err != nil {
		return false, false, err
	}
	entry, err := b.tree.FindEntry(filepath.ToSlash(rel))
	if err != nil {
		for _, absent := range []error{object.ErrEntryNotFound, object.ErrDirectoryNotFound, plumbing.ErrObjectNotFound} {
			if errors.Is(err, absent) { // the last of a name below a file's, and in a clone without trees
				return content != nil, false, nil
			}
		}
		return false, false, fmt.Errorf("read %s at %s: %w", rel, b.Commit, err)
	}
	if content == nil || link != (entry.Mode == filemode.Symlink) {
		return true, true, nil
	}
	same := func(c []byte) bool { return plumbing.ComputeHash(plumbing.BlobObject, c) == entry.Hash }
	// A checkout may have other line ends than the repository.
	return !same(content) && !same(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))), true, nil
}

// relative returns the name in the repository, whose folder may be reached by
// way of links.
func (b *Base) relative(file string) (string, error) {
	rel, err := filepath.Rel(b.root, file)
	if err == nil && filepath.IsLocal(rel) {
		return rel, nil
	}
	root, err := filepath.EvalSymlinks(b.root)
	if err != nil {
		return "", err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	return filepath.Rel(root, filepath.Join(folder, filepath.Base(file)))
}

// readFile returns the content of a file, or what a link says; nil if there is
// no file.
func readFile(name string) (content []byte, link bool, err error) {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case err != nil:
		return nil, false, nil //nolint:nilerr // a part of the name may be a file
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := os.Readlink(name)
		return []byte(to), true, err
	case !info.Mode().IsRegular():
		return nil, false, nil
	}
	content, err = os.ReadFile(name)
	if content == nil {
		content = []byte{}
	}
	return content, false, err
}

// Gone reports whether the base has files in a folder, by its absolute name,
// or below that do not exist any more.
func (b *Base) Gone(folder string) (bool, error) {
	rel, err := b.relative(folder)
	if err != nil || !filepath.IsLocal(rel) {
		return false, nil //nolint:nilerr // it has no name in the repository
	}
	tree := b.tree
	if rel != "." {
		tree, err = b.tree.Tree(filepath.ToSlash(rel))
		if errors.Is(err, object.ErrDirectoryNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read %s at %s: %w", rel, b.Commit, err)
		}
	}
	walker := object.NewTreeWalker(tree, true, nil)
	defer walker.Close()
	for {
		name, entry, err := walker.Next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read %s at %s: %w", rel, b.Commit, err)
		}
		if entry.Mode == filemode.Dir || entry.Mode == filemode.Submodule {
			continue
		}
		if _, err := os.Lstat(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
			return true, nil
		}
	}
}
