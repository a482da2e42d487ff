package schema_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/schema"
)

var corpus = flag.String("corpus", "", "folder with public configurations and the verdicts of the reference programs")

// beside recognises refusals that are not the loader's: promtool opens files
// beside the configuration, and bytes that are no UTF-8 (!!binary) cannot be in
// a bundle at all.
var beside = regexp.MustCompile(`no such file|does not point to an existing file|error loading scrape configs|error checking` +
	`|"\\xff" is not a valid label`)

// TestCorpus compares with what promtool and amtool said: go test ./pkg/schema
// -run Corpus -v -args -corpus DIR.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: the public configurations are not part of this repository")
	}
	for folder, ref := range map[string]string{"alertmanager": "alertmanager", "prometheus-config": "prometheus"} {
		t.Run(folder, func(t *testing.T) { compare(t, filepath.Join(*corpus, folder), ref) })
	}
	t.Run("rules", func(t *testing.T) {
		files, err := filepath.Glob(filepath.Join(*corpus, "rendered", "*", "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no rule files: %v", err)
		}
		n := 0
		for _, f := range files {
			for _, o := range groups(t, f) {
				n++
				if diags := validate(t, o); diags.HasErrors() {
					t.Errorf("%s: %v", f, diags)
				}
			}
		}
		t.Logf("%d files, %d groups, all of which promtool accepts", len(files), n)
	})
}

type reference struct {
	New    int    `json:"new"`
	NewErr string `json:"new_err"`
}

func compare(t *testing.T, folder, ref string) {
	data, err := os.ReadFile(filepath.Join(folder, "verdicts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var verdicts map[string]reference
	if err := json.Unmarshal(data, &verdicts); err != nil {
		t.Fatal(err)
	}
	agree, set, rootless := 0, 0, 0
	for _, name := range sortedKeys(verdicts) {
		want := verdicts[name]
		if want.New != 0 && beside.MatchString(want.NewErr) {
			set++
			continue
		}
		diags := judgeFile(t, filepath.Join(folder, name), ref)
		if diags.HasErrors() != (want.New != 0) {
			t.Errorf("%s: reference says %d %s\nhere: %v", name, want.New, want.NewErr, diags)
			continue
		}
		agree++
		for _, d := range diags {
			if d.Severity == diag.Error && d.Pointer == "" && d.Object != "" {
				rootless++
				t.Logf("%s: without a place: %s", name, d.Summary)
			}
		}
		if testing.Verbose() && diags.HasErrors() {
			for _, d := range diags {
				t.Logf("%s %s:%d %s %s %s", filepath.Base(name), d.Code, d.Span.Start.Line, d.Pointer, d.Summary, d.Hint)
			}
		}
	}
	t.Logf("%d files: %d agree, %d set aside for reasons beside the loader, %d errors without a place", len(verdicts), agree, set, rootless)
}

func sortedKeys(m map[string]reference) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func judgeFile(t *testing.T, file, ref string) diag.List {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	docs, diags := bundle.DecodeYAML(file, data)
	if diags.HasErrors() {
		return diags
	}
	if len(docs) == 0 {
		docs = append(docs, bundle.Document{Value: bundle.MapValue(nil), Origin: bundle.NewOrigin(diag.Span{File: file}, nil)})
	}
	r, err := bundle.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	o, err := bundle.NewObject(r, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return validate(t, o)
}

func validate(t *testing.T, o bundle.Object) diag.List {
	t.Helper()
	b, diags := bundle.New("default", []bundle.Object{o})
	if diags.HasErrors() {
		return diags
	}
	diags, err := schema.Validate(t.Context(), b)
	if err != nil {
		t.Fatalf("%s: %v", o.Ref, err)
	}
	return diags
}

func groups(t *testing.T, file string) []bundle.Object {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	docs, diags := bundle.DecodeYAML(file, data)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", file, diags)
	}
	var out []bundle.Object
	for _, doc := range docs {
		for i, g := range doc.Value.Array("groups") {
			ref := bundle.Ref{Kind: bundle.Rules, Space: filepath.Base(filepath.Dir(file)), Name: g.Str("name")}
			o, err := bundle.NewObject(ref, g, bundle.SubOrigin(doc.Origin, fmt.Sprintf("/groups/%d", i)))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, o)
		}
	}
	return out
}
