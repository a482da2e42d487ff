package gitrepo_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/server"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// repo is a bare repository of a test.
type repo struct {
	t *testing.T
	s *filesystem.Storage
}

func newRepo(t *testing.T, dir string) *repo {
	t.Helper()
	s := filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRUDefault())
	r := &repo{t, s}
	r.check(s.Init())
	r.check(s.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, "refs/heads/main")))
	return r
}

func (r *repo) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) object(kind plumbing.ObjectType, data []byte) plumbing.Hash {
	r.t.Helper()
	o := &plumbing.MemoryObject{}
	o.SetType(kind)
	_, err := o.Write(data)
	r.check(err)
	h, err := r.s.SetEncodedObject(o)
	r.check(err)
	return h
}

// tree stores a flat set of files; nested ones by their slashes.
func (r *repo) tree(files map[string]string) plumbing.Hash {
	r.t.Helper()
	dirs := map[string]map[string]string{}
	entries := map[string]string{} // sort name → encoded
	add := func(mode, name, sortName string, h plumbing.Hash) {
		entries[sortName] = fmt.Sprintf("%s %s\x00%s", mode, name, h[:])
	}
	for name, data := range files {
		if dir, rest, ok := strings.Cut(name, "/"); ok {
			if dirs[dir] == nil {
				dirs[dir] = map[string]string{}
			}
			dirs[dir][rest] = data
			continue
		}
		add("100644", name, name, r.object(plumbing.BlobObject, []byte(data)))
	}
	for name, sub := range dirs {
		add("40000", name, name+"/", r.tree(sub))
	}
	var names []string
	for name := range entries {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, name := range names {
		b.WriteString(entries[name])
	}
	return r.object(plumbing.TreeObject, b.Bytes())
}

var when = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// commit puts a commit on a branch.
func (r *repo) commit(branch string, files map[string]string) string {
	r.t.Helper()
	ref := plumbing.NewBranchReferenceName(branch)
	c := &object.Commit{Author: object.Signature{Name: "a", Email: "a@example.org", When: when}, Committer: object.Signature{Name: "a", Email: "a@example.org", When: when}, Message: "m", TreeHash: r.tree(files)}
	if parent, err := r.s.Reference(ref); err == nil {
		c.ParentHashes = []plumbing.Hash{parent.Hash()}
	}
	o := &plumbing.MemoryObject{}
	r.check(c.Encode(o))
	h, err := r.s.SetEncodedObject(o)
	r.check(err)
	r.check(r.s.SetReference(plumbing.NewHashReference(ref, h)))
	return h.String()
}

func (r *repo) tag(name, commit string) {
	r.t.Helper()
	r.check(r.s.SetReference(plumbing.NewHashReference(plumbing.NewTagReferenceName(name), plumbing.NewHash(commit))))
}

// annotate makes a tag object and returns its hash.
func (r *repo) annotate(name, commit string) string {
	r.t.Helper()
	tag := &object.Tag{Name: name, Tagger: object.Signature{Name: "a", Email: "a@example.org", When: when}, Message: "m", TargetType: plumbing.CommitObject, Target: plumbing.NewHash(commit)}
	o := &plumbing.MemoryObject{}
	r.check(tag.Encode(o))
	h, err := r.s.SetEncodedObject(o)
	r.check(err)
	r.check(r.s.SetReference(plumbing.NewHashReference(plumbing.NewTagReferenceName(name), h)))
	return h.String()
}

// loader finds repositories below a directory.
type loader string

func (l loader) Load(ep *transport.Endpoint) (storer.Storer, error) {
	dir := filepath.Join(string(l), filepath.FromSlash(ep.Path))
	if _, err := os.Stat(dir); err != nil {
		return nil, transport.ErrRepositoryNotFound
	}
	return filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRUDefault()), nil
}

// serve answers the smart HTTP protocol for the repositories below dir.
func serve(t *testing.T, dir string, guard func(http.ResponseWriter, *http.Request) bool) *httptest.Server {
	t.Helper()
	git := server.NewServer(loader(dir))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if guard != nil && !guard(w, r) {
			return
		}
		name := strings.TrimSuffix(strings.TrimSuffix(r.URL.Path, "/info/refs"), "/git-upload-pack")
		ep, err := transport.NewEndpoint(filepath.ToSlash(name))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		session, err := git.NewUploadPackSession(ep, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		if r.Method == http.MethodGet {
			refs, err := session.AdvertisedReferencesContext(r.Context())
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			refs.Prefix = [][]byte{[]byte("# service=git-upload-pack"), pktline.Flush}
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_ = refs.Encode(w)
			return
		}
		req := packp.NewUploadPackRequest()
		if err := req.Decode(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		resp, err := session.UploadPack(r.Context(), req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = resp.Encode(w)
	}))
	t.Cleanup(s.Close)
	return s
}

// branch, remoteBranch and head set references.
func (r *repo) branch(name, commit string) {
	r.t.Helper()
	r.check(r.s.SetReference(plumbing.NewHashReference(plumbing.NewBranchReferenceName(name), plumbing.NewHash(commit))))
}

func (r *repo) remoteBranch(name, commit string) {
	r.t.Helper()
	r.check(r.s.SetReference(plumbing.NewHashReference(plumbing.ReferenceName("refs/remotes/"+name), plumbing.NewHash(commit))))
}

func (r *repo) head(branch string) {
	r.t.Helper()
	r.check(r.s.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, plumbing.NewBranchReferenceName(branch))))
}

// tip returns the commit of a branch.
func (r *repo) tip(branch string) string {
	r.t.Helper()
	ref, err := r.s.Reference(plumbing.NewBranchReferenceName(branch))
	r.check(err)
	return ref.Hash().String()
}

// orphan puts a commit without parents on a new branch.
func (r *repo) orphan(branch string, files map[string]string) string { return r.commit(branch, files) }

// shallow cuts the history at a commit, and takes a parent of it away.
func (r *repo) shallow(at, parent string) {
	r.t.Helper()
	r.check(r.s.SetShallow([]plumbing.Hash{plumbing.NewHash(at)}))
	r.check(os.Remove(filepath.Join(r.s.Filesystem().Root(), "objects", parent[:2], parent[2:])))
}
