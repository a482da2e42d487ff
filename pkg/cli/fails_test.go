package cli_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"
)

// fails is the script command `fails N monctl ARG...`: it runs monctl, compares
// its exit code, and sees to it that nothing was written.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[0] == "0" {
		ts.Fatalf("usage: fails N command arg..., with N other than 0")
	}
	work := ts.Getenv("WORK")
	before, err := listing(work)
	ts.Check(err)
	exitCode(ts, false, args)
	after, err := listing(work)
	ts.Check(err)
	for _, l := range after {
		if !slices.Contains(before, l) {
			ts.Fatalf("the command wrote %s", l)
		}
	}
	for _, l := range before {
		if !slices.Contains(after, l) {
			ts.Fatalf("the command changed or removed %s", l)
		}
	}
}

// listing names everything below a folder, files with the hash of what they
// hold. The folder for temporary files does not count.
func listing(root string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if rel == ".tmp" {
			return fs.SkipDir
		}
		line := fmt.Sprintf("%s %s", d.Type(), filepath.ToSlash(rel))
		if d.Type().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %x", sha256.Sum256(data))
		}
		out = append(out, line)
		return nil
	})
	return out, err
}
