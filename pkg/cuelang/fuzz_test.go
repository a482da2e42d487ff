package cuelang_test

import (
	"bytes"
	"testing"

	"github.com/monctl/monctl/pkg/cuelang"
)

func cueSeeds() []string {
	return []string{
		"a: b: 1", "#A: {x!: string, ...}\na: #A & {x: \"y\"}", "import \"strings\"\na: strings.ToUpper(\"x\")", "package p // why\n\n// what\na: [for x in [1, 2] if x > 1 {x}]", "{", "a: \"\"\"\n\tb\n\t\"\"\"", "@tag(a)\nx: int @tag(y)", "a: 1 | *2\na: a", "import x \"a.b/c:d\"\na: x.y", "\xff", "let x = 1\n\"\\(x)\": x", "a: 0x1F & <5", "...",
	}
}

// FuzzFormat: what is laid out stays so when it is laid out again.
func FuzzFormat(f *testing.F) {
	for _, seed := range cueSeeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		out, diags := cuelang.Format("a.cue", text)
		if diags.HasErrors() {
			return
		}
		again, diags := cuelang.Format("a.cue", out)
		if diags.HasErrors() {
			t.Fatalf("%q is laid out as %q, which does not parse: %v", text, out, diags)
		}
		_ = again
		if name := cuelang.PackageName("a.cue", text); name != cuelang.PackageName("a.cue", out) {
			t.Errorf("%q of package %q becomes %q", text, name, out)
		}
	})
}

// FuzzParse: a file is a value or there is an error, which lies within the text.
func FuzzParse(f *testing.F) {
	for _, seed := range cueSeeds() {
		for which := range uint8(3) {
			f.Add([]byte(seed), which)
		}
	}
	f.Add([]byte("a: [1, {b: c}]\n"), uint8(1))
	f.Add([]byte("a: &x [*x]\n"), uint8(1))
	f.Add([]byte(`{"a": [1, null, "\ud800"]}`), uint8(2))
	names := []string{"a.cue", "a.yaml", "a.json"}
	f.Fuzz(func(t *testing.T, text []byte, which uint8) {
		name := names[int(which)%len(names)]
		v, diags := cuelang.NewLoader().Parse("project/syntax", name, text)
		if !v.Exists() && !diags.HasErrors() {
			t.Errorf("%q is neither a value nor an error", text)
		}
		for _, d := range diags {
			// To YAML, a carriage return ends a line as well.
			if lines := bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) + 1; d.Span.File == name && d.Span.Start.Line > lines {
				t.Errorf("%q has %d lines, and a mistake on line %d: %s", text, lines, d.Span.Start.Line, d.Summary)
			}
		}
	})
}
