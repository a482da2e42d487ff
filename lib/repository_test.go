package lib_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-jsonnet"

	"github.com/google/go-cmp/cmp"
)

// Every alert of this repository has a runbook of its name, and there is no
// runbook without its alert.
func TestRunbooks(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("../rules/*.jsonnet")
	if err != nil || len(sources) == 0 {
		t.Fatalf("sources of rules: %v, %v", sources, err)
	}
	alerts := map[string]bool{}
	for _, source := range sources {
		vm := jsonnet.MakeVM()
		vm.Importer(&jsonnet.FileImporter{JPaths: []string{"."}})
		out, err := vm.EvaluateFile(source)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Groups []struct {
				Rules []struct {
					Alert       string            `json:"alert"`
					Labels      map[string]string `json:"labels"`
					Annotations map[string]string `json:"annotations"`
				} `json:"rules"`
			} `json:"groups"`
		}
		if err := json.Unmarshal([]byte(out), &file); err != nil {
			t.Fatal(err)
		}
		for _, group := range file.Groups {
			for _, rule := range group.Rules {
				if rule.Alert == "" {
					continue
				}
				alerts[rule.Alert] = true
				if url := rule.Annotations["runbook_url"]; !strings.HasSuffix(url, "/docs/runbooks/"+rule.Alert+".md") {
					t.Errorf("%s: runbook_url %q", rule.Alert, url)
				}
			}
		}
	}
	runbooks := map[string]bool{}
	files, err := os.ReadDir("../docs/runbooks")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(file.Name(), ".md"); name != "README" {
			runbooks[name] = true
		}
	}
	if diff := cmp.Diff(alerts, runbooks); diff != "" {
		t.Errorf("alerts and runbooks differ (-alerts +runbooks)\n%s", diff)
	}
}
