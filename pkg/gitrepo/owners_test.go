package gitrepo_test

import (
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// The cases are those of GitHub's documentation, "About code owners", and of
// .gitignore's rules, which it refers to.
func TestOwners(t *testing.T) {
	for _, test := range []struct{ file, path, want string }{
		{"* @a @b", "x/y.go", "@a @b"},
		{"* @a\n*.js @js", "deep/x.js", "@js"},
		{"* @a\n*.js @js # comment", "x.go", "@a"},
		{"*.js @js\n* @a", "x.js", "@a"},
		{"/build/logs/ @l", "build/logs/x/y", "@l"},
		{"/build/logs/ @l", "sub/build/logs/x", ""},
		{"docs/* @d", "docs/a.md", "@d"},
		{"docs/* @d", "docs/sub/a.md", ""},
		{"docs/* @d", "x/docs/a.md", ""},
		{"apps/ @o", "deep/apps/a", "@o"},
		{"apps/ @o", "apps", ""},
		{"/docs/ @d", "docs/a/b", "@d"},
		{"/docs @d", "docs/a/b", "@d"},
		{"/docs @d", "docs", "@d"},
		{"/scripts/** @s", "scripts/a/b", "@s"},
		{"**/logs @l", "a/b/logs/x", "@l"},
		{"**/logs @l", "logs/x", "@l"},
		{"/a/**/z @z", "a/b/c/z", "@z"},
		{"/a/**/z @z", "a/z", "@z"},
		{"/apps/ @o\n/apps/github", "apps/github/x", ""},
		{"/apps/ @o\n/apps/github # nobody", "apps/github/x", ""},
		{"a?c @o", "x/abc", "@o"},
		{"a?c @o", "x/a/c", ""},
		{`/with\ space/ @o`, "with space/x", "@o"},
		{"!x @o\n[ab] @o\n# @o\n\n^[Section] @o", "x", ""},
		{"x.y @o", "xzy", ""},
		{"* a@example.org @org/team", "x", "a@example.org @org/team"},
		{"", "x", ""},
	} {
		if got := strings.Join(gitrepo.ParseOwners(test.file).Of(test.path), " "); got != test.want {
			t.Errorf("%q of %s: %q, want %q", test.file, test.path, got, test.want)
		}
	}
	var none *gitrepo.Owners
	if got := none.Of("x"); got != nil {
		t.Errorf("without a file: %v", got)
	}
}
