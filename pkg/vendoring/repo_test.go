package vendoring_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/vendoring"
)

// entry is one raw entry of a Git tree: a blob, or a tree if it has entries.
type entry struct {
	mode, name, data string
	entries          []entry
}

const (
	file       = "100644"
	executable = "100755"
	link       = "120000"
	directory  = "40000"
	module     = "160000"
)

// host is a directory of bare repositories that stands for
// https://git.example.org/.
type host struct {
	t   *testing.T
	dir string
}

func newHost(t *testing.T) *host { return &host{t, t.TempDir()} }

func (h *host) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// client reads the host's repositories.
func (h *host) client() *gitrepo.Client {
	var rewrites []gitrepo.Rewrite
	for _, from := range []string{"https://git.example.org/", "ssh://git@git.example.org/"} {
		rewrites = append(rewrites, gitrepo.Rewrite{From: from, To: "file://" + h.dir + "/"})
	}
	return gitrepo.New(gitrepo.Options{Cache: h.t.TempDir(), Rewrites: rewrites})
}

// commit puts a commit on the branch of a repository and returns its hash.
// The entries are stored as they are, in the given order.
func (h *host) commit(repo, branch string, entries ...entry) string {
	h.t.Helper()
	s := filesystem.NewStorage(osfs.New(filepath.Join(h.dir, repo+".git")), cache.NewObjectLRUDefault())
	h.check(s.Init())
	if _, err := s.Reference(plumbing.HEAD); err != nil {
		h.check(s.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, plumbing.NewBranchReferenceName(branch))))
	}
	who := object.Signature{Name: "a", Email: "a@example.org", When: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	o := &plumbing.MemoryObject{}
	h.check((&object.Commit{Author: who, Committer: who, Message: "m", TreeHash: h.tree(s, entries)}).Encode(o))
	hash, err := s.SetEncodedObject(o)
	h.check(err)
	h.check(s.SetReference(plumbing.NewHashReference(plumbing.NewBranchReferenceName(branch), hash)))
	return hash.String()
}

func (h *host) tree(s *filesystem.Storage, entries []entry) plumbing.Hash {
	h.t.Helper()
	var b bytes.Buffer
	for _, e := range entries {
		hash := plumbing.NewHash(strings.Repeat("1", 40)) // of a submodule
		switch {
		case e.mode == directory:
			hash = h.tree(s, e.entries)
		case e.mode != module:
			hash = h.object(s, plumbing.BlobObject, []byte(e.data))
		}
		fmt.Fprintf(&b, "%s %s\x00%s", e.mode, e.name, hash[:])
	}
	return h.object(s, plumbing.TreeObject, b.Bytes())
}

func (h *host) object(s *filesystem.Storage, kind plumbing.ObjectType, data []byte) plumbing.Hash {
	h.t.Helper()
	o := &plumbing.MemoryObject{}
	o.SetType(kind)
	_, err := o.Write(data)
	h.check(err)
	hash, err := s.SetEncodedObject(o)
	h.check(err)
	return hash
}

// files makes sorted entries of flat names.
func files(all map[string]string) []entry {
	dirs := map[string]map[string]string{}
	var entries []entry
	for name, data := range all {
		if dir, rest, ok := strings.Cut(name, "/"); ok {
			if dirs[dir] == nil {
				dirs[dir] = map[string]string{}
			}
			dirs[dir][rest] = data
			continue
		}
		entries = append(entries, entry{mode: file, name: name, data: data})
	}
	for name, sub := range dirs {
		entries = append(entries, entry{mode: directory, name: name, entries: files(sub)})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.sortName(), b.sortName()) })
	return entries
}

func (e entry) sortName() string {
	if e.mode == directory {
		return e.name + "/"
	}
	return e.name
}

// dep is a dependency in JSON.
func dep(remote, subdir, version string) string {
	return fmt.Sprintf(`{"source": {"git": {"remote": %q, "subdir": %q}}, "version": %q}`, remote, subdir, version)
}

func lib(name string) string { return "https://git.example.org/team/" + name + ".git" }

func requires(deps ...string) string {
	return `{"version": 1, "dependencies": [` + strings.Join(deps, ", ") + `], "legacyImports": false}`
}

// project writes a project's files into a new directory.
func project(t *testing.T, all map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "project")
	for name, data := range all {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// install installs with a host's repositories.
func (h *host) install(dir string, req vendoring.Request, with ...func(*vendoring.Options)) (*vendoring.Result, diag.List) {
	h.t.Helper()
	o := vendoring.Options{Dir: dir, Repos: h.client(), Workers: 4}
	for _, f := range with {
		f(&o)
	}
	p, diags, err := vendoring.Load(o)
	h.check(err)
	if p == nil {
		return nil, diags
	}
	result, found, err := p.Install(h.t.Context(), req)
	h.check(err)
	return result, append(diags, found...)
}

// must installs without a finding.
func (h *host) must(dir string, req vendoring.Request, with ...func(*vendoring.Options)) *vendoring.Result {
	h.t.Helper()
	result, diags := h.install(dir, req, with...)
	if len(diags) > 0 {
		h.t.Fatalf("findings:\n%v", diags)
	}
	return result
}

// snapshot describes everything below a directory.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(name)
			all[rel] = "→ " + target
			return err
		case d.IsDir():
			all[rel] = "directory"
			return nil
		}
		data, err := os.ReadFile(name)
		all[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
