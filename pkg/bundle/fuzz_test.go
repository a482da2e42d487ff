package bundle_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
)

// FuzzDecodeYAML: whatever can be read has a canonical form that reads back to
// itself, directly and by way of block style.
func FuzzDecodeYAML(f *testing.F) {
	for _, seed := range []string{
		"a: yes\nb: [1, 1.0, 0777, ~]\n", "{\"a\": 1e3, \"b\": [\"x\", null]}", "a: &x {b: 1}\nc: {<<: *x}\n", "- |\n  a\n  b\n- >-\n  c\n",
		"a: !!binary aGk=\n", "? [a]\n: b\n", "\xff", "a: \"\\u0000\"\n", "\"\\u0080 \\u007f\"", "---\na: 1\n---\nb: 2\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, diags := bundle.DecodeYAML("f.yaml", data)
		if diags.HasErrors() {
			return
		}
		for _, d := range docs {
			canonical, err := bundle.Canonical(d.Value)
			if err != nil {
				continue // not valid UTF-8
			}
			block, err := bundle.EncodeYAML(d.Value)
			if err != nil {
				t.Fatalf("no block style for %s: %v", canonical, err)
			}
			for _, text := range [][]byte{canonical, block} {
				back, diags := bundle.DecodeYAML("f.yaml", text)
				if diags.HasErrors() {
					t.Fatalf("%q does not read back: %v", text, diags)
				}
				var v bundle.Value // an empty document is null
				if len(back) == 1 {
					v = back[0].Value
				}
				if again, err := bundle.Canonical(v); err != nil || string(again) != string(canonical) {
					t.Fatalf("%q reads back as %q (%v), by way of %q", canonical, again, err, text)
				}
			}
		}
	})
}

// FuzzParseRef: a reference that is read is written as it was.
func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"rules/node/cpu", "alertmanager", "dashboard/a%2Fb/u", "template/x", "file/prometheus/a/b", "rules//x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := bundle.ParseRef(s)
		if err != nil {
			return
		}
		again, err := bundle.ParseRef(r.String())
		if err != nil || again != r {
			t.Fatalf("%q: %#v is written %q and read as %#v (%v)", s, r, r, again, err)
		}
	})
}
