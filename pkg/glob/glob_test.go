package glob_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/glob"
)

func TestCompile(t *testing.T) {
	for _, c := range []struct {
		pattern    string
		match, not []string
	}{
		{"a/*.yaml", []string{"a/b.yaml", "a/.yaml"}, []string{"a/b/c.yaml", "a/b.yamlx", "x/a/b.yaml"}},
		{"a/**", []string{"a/b", "a/b/c", "a/"}, []string{"a", "ab/c"}},
		{"**/a", []string{"a", "b/a", "b/c/a"}, []string{"ba", "a/b"}},
		{"a/**/b", []string{"a/b", "a/x/b", "a/x/y/b"}, []string{"ab", "a/xb"}},
		{"a?", []string{"ab", "aü"}, []string{"a", "a/", "abc"}},
		{"régles/*", []string{"régles/a"}, []string{"rÃ©gles/a"}},
		{"a+(b).[c]{d}", []string{"a+(b).[c]{d}"}, []string{"aab.c"}},
		{`a\*b`, []string{"a*b"}, []string{"axb", `a\b`}},
		{`a\ü`, []string{"aü"}, nil},
		{`a\`, []string{`a\`}, []string{"a"}},
		{"a/*", []string{"a/new\nline"}, nil},
		{"a/**", []string{"a/new\nline/b"}, nil},
		{"", []string{""}, []string{"a"}},
	} {
		re, err := glob.Compile(c.pattern)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		for _, path := range c.match {
			if !re.MatchString(path) {
				t.Errorf("%q does not match %q", c.pattern, path)
			}
		}
		for _, path := range c.not {
			if re.MatchString(path) {
				t.Errorf("%q matches %q", c.pattern, path)
			}
		}
	}
}

// FuzzCompile: every pattern of valid UTF-8 compiles, and one without special
// characters matches itself alone.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{"a/**/*.yaml", `\`, `\*`, "***", "[", "(?", "ü", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		re, err := glob.Compile(pattern)
		switch {
		case !utf8.ValidString(pattern):
			return // no path of a project is
		case err != nil:
			t.Fatalf("%q: %v", pattern, err)
		case strings.ContainsAny(pattern, `*?\`):
			return
		}
		if !re.MatchString(pattern) || re.MatchString(pattern+"x") || re.MatchString("x"+pattern) {
			t.Errorf("%q does not match itself alone", pattern)
		}
	})
}
