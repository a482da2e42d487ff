package schemas_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/encoding/yaml"
)

var corpus = flag.String("corpus", "", "folder with public configurations and the verdicts of the reference programs")

// TestCorpus holds that what the programs accept is no error of the schemas:
// go test ./schemas -run Corpus -v -args -corpus DIR.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: the public configurations are not part of this repository")
	}
	all := load(t)
	for folder, definition := range map[string]string{"alertmanager": "#Alertmanager", "prometheus-config": "#Prometheus"} {
		data, err := os.ReadFile(filepath.Join(*corpus, folder, "verdicts.json"))
		if err != nil {
			t.Fatal(err)
		}
		var verdicts map[string]struct {
			New int `json:"new"`
		}
		if err := json.Unmarshal(data, &verdicts); err != nil {
			t.Fatal(err)
		}
		for name, verdict := range verdicts {
			if verdict.New == 0 {
				holds(t, all, definition, filepath.Join(*corpus, folder, name))
			}
		}
	}
	for pattern, definition := range map[string]string{"*/*.yaml": "#RuleFile", "*/dashboards/*.json": "#Dashboard"} {
		files, err := filepath.Glob(filepath.Join(*corpus, "rendered", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			holds(t, all, definition, file)
		}
	}
}

func holds(t *testing.T, all cue.Value, definition, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := yaml.Extract(path, data)
	if err != nil {
		t.Logf("%s is no YAML that CUE reads: %v", path, err)
		return
	}
	// A context grows with every value that is built in it.
	value := cuecontext.New().BuildFile(file)
	if err := all.LookupPath(cue.ParsePath(definition)).Unify(value).Validate(cue.Concrete(true), cue.Final()); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}
