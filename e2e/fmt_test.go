//go:build e2e

package e2e_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/e2e/peer"
)

// TestFmtBesideJsonnetfmt has both tools format this repository's own Jsonnet,
// laid out in another way first, and compares every byte.
func TestFmtBesideJsonnetfmt(t *testing.T) {
	other := []string{"-n", "3", "--string-style", "d", "--comment-style", "h", "--no-pretty-field-names", "--pad-arrays", "--no-pad-objects", "--no-use-implicit-plus", "--max-blank-lines", "1"}
	for name, flags := range map[string][]string{
		"defaults":      nil,
		"all the flags": append(slices.Clone(other), "--no-sort-imports"),
	} {
		t.Run(name, func(t *testing.T) {
			theirs, ours := project(t), project(t)
			for _, dir := range []string{theirs, ours} {
				format(t, peer.Pinned(t, "jsonnetfmt"), dir, append(slices.Clone(other), "-i", "--"), jsonnetFiles(t, dir))
			}
			format(t, peer.Pinned(t, "jsonnetfmt"), theirs, append(slices.Clone(flags), "-i", "--"), jsonnetFiles(t, theirs))
			format(t, monctl(t), ours, append([]string{"fmt", "-i"}, flags...), jsonnetFiles(t, ours))
			if diff := cmp.Diff(listing(t, theirs), listing(t, ours)); diff != "" {
				t.Errorf("files (-jsonnetfmt +monctl):\n%s", diff)
			}
			if r := peer.Run(t, peer.Command{Path: monctl(t), Dir: ours, Args: append([]string{"fmt", "--test"}, flags...)}); r.Code != 0 {
				t.Errorf("fmt --test: exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
		})
	}
}

func format(t *testing.T, path, dir string, flags, files []string) {
	t.Helper()
	if r := peer.Run(t, peer.Command{Path: path, Dir: dir, Args: append(flags, files...)}); r.Code != 0 {
		t.Fatalf("%s: exit code %d\n%s%s", path, r.Code, r.Stdout, r.Stderr)
	}
}

func jsonnetFiles(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if ending := filepath.Ext(name); err == nil && !d.IsDir() && (ending == ".jsonnet" || ending == ".libsonnet") {
			rel, _ := filepath.Rel(dir, name)
			files = append(files, rel)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}
