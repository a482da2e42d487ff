package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/server"
)

// A directory that cannot be used is a finding that names the file, and
// nothing in it is touched.
func TestUnusableState(t *testing.T) {
	const garbage = "\x00garbage"
	for _, tc := range []struct{ name, file, code string }{
		{"active pointer", "active", "server/state"},
		{"silences", "alertmanager/silences", "server/state"},
		{"notification log", "alertmanager/nflog", "server/state"},
		{"write-ahead log", "prometheus/tsdb/wal", "server/state"},
		{"manifest", "revisions/" + version(t, "one").Revision().String() + ".json", "server/state"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := server.OpenWithFakes(t.Context(), server.Options{DataDir: dir}, &server.Fakes{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Deploy(t.Context(), version(t, "one"), api.Change{}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, filepath.FromSlash(tc.file))
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(garbage), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = server.Open(t.Context(), server.Options{DataDir: dir})
			var found interface{ Diagnostic() diag.Diagnostic }
			if !errors.As(err, &found) {
				t.Fatalf("got %v", err)
			}
			if d := found.Diagnostic(); d.Code != tc.code || d.Hint == "" || d.Span.File != file {
				t.Errorf("finding %+v", d)
			}
			if data, err := os.ReadFile(file); err != nil || string(data) != garbage {
				t.Errorf("the file was touched: %q, %v", data, err)
			}
			// Whoever repairs it is not kept out by what Open left behind.
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if tc.name == "manifest" {
				return
			}
			s, err = server.Open(t.Context(), server.Options{DataDir: dir})
			if err == nil {
				err = s.Close(t.Context())
			}
			// The bundle was good enough for the fakes only.
			if _, rejected := errors.AsType[*api.RejectedError](err); err != nil && !rejected {
				t.Errorf("repaired: %v", err)
			}
		})
	}
}

func TestLocked(t *testing.T) {
	s := openFakes(t, server.Options{})
	_, err := server.Open(t.Context(), server.Options{DataDir: s.dir})
	var found interface{ Diagnostic() diag.Diagnostic }
	if !errors.As(err, &found) || found.Diagnostic().Code != "server/locked" {
		t.Errorf("got %v", err)
	}
	if _, err := server.Open(t.Context(), server.Options{DataDir: "relative"}); err == nil {
		t.Error("a relative directory was taken")
	}
}
