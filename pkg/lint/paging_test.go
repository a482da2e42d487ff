package lint_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/routing"
)

var routings = flag.String("routings", "", "folder with configurations of Alertmanager, *.yml and *.yaml, at any depth")

// TestRoutings counts what the checks of routes and inhibition rules find in
// the configurations of a folder that Alertmanager accepts: go test ./pkg/lint
// -run Routings -v -args -routings DIR.
func TestRoutings(t *testing.T) {
	if *routings == "" {
		t.Skip("no -routings given: the public configurations are not part of this repository")
	}
	accepted := 0
	err := filepath.WalkDir(*routings, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.Ext(path), ".y") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := routing.LoadConfig(text); err != nil {
			return nil //nolint:nilerr // one that is refused is none
		}
		docs, diags := bundle.DecodeYAML(path, text)
		if diags.HasErrors() || len(docs) != 1 {
			return nil
		}
		accepted++
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Alertmanager}, docs[0].Value, docs[0].Origin)
		if err != nil {
			return err
		}
		b, _ := bundle.New("default", []bundle.Object{o})
		found, err := lint.Run(t.Context(), b, lint.Options{})
		for _, d := range found {
			rel, _ := filepath.Rel(*routings, path)
			t.Logf("%s %s %s:%d %s: %s", d.Severity, d.Code, rel, d.Span.Start.Line, d.Pointer, d.Summary)
		}
		return err
	})
	if err != nil || accepted == 0 {
		t.Fatalf("%d configurations accepted, error %v", accepted, err)
	}
	t.Logf("%d configurations", accepted)
}
