//go:build e2e

package e2e_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monctl/monctl/e2e/peer"
)

func glob(t *testing.T, parts ...string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatalf("nothing matches %s", filepath.Join(parts...))
	}
	return names
}

func accepts(t *testing.T, what string, r peer.Result) {
	t.Helper()
	if r.Code != 0 {
		t.Errorf("%s: exit code %d\n%s%s", what, r.Code, r.Stdout, r.Stderr)
	}
}

// TestPeersAcceptTheRenderedTree: promtool and amtool take every file that they
// know, of every environment and target.
func TestPeersAcceptTheRenderedTree(t *testing.T) {
	dir := project(t)
	must(t, "-C", dir, "render", "--out", "out")
	for _, env := range []string{"default", "tokyo", "us"} {
		out := filepath.Join(dir, "out", env)
		accepts(t, "promtool check rules", peer.Promtool(t, append([]string{"check", "rules"}, glob(t, out, "prometheus", "rules", "*.yaml")...)...))
		accepts(t, "promtool check config", peer.Promtool(t, "check", "config", filepath.Join(out, "prometheus", "prometheus.yml")))
		accepts(t, "amtool check-config", peer.Amtool(t, "check-config", filepath.Join(out, "alertmanager", "alertmanager.yml")))
		if env == "default" {
			continue
		}
		for _, config := range glob(t, out, "*", "prometheus", "prometheus.yml") {
			accepts(t, "promtool check config of a target", peer.Promtool(t, "check", "config", config))
		}
	}
}

// report is what the tests read of a report.
type report struct {
	Tests struct {
		Suites []struct {
			File        string `json:"file"`
			Environment string `json:"environment"`
			Tests       []struct {
				Result string `json:"result"`
			} `json:"tests"`
		} `json:"suites"`
	} `json:"tests"`
}

// TestPromtoolGivesTheSameVerdicts runs the rendered tests with both programs,
// as they are and with thresholds that make some of them fail.
func TestPromtoolGivesTheSameVerdicts(t *testing.T) {
	dir := project(t)
	verdicts(t, dir, false)
	replace(t, filepath.Join(dir, "rules", "node.jsonnet"), "diskUsed: { warning: 0.85, critical: 0.95 }", "diskUsed: { warning: 0.999, critical: 0.9999 }")
	verdicts(t, dir, true)
}

func verdicts(t *testing.T, dir string, wantFailures bool) {
	t.Helper()
	must(t, "-C", dir, "render", "--env", "default", "--out", "out")
	ours := peer.Run(t, peer.Command{Path: monctl(t), Args: []string{"-C", dir, "test", "--env", "default", "-o", "json"}})
	var r report
	if err := json.Unmarshal([]byte(ours.Stdout), &r); err != nil {
		t.Fatalf("%v\n%s%s", err, ours.Stdout, ours.Stderr)
	}
	failed := map[string]bool{}
	for _, s := range r.Tests.Suites {
		name := strings.TrimSuffix(filepath.Base(s.File), filepath.Ext(s.File))
		for _, one := range s.Tests {
			failed[name] = failed[name] || one.Result == "failed"
		}
	}
	any := false
	for _, file := range glob(t, dir, "out", "default", "tests", "*.yaml") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		theirs := peer.Promtool(t, "test", "rules", file)
		if got, known := failed[name]; !known || got != (theirs.Code != 0) {
			t.Errorf("%s: monctl says failed=%v, promtool exits with %d\n%s%s", name, got, theirs.Code, theirs.Stdout, theirs.Stderr)
		}
		any = any || theirs.Code != 0
	}
	if any != wantFailures {
		t.Errorf("some file fails: %v, want %v", any, wantFailures)
	}
	if wantCode := map[bool]int{false: 0, true: 3}[wantFailures]; ours.Code != wantCode {
		t.Errorf("monctl test exits with %d, want %d", ours.Code, wantCode)
	}
}
