package style_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/style"
)

// TestDefault names jsonnetfmt's defaults, as its help does.
func TestDefault(t *testing.T) {
	want := style.Options{
		Indent: 2, MaxBlankLines: 2, Quotes: style.SingleQuotes, Comments: style.SlashComments,
		PrettyFieldNames: true, PadObjects: true, SortImports: true, ImplicitPlus: true,
	}
	if diff := cmp.Diff(want, style.Default()); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestFormat(t *testing.T) {
	for _, tc := range []struct{ name, text, want, diagnostic string }{
		{"object", `{"a":1}`, "{ a: 1 }\n", ""},
		{"unknown variable is none of the formatter's business", "[x]", "[x]\n", ""},
		{"syntax", "{\n a: }", "", `f.jsonnet:2:5: error[jsonnet/syntax]: unexpected: "}" while parsing terminal`},
		{"nested too deeply", strings.Repeat("[", 50_000), "", "f.jsonnet: error[jsonnet/syntax]: expressions are nested too deeply"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, diags, err := style.Format("f.jsonnet", []byte(tc.text), style.Default())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.diagnostic, diags.String()); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
	if _, _, err := style.Format("f", nil, style.Options{}); err == nil {
		t.Error("no error for options without styles")
	}
}

func TestLint(t *testing.T) {
	importer := jsonnet.NewImporter(t.TempDir(), nil, nil)
	importer.Provide("a.jsonnet", []byte("local a = 1, b = b;\n[b, 'é' + 1, 1 { }, (import 'c.libsonnet').y]"))
	importer.Provide("c.libsonnet", []byte("{ x: import 'gone' }"))
	diags, err := style.Lint(importer, []string{"a.jsonnet", "none"})
	if err != nil {
		t.Fatal(err)
	}
	want := `a.jsonnet:1:7: warning[jsonnet/unused]: the variable a is not used
a.jsonnet:1:18: error[jsonnet/loop]: endless loop in local definition
a.jsonnet:2:21: warning[jsonnet/type]: indexed object has no field "y"
c.libsonnet:1:6: info[jsonnet/import]: cannot find "gone"; looked for gone
none: error[jsonnet/import]: the file cannot be read: no such file or directory`
	if diff := cmp.Diff(want, diags.String()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
