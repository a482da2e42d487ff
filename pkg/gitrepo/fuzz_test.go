package gitrepo_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// FuzzOwners: owners stand in the file, the last line that matches counts, and
// neither line ends nor what stands before it matter to that.
func FuzzOwners(f *testing.F) {
	for _, seed := range []string{
		"* @a\n/docs/ @b b@example.org\n", "*.yaml @a # why\n", "a\\ b @c", "**/x/** @d", "apps/* @e", "/ @f", "!x @g\n[a] @h", "a?c @i", "\\", "\\* @j", "é/ü @k", "\xff @l", "\x00 @m", "a/**/b @n", "***** @o",
	} {
		f.Add(seed, "apps/a b/x.yaml")
		f.Add(seed, "docs/é/ü")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		if !utf8.ValidString(text) {
			t.Skip("GitHub reads UTF-8")
		}
		got := gitrepo.ParseOwners(text).Of(path)
		for _, owner := range got {
			// A backslash takes white space for what it is.
			if plain := strings.NewReplacer(`\`, ""); !strings.Contains(plain.Replace(text), plain.Replace(owner)) {
				t.Errorf("%q: %q owns %q and does not stand there", text, owner, path)
			}
		}
		if windows := gitrepo.ParseOwners(strings.ReplaceAll(text, "\n", "\r\n")).Of(path); !slices.Equal(windows, got) {
			t.Errorf("%q: with other line ends %q is owned by %q, not %q", text, path, windows, got)
		}
		if all := gitrepo.ParseOwners(text + "\n* @everything\n").Of(path); !strings.Contains(path, "\n") && !slices.Equal(all, []string{"@everything"}) {
			t.Errorf("%q: %q is owned by %q, though the last line takes everything", text, path, all)
		}
	})
}
