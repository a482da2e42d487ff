package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/server"
)

func TestFilesChangePlaces(t *testing.T) {
	s := openFakes(t, server.Options{})
	for _, files := range []map[string]string{
		{"file/prometheus/a": "a file"},
		{"file/prometheus/a/b/c": "below it", "file/alertmanager/x": "1"},
		{"file/prometheus/a": "a file again"},
		{},
	} {
		b := makeBundle(t, files)
		s.deploy(t, b)
		want := map[string]string{}
		for name, content := range files {
			want[strings.TrimPrefix(name, "file/")] = content
		}
		if d := cmp.Diff(want, s.files(t)); d != "" {
			t.Error(d)
		}
	}
}

// A file that did not change is not touched, so that nobody who watches it
// reads it again.
func TestUnchangedFilesAreNotTouched(t *testing.T) {
	s := openFakes(t, server.Options{})
	s.deploy(t, makeBundle(t, map[string]string{"file/prometheus/a": "same", "file/prometheus/b": "one"}))
	stat := func(name string) os.FileInfo {
		info, err := os.Stat(filepath.Join(s.dir, "files", "prometheus", name))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	a, b := stat("a"), stat("b")
	s.deploy(t, makeBundle(t, map[string]string{"file/prometheus/a": "same", "file/prometheus/b": "two"}))
	if !os.SameFile(a, stat("a")) {
		t.Error("the unchanged file was replaced")
	}
	if os.SameFile(b, stat("b")) {
		t.Error("the changed file was written over, where a reader could see half of it")
	}
}

// Regression test: even a bundle that was not checked cannot write elsewhere.
func TestNoTraversal(t *testing.T) {
	s := openFakes(t, server.Options{})
	for _, ref := range []bundle.Ref{
		{Kind: bundle.File, Space: "prometheus", Name: "../../../evil"},
		{Kind: bundle.File, Space: "..", Name: "evil"},
		{Kind: bundle.File, Space: "prometheus", Name: "/evil"},
	} {
		b, _ := bundle.New("default", []bundle.Object{bundle.NewRawObject(ref, []byte("x"), nil)})
		if _, err := s.Deploy(t.Context(), b, api.Change{}); err == nil {
			t.Errorf("%q was accepted", ref)
		}
	}
	// A link that somebody has put there is not followed either.
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.dir, "files", "prometheus", "link")); err != nil {
		t.Fatal(err)
	}
	b := makeBundle(t, map[string]string{"file/prometheus/link/evil": "x"})
	if _, err := s.Deploy(t.Context(), b, api.Change{}); err == nil {
		t.Error("a link out of the directory was followed")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("written outside: %v, %v", left, err)
	}
}

// A process that was killed while it laid files out left some of each
// revision; the next one puts it right.
func TestFilesAreLaidOutAnewAtStart(t *testing.T) {
	dir := t.TempDir()
	f := &server.Fakes{}
	s, err := server.OpenWithFakes(t.Context(), server.Options{DataDir: dir}, f)
	if err != nil {
		t.Fatal(err)
	}
	one := version(t, "one")
	if _, err := s.Deploy(t.Context(), one, api.Change{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := filepath.Join(dir, "files", "prometheus")
	err = errors.Join(
		os.WriteFile(filepath.Join(files, "a.yaml"), []byte("content of tw"), 0o600),
		os.WriteFile(filepath.Join(files, "two.pem"), []byte("only in two"), 0o600),
		os.Remove(filepath.Join(files, "one.pem")),
		os.MkdirAll(filepath.Join(dir, "staged", "prometheus", "a.yaml"), 0o700),
	)
	if err != nil {
		t.Fatal(err)
	}
	again := openFakes(t, server.Options{DataDir: dir})
	again.expect(t, one, "one")
}
