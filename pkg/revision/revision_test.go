package revision_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/revision"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// makeBundle makes a bundle of one file a body.
func makeBundle(t *testing.T, bodies ...string) *bundle.Bundle {
	t.Helper()
	var objs []bundle.Object
	for i, body := range bodies {
		ref := bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: fmt.Sprintf("%d.txt", i)}
		objs = append(objs, bundle.NewRawObject(ref, []byte(body), nil))
	}
	b, diags := bundle.New("default", objs)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

func open(t *testing.T, dir string, opts revision.Options) *revision.Store {
	t.Helper()
	s, err := revision.Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// deploy does with a store what a server does with an upload.
func deploy(s *revision.Store, b *bundle.Bundle, at time.Time) error {
	for _, o := range b.Objects() {
		if err := s.PutBlob(o.Body); err != nil {
			return err
		}
	}
	m, err := s.Put(b, revision.Manifest{Environment: b.Env(), Author: "ann", Created: at, Validated: true})
	if err != nil {
		return err
	}
	return s.Activate(revision.Activation{
		Time: at, Revision: m.ID, Environment: b.Env(), By: "ann", Reason: revision.Deploy,
	})
}

func mustDeploy(t *testing.T, s *revision.Store, b *bundle.Bundle, at time.Time) bundle.Hash {
	t.Helper()
	if err := deploy(s, b, at); err != nil {
		t.Fatal(err)
	}
	return b.Revision()
}

func TestStoreAndReopen(t *testing.T) {
	dir := t.TempDir()
	s, err := revision.Open(dir, revision.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Active(); ok {
		t.Error("an empty store has an active revision")
	}
	one, two := makeBundle(t, "a", "b"), makeBundle(t, "a", "c")
	hashes := []bundle.Hash{bundle.HashOf([]byte("a")), bundle.HashOf([]byte("c")), bundle.HashOf([]byte("a"))}
	if missing, err := s.Missing(hashes); err != nil || len(missing) != 2 {
		t.Errorf("missing of an empty store: %v, %v", missing, err)
	}
	mustDeploy(t, s, one, start)
	if missing, err := s.Missing(hashes); err != nil || !cmp.Equal(missing, hashes[1:2]) {
		t.Errorf("missing is %v, %v; want what differs only", missing, err)
	}
	mustDeploy(t, s, two, start.Add(time.Hour))
	mustDeploy(t, s, one, start.Add(2*time.Hour))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir, revision.Options{})
	got, ok := s.Active()
	want := revision.Activation{
		Time: start.Add(2 * time.Hour), Revision: one.Revision(), Environment: "default", By: "ann", Reason: revision.Deploy,
	}
	if d := cmp.Diff(want, got); !ok || d != "" {
		t.Error(d)
	}
	if n := len(s.History()); n != 3 {
		t.Errorf("%d activations are remembered, want 3", n)
	}
	b, m, err := s.Bundle(two.Revision())
	if err != nil {
		t.Fatal(err)
	}
	if b.Revision() != two.Revision() || b.Env() != "default" || m.Author != "ann" || !m.Validated {
		t.Errorf("read back: %v %q %+v", b.Revision(), b.Env(), m)
	}
	list, err := s.List()
	if err != nil || len(list) != 2 || list[0].ID != two.Revision() {
		t.Errorf("list: %v, %v; want two, the newest first", list, err)
	}
	if !list[1].Created.Equal(start) {
		t.Error("deploying a stored revision again changed its manifest")
	}
}

func TestFind(t *testing.T) {
	s := open(t, t.TempDir(), revision.Options{})
	id := mustDeploy(t, s, makeBundle(t, "a"), start)
	for _, prefix := range []string{id.String(), id.Short(), id.String()[:4], strings.ToUpper(id.String()[:9])} {
		if got, err := s.Find(prefix); err != nil || got != id {
			t.Errorf("Find(%q) = %v, %v", prefix, got, err)
		}
	}
	for _, prefix := range []string{"", id.String()[:3], "zzzz", "../../x"} {
		if _, err := s.Find(prefix); !errors.Is(err, revision.ErrNotFound) {
			t.Errorf("Find(%q): %v, want ErrNotFound", prefix, err)
		}
	}
	// Two revisions with the same first four digits.
	seen := map[string]*bundle.Bundle{}
	for i := 0; ; i++ {
		b := makeBundle(t, fmt.Sprint(i))
		prefix := b.Revision().String()[:4]
		first, ok := seen[prefix]
		if !ok {
			seen[prefix] = b
			continue
		}
		mustDeploy(t, s, first, start)
		mustDeploy(t, s, b, start)
		var ambiguous *revision.AmbiguousError
		if _, err := s.Find(prefix); !errors.As(err, &ambiguous) || len(ambiguous.IDs) != 2 {
			t.Errorf("Find(%q): %v, want it ambiguous", prefix, err)
		}
		return
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, revision.Options{})
	_, err := revision.Open(dir, revision.Options{})
	var locked *revision.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second process: %v; want the directory and process %d named", err, os.Getpid())
	}
}

// A revision is not stored, nor activated, before everything it names is.
func TestOrder(t *testing.T) {
	s := open(t, t.TempDir(), revision.Options{})
	b := makeBundle(t, "a")
	if _, err := s.Put(b, revision.Manifest{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a manifest without its bodies: %v", err)
	}
	if err := s.Activate(revision.Activation{Revision: b.Revision()}); !errors.Is(err, revision.ErrNotFound) {
		t.Errorf("an activation without its manifest: %v", err)
	}
	if _, ok := s.Active(); ok {
		t.Error("a failed activation took place")
	}
}

func TestCorrupt(t *testing.T) {
	b := makeBundle(t, "a body")
	blob := "blobs/" + b.Objects()[0].Body.Hash().String()[:2] + "/" + b.Objects()[0].Body.Hash().String()
	manifest := "revisions/" + b.Revision().String() + ".json"
	for _, tc := range []struct{ name, file, content string }{
		{"truncated active", "active", `{"format_version": 1, "activations": [{"ti`},
		{"empty active", "active", ""},
		{"active of zeros", "active", "\x00\x00\x00\x00"},
		{"active of nothing", "active", `{"format_version": 1, "activations": []}`},
		{"active of a later version", "active", `{"format_version": 9, "activations": []}`},
		{"trailing data", "active", `{"format_version": 1, "activations": []} x`},
		{"unknown field", manifest, `{"format_version": 1, "colour": "red"}`},
		{"empty manifest", manifest, ""},
		{"another manifest", manifest, `{"format_version": 1, "revision": "` + strings.Repeat("0", 64) + `"}`},
		{"manifest of other objects", manifest, `{"format_version": 1, "revision": "` + b.Revision().String() + `", "objects": []}`},
		{"changed body", blob, "another body"},
		{"empty body", blob, ""},
		{"body gone", blob, "-"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := revision.Open(dir, revision.Options{})
			if err != nil {
				t.Fatal(err)
			}
			mustDeploy(t, s, b, start)
			s.Close()
			name := filepath.Join(dir, filepath.FromSlash(tc.file))
			if tc.content == "-" {
				err = os.Remove(name)
			} else {
				err = os.WriteFile(name, []byte(tc.content), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			s, err = revision.Open(dir, revision.Options{})
			if err == nil {
				defer s.Close()
				active, _ := s.Active()
				_, _, err = s.Bundle(active.Revision)
			}
			var corrupt *revision.CorruptError
			if !errors.As(err, &corrupt) || corrupt.File != name || corrupt.Hint == "" {
				t.Fatalf("got %v, want %s to be named as damaged", err, name)
			}
			if data, err := os.ReadFile(name); tc.content != "-" && (err != nil || string(data) != tc.content) {
				t.Errorf("the damaged file was touched: %q, %v", data, err)
			}
		})
	}
}

// A damaged body counts as missing, and storing it again heals it.
func TestHeal(t *testing.T) {
	dir := t.TempDir()
	s, err := revision.Open(dir, revision.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := makeBundle(t, "a body")
	mustDeploy(t, s, b, start)
	s.Close()
	h := b.Objects()[0].Body.Hash()
	name := filepath.Join(dir, "blobs", h.String()[:2], h.String())
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, revision.Options{})
	if missing, err := s.Missing([]bundle.Hash{h}); err != nil || len(missing) != 1 {
		t.Fatalf("missing: %v, %v", missing, err)
	}
	mustDeploy(t, s, b, start)
	if _, _, err := s.Bundle(b.Revision()); err != nil {
		t.Error(err)
	}
}

func TestCollect(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, revision.Options{Keep: 3})
	var ids []bundle.Hash
	for i := range 6 {
		b := makeBundle(t, "shared", fmt.Sprint(i))
		ids = append(ids, mustDeploy(t, s, b, start.Add(time.Duration(i)*time.Hour)))
	}
	// The oldest runs again, so it is the youngest now.
	if err := s.Activate(revision.Activation{
		Time: start.Add(9 * time.Hour), Revision: ids[0], Reason: revision.Rollback,
	}); err != nil {
		t.Fatal(err)
	}
	pending := bundle.NewBlob([]byte("an upload under way"))
	got, err := s.Collect() // what was stored since is left alone
	if err != nil || len(got.Revisions) != 3 || got.Blobs != 0 {
		t.Fatalf("collected %+v, %v", got, err)
	}
	if err := s.PutBlob(pending); err != nil {
		t.Fatal(err)
	}
	if got, err = s.Collect(); err != nil || len(got.Revisions) != 0 || got.Blobs != 3 {
		t.Fatalf("collected %+v, %v; want the bodies of 1, 2 and 3", got, err)
	}
	for i, id := range ids {
		_, _, err := s.Bundle(id)
		if kept := i == 0 || i > 3; kept != (err == nil) {
			t.Errorf("revision %d: %v", i, err)
		}
	}
	if _, err := s.Blob(pending.Hash()); err != nil {
		t.Errorf("the upload under way: %v", err)
	}
	if got, err = s.Collect(); err != nil || got.Blobs != 1 {
		t.Errorf("an abandoned upload: %+v, %v", got, err)
	}
}

func TestCollectKeepsActive(t *testing.T) {
	s := open(t, t.TempDir(), revision.Options{Keep: 1})
	old := mustDeploy(t, s, makeBundle(t, "old"), start)
	b := makeBundle(t, "new")
	if err := s.PutBlob(b.Objects()[0].Body); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(b, revision.Manifest{Created: start.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Collect(); err != nil || !cmp.Equal(got.Revisions, []bundle.Hash{b.Revision()}) {
		t.Fatalf("collected %v, %v", got, err)
	}
	if _, _, err := s.Bundle(old); err != nil {
		t.Error(err)
	}
}
