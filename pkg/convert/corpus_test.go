package convert_test

import (
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-jsonnet/formatter"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/convert"
	"github.com/monctl/monctl/pkg/jsonnet"
)

var corpus = flag.String("corpus", "", "folder with public monitoring and the verdicts of the reference programs")

// TestCorpus converts public monitoring, evaluates every program with upstream's
// engine, which is not the one that Convert has compared with, and holds the
// layout against upstream's formatter: go test ./pkg/convert -run Corpus -v
// -args -corpus DIR.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: public monitoring is not part of this repository")
	}
	for name, files := range map[string][]string{
		"rules":        glob(t, "rendered", "*", "*.yaml"),
		"dashboards":   glob(t, "rendered", "*", "dashboards", "*.json"),
		"alertmanager": accepted(t, "alertmanager"),
		"prometheus":   accepted(t, "prometheus-config"),
	} {
		t.Run(name, func(t *testing.T) {
			programs, plain, refused := 0, 0, 0
			for _, f := range files {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				if text := strings.TrimSpace(string(data)); text == "" || text == "{}" {
					continue
				}
				opts := options()
				opts.Scalars = convert.ScalarsAsValue
				r, diags := run(t, f, data, opts)
				if diags.HasErrors() {
					t.Errorf("%v", diags)
					refused++
				}
				for _, p := range r.Programs {
					programs++
					if p.Plain {
						plain++
					}
					same(t, f, data, p)
				}
			}
			if programs == 0 {
				t.Error("nothing was converted")
			}
			t.Logf("%d files, %d programs, %d of them without the library, %d files refused", len(files), programs, plain, refused)
		})
	}
}

// same evaluates a program and compares with its source.
func same(t *testing.T, file string, data []byte, p convert.Program) {
	t.Helper()
	value, err := evaluate(t, p)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	if !strings.HasSuffix(file, "yaml") && !strings.HasSuffix(file, "yml") {
		want, err := bundle.DecodeJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		if !sameBytes(t, value, want) {
			t.Errorf("%s: the program evaluates to something else", file)
		}
	} else if docs, _ := bundle.DecodeYAML(file, data); len(docs) == 1 && !hasWritten(docs[0].Value) && !sameBytes(t, value, docs[0].Value) {
		t.Errorf("%s: the program evaluates to something else", file)
	}
	formatted, err := formatter.Format("x.jsonnet", string(p.Text), formatter.DefaultOptions())
	if err != nil || formatted != string(p.Text) {
		t.Errorf("%s: the formatter lays it out otherwise: %v\n%s", file, err, firstDifference(string(p.Text), formatted))
	}
}

// hasWritten reports whether a value has scalars that Jsonnet cannot say.
func hasWritten(v bundle.Value) bool {
	return v.Src != "" || slices.ContainsFunc(v.Elem, hasWritten)
}

func sameBytes(t *testing.T, a, b bundle.Value) bool {
	t.Helper()
	x, err := bundle.Canonical(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := bundle.Canonical(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(x) == string(y)
}

func evaluate(t *testing.T, p convert.Program) (bundle.Value, error) {
	t.Helper()
	importer := jsonnet.NewImporter("", nil, options().Library)
	importer.Provide("x.jsonnet", p.Text)
	res, diags, err := jsonnet.Upstream().Evaluate(t.Context(), jsonnet.Request{File: "x.jsonnet", Importer: importer, Natives: options().Natives})
	if err != nil || diags.HasErrors() {
		t.Fatalf("%v %v\n%s", err, diags, p.Text)
	}
	return bundle.DecodeJSON(res.JSON)
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return strings.Join(x[max(0, i-2):min(len(x), i+3)], "\n") + "\n---\n" + strings.Join(y[max(0, i-2):min(len(y), i+3)], "\n")
		}
	}
	return ""
}

func glob(t *testing.T, pattern ...string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(append([]string{*corpus}, pattern...)...))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	return files
}

// accepted are the configurations that the reference program takes.
func accepted(t *testing.T, folder string) []string {
	t.Helper()
	data, err := fs.ReadFile(os.DirFS(*corpus), folder+"/verdicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var verdicts map[string]struct {
		New int `json:"new"`
	}
	if err := json.Unmarshal(data, &verdicts); err != nil {
		t.Fatal(err)
	}
	var files []string
	for name, v := range verdicts {
		if v.New == 0 {
			files = append(files, filepath.Join(*corpus, folder, name))
		}
	}
	slices.Sort(files)
	return files
}
