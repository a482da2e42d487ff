package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLines holds what the two programs say of the same failures against each
// other.
func TestLines(t *testing.T) {
	text := func(s string) *string { return &s }
	alert := ourFailure{Kind: "alert"}
	alert.Pairs = append(alert.Pairs, ourPair{Verdict: "unexpected", Fields: []ourField{
		{Kind: "label", Name: "job", Got: text("a, \"b\"")}, {Kind: "annotation", Name: "x y", Got: text("1\n2")},
	}}, ourPair{Verdict: "missing", Fields: []ourField{{Kind: "label", Name: "job"}}})
	samples := ourFailure{Kind: "promql"}
	samples.Pairs = append(samples.Pairs, ourPair{Fields: []ourField{{Kind: "value", Got: text("{{count:1 buckets:[1]}}")}}},
		ourPair{Fields: []ourField{{Kind: "label", Name: "__name__", Got: text("up")}, {Kind: "value", Got: text("0.25")}}})
	for _, tc := range []struct {
		ours ourFailure
		peer string
	}{
		{alert, "    alertname: A, time: 5m, \n        exp:[], \n        got:[\n            0:\n              Labels:{alertname=\"A\", job=\"a, \\\"b\\\"\"}\n              Annotations:{\"x y\"=\"1\\n2\"}\n            ]"},
		{samples, "    expr: \"up\", time: 5m,\n        exp: nil\n        got: {} {{count:1 buckets:[1]}}, {__name__=\"up\"} 2.5E-01"},
		{ourFailure{Kind: "promql", Message: `"up+" at 5m: 1:4: parse error`}, `    expr: "up+", time: 5m, err: 1:4: parse error`},
		{ourFailure{Kind: "error", Message: `recording rule "r" (group "g" of r.yml) fails at 5m: exceeded limit`}, "    rule: r, time: 5m0s, err: exceeded limit"},
	} {
		if ours, peer := tc.ours.line(), peerLine(tc.peer); ours != peer {
			t.Errorf("monctl's is\n%s\npromtool's\n%s", ours, peer)
		}
	}
	if diff := sameLines([]string{"b", "an error", "an error", "a"}, []string{"an error", "a", "b"}); diff != "" {
		t.Errorf("the same lines differ: %s", diff)
	}
	if diff := sameLines([]string{"a"}, []string{"a", "b"}); !strings.Contains(diff, "nothing") {
		t.Errorf("a line that is missing: %s", diff)
	}
}

// TestGenerate makes files, the same ones every time.
func TestGenerate(t *testing.T) {
	dirs := [2]string{t.TempDir(), t.TempDir()}
	for _, dir := range dirs {
		if err := generate(dir, 5, 7); err != nil {
			t.Fatal(err)
		}
		found, err := testFiles(dir)
		if err != nil || len(found) != 5 {
			t.Fatalf("%d test files, want 5: %v", len(found), err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dirs[0], "*.yml"))
	if err != nil || len(files) != 10 {
		t.Fatalf("%d files, want 10: %v", len(files), err)
	}
	for _, name := range files {
		if a, b := read(t, name), read(t, filepath.Join(dirs[1], filepath.Base(name))); a != b {
			t.Errorf("%s differs", filepath.Base(name))
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
