package bundle_test

import (
	"bytes"
	"strings"
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

// FuzzParseSelector: what chooses an object by some terms does not choose it
// once they are negated.
func FuzzParseSelector(f *testing.F) {
	for _, seed := range [][2]string{
		{"rules/.*", ""}, {"!rules/.*", "a=b"}, {"rules/a/b", "team=~x|y,severity!=page"}, {"(", "a=~("}, {"", "a"}, {"(?i)RULES.*", "a!~.*,b==c"}, {"rules/a%2Fb/.*", "a=b,c"}, {"a)|(.*", "a=~b)|(.*"}, {"\xff", "\xff=\xff"},
	} {
		f.Add(seed[0], seed[1], "x")
	}
	f.Fuzz(func(t *testing.T, refs, labels, value string) {
		o := bundle.NewRawObject(bundle.Ref{Kind: bundle.Template, Name: "a.tmpl"}, nil, nil)
		o.Labels = map[string]string{"a": value, "team": "x"}
		// What begins with two marks negates an expression with one in front.
		if s, err := bundle.ParseSelector([]string{refs}, nil); err == nil && !strings.HasPrefix(refs, "!!") {
			other := "!" + refs
			if refs[0] == '!' {
				other = refs[1:]
			}
			not, err := bundle.ParseSelector([]string{other}, nil)
			if err == nil && s.Matches(o) == not.Matches(o) {
				t.Errorf("%q and %q both say %v", refs, other, s.Matches(o))
			}
		}
		s, err := bundle.ParseSelector(nil, []string{labels})
		if err != nil {
			return
		}
		both, err := bundle.ParseSelector(nil, []string{labels, labels})
		if err != nil || both.Matches(o) != s.Matches(o) {
			t.Errorf("%q said twice is something else (%v)", labels, err)
		}
	})
}

// FuzzReadTree: what is read of a rendered tree is written as a tree that reads
// and writes the same.
func FuzzReadTree(f *testing.F) {
	for _, seed := range []string{
		"groups: [{name: a, rules: []}, {name: b}]", "groups: x", "a: 1", "[]", "groups: [{name: a}, {name: a}, {}, 1]", `{"uid": "u", "title": "t"}`, "route: {receiver: a}", "---\n---\n", "\xff", "groups: [{name: 'a/b'}, {name: ''}, {name: 0777}]\nextra: yes",
	} {
		for which := range uint8(5) {
			f.Add([]byte(seed), which)
		}
	}
	paths := []string{"prometheus/rules/node.yaml", "prometheus/prometheus.yml", "alertmanager/alertmanager.yml", "grafana/a/u.json", "alertmanager/templates/a.tmpl"}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		files := []bundle.TreeFile{{Path: paths[int(which)%len(paths)], Data: data}}
		b, diags := bundle.ReadTree("default", files, func(p string) string { return p })
		if diags.HasErrors() {
			return
		}
		tree, err := b.Tree()
		if err != nil {
			t.Fatal(err)
		}
		again, diags := bundle.ReadTree("default", tree, func(p string) string { return p })
		if diags.HasErrors() {
			t.Fatalf("%q is written so that it does not read back: %v", data, diags)
		}
		twice, err := again.Tree()
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range tree {
			if i >= len(twice) || twice[i].Path != f.Path || !bytes.Equal(twice[i].Data, f.Data) {
				t.Fatalf("%q is written as %q in %s, and then otherwise", data, f.Data, f.Path)
			}
		}
	})
}
