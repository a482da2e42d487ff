package vendoring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/vendoring"
)

// FuzzLoad: the two files of a project are read or refused, at a place that is
// within them.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		`{"version": 1, "dependencies": [{"source": {"git": {"remote": "https://github.com/a/b.git", "subdir": "c"}}, "version": "master", "sum": "x="}], "legacyImports": true}`,
		`{"dependencies": [{"name": "a", "source": {"local": {"directory": "../a"}}, "version": "", "single": true}]}`, `{"version": 2}`, `[]`, `{"dependencies": [{"source": {"git": {"remote": "git@github.com:a/b", "subdir": "/../.."}}}]}`, "", "{", `{"dependencies": [null, {"source": {}}]}`, "\xff", `{"version": 1e0}`,
	} {
		f.Add([]byte(seed), []byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, file, lock []byte) {
		texts := map[string][]byte{vendoring.FileName: file, vendoring.LockName: lock}
		for name, text := range texts {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p, diags, err := vendoring.Load(vendoring.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if (p == nil) != diags.HasErrors() {
			t.Fatalf("a project: %v, and: %v", p != nil, diags)
		}
		for _, d := range diags {
			text, ok := texts[d.Span.File]
			if !ok || !within(text, d.Span) {
				t.Errorf("%s lies outside of %q", d.Span, text)
			}
		}
		if p != nil {
			for _, d := range p.Dependencies() {
				if d.Name() == "" {
					t.Errorf("%q: a dependency without a name: %+v", file, d)
				}
			}
		}
	})
}

// within reports whether a span's start lies in a text, or right behind it.
func within(text []byte, span diag.Span) bool {
	lines := bytes.Split(text, []byte("\n"))
	at := span.Start
	return at.Line == 0 || at.Line > 0 && at.Line <= len(lines) && at.Column <= utf8.RuneCount(lines[at.Line-1])+1
}
