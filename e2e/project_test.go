//go:build e2e

package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/e2e/peer"
)

// program builds monctl once for all tests.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "monctl-e2e-*")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears it as well
	program = filepath.Join(dir, "monctl")
	return m.Run()
}

// monctl returns the program's file.
func monctl(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		peer.Build(t, "./cmd/monctl", filepath.Dir(program))
	}
	return program
}

// project copies the sources of this repository's own monitoring.
func project(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"rules", "dashboards", "alertmanager", "prometheus", "tests", "lib"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(peer.Root(t), name))); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "monctl.cue"), read(t, filepath.Join(peer.Root(t), "monctl.cue")))
	return dir
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// replace edits a file, as an editor does: a new file in the place of the old.
func replace(t *testing.T, name, old, new string) {
	t.Helper()
	text := read(t, name)
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q stands %d times in %s", old, strings.Count(text, old), name)
	}
	write(t, name+".new", strings.Replace(text, old, new, 1))
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// must runs monctl and fails the test if it exits with another code than 0.
func must(t *testing.T, args ...string) peer.Result {
	t.Helper()
	r := peer.Run(t, peer.Command{Path: monctl(t), Args: args})
	if r.Code != 0 {
		t.Fatalf("monctl %s: exit code %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r
}

// get reads a JSON document.
func get(t *testing.T, url string, into any) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}

// status is what the tests read of /api/monctl/v1/status.
type status struct {
	Activation struct {
		Revision string `json:"revision"`
	} `json:"activation"`
	Settled bool   `json:"settled"`
	Waiting string `json:"waiting"`
}

const patience = 60 * time.Second
