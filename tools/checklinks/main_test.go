package main

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestCheck(t *testing.T) {
	fsys := fstest.MapFS{
		"README.md": {Data: []byte("# One `two`, three\n" +
			"[ok](docs/a.md) [ok](docs) [ok](#one-two-three) [ok](docs/a.md#again-1) [ok](https://example.org/x#y)\n" +
			"[gone](docs/b.md) and `[code](nowhere.md)`\n" +
			"```\n[fenced](nowhere.md)\n```\n" +
			"[wrong](docs/a.md#nothing) [out](../x.md) ![picture](docs/p.png \"title\")\n" +
			"[ref]: docs/c.md\n")},
		"docs/a.md": {Data: []byte("## Again\n## Again\n[up](../README.md) [root](/README.md#one-two-three)\n[up](../README.md#three)\n")},
	}
	got, err := check(fsys, []string{"README.md", "docs/a.md"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"README.md:3: docs/b.md: no such file",
		"README.md:7: docs/a.md#nothing: no such heading",
		"README.md:7: ../x.md: leads out of the repository",
		"README.md:7: docs/p.png: no such file",
		"README.md:8: docs/c.md: no such file",
		"docs/a.md:4: ../README.md#three: no such heading",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckOfAMissingDocument(t *testing.T) {
	if _, err := check(fstest.MapFS{}, []string{"gone.md"}); err == nil {
		t.Error("no error for a document that does not exist")
	}
}
