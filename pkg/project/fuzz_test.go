package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/pkg/project"
)

// FuzzLoad: a project file is a project, or there is an error.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"environments: a: ext: x: 1", "environments: {a: {inherit: \"b\"}, b: {abstract: true, dialect: \"mimir\"}}", "checks: severity: \"alert/for\": \"off\"", "jsonnet: {timeout: \"1s\", maxMemory: \"1GiB\"}",
		"sources: mixins: [{path: \"a\", drop: [\"A\"], patch: [{match: \"B\", set: {for: null}}]}]", "{", "#A: string\ncontext: [{path: #A}]", "environments: a: targets: t: {kind: \"server\", url: \"http://x\", select: [\"rules/=~(\"]}",
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, "monctl.cue"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		p, diags, err := project.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if p == nil && !diags.HasErrors() {
			t.Fatal("neither a project nor an error")
		}
	})
}
