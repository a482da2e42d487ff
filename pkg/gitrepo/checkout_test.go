package gitrepo_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// The wanted lines were seen with `git check-attr` and a checkout of git 2.39.
func TestAttributesAreThoseOfGit(t *testing.T) {
	for name, tc := range map[string]struct {
		attributes string
		converted  []string // of the files below
	}{
		"a name":                   {"a.txt text eol=crlf", []string{"a.txt", "s/a.txt", "s/d/a.txt"}},
		"a path":                   {"s/a.txt text eol=crlf", []string{"s/a.txt"}},
		"from the root":            {"/a.txt text eol=crlf", []string{"a.txt"}},
		"a directory is no file":   {"s/ text eol=crlf\nd/ text eol=crlf", nil},
		"below a directory":        {"s/** text eol=crlf", []string{"s/a.txt", "s/d/a.txt"}},
		"one star ends at a slash": {"s/* text eol=crlf", []string{"s/a.txt"}},
		"any directory":            {"**/d/* text eol=crlf", []string{"s/d/a.txt"}},
		"only stars":               {"** text eol=crlf", []string{"a.txt", "b", "é", "s/a.txt", "s/d/a.txt"}},
		"after what is literal":    {"s**/*.txt text eol=crlf", []string{"s/a.txt", "s/d/a.txt"}},
		"a class":                  {"[!ab] text eol=crlf", nil}, // é has two bytes
		"two bytes":                {"[^ab]? text eol=crlf", []string{"é"}},
		"a named class":            {"[[:alpha:]] text eol=crlf", []string{"b"}},
		"a class that is open":     {"[ab text eol=crlf\nb text eol=crlf", []string{"b"}},
		"an escape":                {"\\b text eol=crlf", []string{"b"}},
		"in quotes":                {"\"\\303\\251\" text eol=crlf", []string{"é"}},
		"no negation":              {"!b text eol=crlf", nil},
		"CRLF and a mark":          {"\ufeffb eol=crlf\r\n", []string{"b"}},
		"the last line wins":       {"* eol=crlf\n* eol=lf\nb eol=crlf", []string{"b"}},
		"unspecified again":        {"* eol=crlf\nb !eol", []string{"a.txt", "é", "s/a.txt", "s/d/a.txt"}},
		"a bad name":               {"* text @x eol=crlf\nb eol=crlf", []string{"b"}},
		"a macro":                  {"[attr]dos text eol=crlf\nb dos", []string{"b"}},
		"a macro taken back":       {"[attr]dos text eol=crlf\n* dos\n*.txt -dos", []string{"b", "é"}},
		"binary":                   {"* eol=crlf\n*.txt binary", []string{"b", "é"}},
		"the old name":             {"* eol=crlf\n*.txt -crlf", []string{"b", "é"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			newRepo(t, filepath.Join(root, "lib.git")).commit("main", map[string]string{
				".gitattributes": tc.attributes, "a.txt": "x\n", "b": "x\n", "é": "x\n", "s/a.txt": "x\n", "s/d/a.txt": "x\n",
			})
			all := content(t, gitrepo.New(gitrepo.Options{Cache: t.TempDir()}), "file://"+root+"/lib.git", "main", "")
			var converted []string
			for _, name := range []string{"a.txt", "b", "é", "s/a.txt", "s/d/a.txt"} {
				if strings.HasSuffix(all[name], "\r\n") {
					converted = append(converted, name)
				}
			}
			if diff := cmp.Diff(tc.converted, converted); diff != "" {
				t.Errorf("files with CRLF (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIdentIsExpanded(t *testing.T) {
	root := t.TempDir()
	text := "$Id$ $Id: old $ $Id:x$ $Id: a b $ $Id: \n$ $ID$ $Idx$ $Id"
	newRepo(t, filepath.Join(root, "lib.git")).commit("main", map[string]string{".gitattributes": "a ident\n", "a": text, "b": text})
	all := content(t, gitrepo.New(gitrepo.Options{Cache: t.TempDir()}), "file://"+root+"/lib.git", "main", "")
	id := "$Id: 3d1803161eb3e50982698784b91da2dbdece5d49 $"
	want := id + " " + id + " " + id + " $Id: a b $ $Id: \n$ $ID$ $Idx$ $Id"
	if all["a"] != want || all["b"] != text {
		t.Errorf("a is %q, want %q; b is %q", all["a"], want, all["b"])
	}
}

func TestTextIsRecognised(t *testing.T) {
	root := t.TempDir()
	files := map[string]string{
		".gitattributes": "* text=auto eol=crlf\n",
		"text":           "a\nb\n", "mixed": "a\r\nb\n", "cr": "a\rb\n", "nul": "a\x00\n", "end": "a\n\x1a", "escape": "\x1b[1m\n",
		"control": "a\x01\n", "one in 200": strings.Repeat("a", 200) + "\x01\n",
	}
	newRepo(t, filepath.Join(root, "lib.git")).commit("main", files)
	all := content(t, gitrepo.New(gitrepo.Options{Cache: t.TempDir()}), "file://"+root+"/lib.git", "main", "")
	for name, converted := range map[string]bool{"text": true, "mixed": false, "cr": false, "nul": false, "end": true, "escape": true, "control": false, "one in 200": true} {
		if (all[name] != files[name]) != converted {
			t.Errorf("%s is %q, converted should be %v", name, all[name], converted)
		}
	}
}
