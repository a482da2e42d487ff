//go:build e2e

package e2e_test

import (
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/e2e/peer"
)

// TestStartOfAnyBuild: what the start gives back is what the file holds, not what
// the dynamic loader has made of it, however the program is built.
func TestStartOfAnyBuild(t *testing.T) {
	for _, mode := range []string{"exe", "pie"} {
		program := filepath.Join(t.TempDir(), mode)
		build := peer.Command{Path: "go", Dir: "..", Args: []string{"build", "-buildmode=" + mode, "-o", program, "./pkg/startup/testdata/program"}}
		if r := peer.Run(t, build); r.Code != 0 {
			t.Fatalf("build as %s: exit code %d\n%s", mode, r.Code, r.Stderr)
		}
		if r := peer.Run(t, peer.Command{Path: program}); r.Code != 0 || r.Stdout != "I'm a teapot\n" {
			t.Errorf("built as %s: exit code %d\n%s%s", mode, r.Code, r.Stdout, r.Stderr)
		}
	}
}
