//go:build e2e

package e2e_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monctl/monctl/e2e/peer"
)

// up starts monctl up on a copy of the repository's own monitoring.
func up(t *testing.T, dir string, args ...string) *peer.Process {
	t.Helper()
	addr := peer.FreeAddr(t)
	return peer.Launch(t, peer.Spec{
		Name: "monctl up", Path: monctl(t), Dir: dir, URL: "http://" + addr, ReadyPath: "/-/ready",
		Args: append([]string{"up", "--listen", addr, "-V", "self=" + addr}, args...),
	})
}

// activeExprs returns the expressions of an alert's rules as they run.
func activeExprs(t *testing.T, url, alert string) (string, error) {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Query string }
			}
		}
	}
	if err := get(t, url+"/api/v1/rules", &answer); err != nil {
		return "", err
	}
	var exprs []string
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			if r.Name == alert {
				exprs = append(exprs, r.Query)
			}
		}
	}
	return strings.Join(exprs, "\n"), nil
}

// TestUpFollowsTheSources: an edited threshold is live, a broken edit is
// reported with its place and changes nothing, and mending it is live again.
func TestUpFollowsTheSources(t *testing.T) {
	dir := project(t)
	p := up(t, dir)
	p.WaitOutput(patience, "watching the sources")
	source := filepath.Join(dir, "rules", "node.jsonnet")
	runs := func(want string) {
		t.Helper()
		peer.Eventually(t, patience, func() error {
			expr, err := activeExprs(t, p.URL(), "HostDiskFull")
			if err == nil && !strings.Contains(expr, want) {
				err = fmt.Errorf("%s does not contain %s", expr, want)
			}
			return err
		})
	}
	runs("0.85")
	replace(t, source, "diskUsed: { warning: 0.85", "diskUsed: { warning: 0.8123")
	runs("0.8123")
	replace(t, source, "rules.file([", "rules.file([[")
	p.WaitOutput(patience, "error[jsonnet/syntax]")
	p.WaitOutput(patience, "--> rules/node.jsonnet:")
	p.WaitOutput(patience, "goes on running")
	runs("0.8123")
	replace(t, source, "rules.file([[", "rules.file([")
	replace(t, source, "diskUsed: { warning: 0.8123", "diskUsed: { warning: 0.75")
	runs("0.75")
	if code := p.Stop(); code != 0 {
		t.Errorf("up ends with %d after an interrupt\n%s", code, p.Output())
	}
}

// TestUpOnce ends by itself when everything ran, and says what it did.
func TestUpOnce(t *testing.T) {
	dir := project(t)
	r := must(t, "-C", dir, "up", "--once", "--listen", "127.0.0.1:0")
	for _, want := range []string{"tests passed", "revision", "http://127.0.0.1:", "objects"} {
		if !strings.Contains(r.Stdout, want) {
			t.Errorf("no %q in\n%s", want, r.Stdout)
		}
	}
}
