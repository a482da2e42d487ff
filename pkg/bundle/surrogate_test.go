package bundle_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
)

// Files that Python or jq -a have written name characters beyond U+FFFF by two
// escapes, which YAML parsers refuse.
func TestJSONSurrogatesAreReadAsYAML(t *testing.T) {
	for _, text := range []string{
		`{"title": "\ud83d\ude80 launch \uD83C\uDF08"}`,
		`["\\ud83d", "\\\ud83d\ude80", "é\u00e9", "\ud83d", "\udc00\udc01", "\ud800\ud800\udc00"]`,
	} {
		want, err := bundle.DecodeJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		docs, diags := bundle.DecodeYAML("d.json", []byte(text))
		if len(diags) > 0 || len(docs) != 1 {
			t.Fatalf("%s: %d documents, %v", text, len(docs), diags)
		}
		if diff := cmp.Diff(want, docs[0].Value); diff != "" {
			t.Errorf("%s (-JSON +YAML):\n%s", text, diff)
		}
	}
	docs, diags := bundle.DecodeYAML("a.yaml", []byte(`a: 'not \ud83d\ude80'`))
	if len(diags) > 0 || docs[0].Value.Str("a") != `not \ud83d\ude80` {
		t.Errorf("YAML's own text: %v %v", docs, diags)
	}
}
