package pipeline_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

var corpus = flag.String("corpus", "", "folder with public configurations and the verdicts of the reference programs")

// beside recognises refusals for files beside the configuration, which
// promtool opens and validate does not, and for an address that promtool alone
// looks at.
var beside = regexp.MustCompile(`no such file|does not point to an existing file|error loading scrape configs|error checking|is not a valid hostname`)

// TestCorpus validates public files one by one, of which nothing is known but
// their content and their name, and compares with what promtool and amtool
// said: go test ./pkg/pipeline -run TestCorpus -v -args -corpus DIR.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: the public configurations are not part of this repository")
	}
	for _, folder := range []string{"alertmanager", "prometheus-config"} {
		data, err := os.ReadFile(filepath.Join(*corpus, folder, "verdicts.json"))
		if err != nil {
			t.Fatal(err)
		}
		var verdicts map[string]struct {
			New int    `json:"new"`
			Err string `json:"new_err"`
		}
		if err := json.Unmarshal(data, &verdicts); err != nil {
			t.Fatal(err)
		}
		agree, set := 0, 0
		for name, want := range verdicts {
			if want.New != 0 && beside.MatchString(want.Err) {
				set++
				continue
			}
			p := validateFile(t, filepath.Join(*corpus, folder, name), render.AnySource)
			if p.Diags.HasErrors() != (want.New != 0) {
				t.Errorf("%s/%s: reference says %d %s\nhere: %v", folder, name, want.New, want.Err, p.Diags)
				continue
			}
			agree++
		}
		t.Logf("%s: %d of %d agree, %d are refused for reasons beside the file", folder, agree, len(verdicts), set)
	}
	files, err := filepath.Glob(filepath.Join(*corpus, "rendered", "*", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no rule files: %v", err)
	}
	for _, file := range files {
		if p := validateFile(t, file, render.AnySource); p.Diags.HasErrors() {
			t.Errorf("%s: promtool accepts it\nhere: %v", file, p.Diags)
		}
	}
	t.Logf("%d rule files, all of which promtool accepts", len(files))
	dashboards(t)
}

// defects are what is wrong with public dashboards in Grafana as well: a panel
// cannot draw with an option of the wrong type.
func defects() map[string]string {
	return map[string]string{
		"opensearch-cluster-overview.json": "/panels/8/options/legend",
		"opensearch-node-overview.json":    "/panels/10/options/legend",
		"openstack-cinder.json":            "/panels/8/fieldConfig/defaults/custom/cellOptions",
	}
}

// dashboards validates public dashboards: there is no error but their defects.
func dashboards(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(*corpus, "rendered", "*", "dashboards", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, file := range files {
		for _, d := range validateFile(t, file, render.AnySource).Diags {
			if d.Severity == diag.Error && d.Pointer != defects()[filepath.Base(file)] {
				t.Errorf("%s: %v", file, d)
			}
		}
	}
	t.Logf("%d dashboards, %d with a defect", len(files), len(defects()))
}

// validateFile does what monctl validate FILE does.
func validateFile(t *testing.T, file string, kind project.SourceKind) *pipeline.Pass {
	t.Helper()
	p, err := pipeline.Start(pipeline.Options{
		Dir: filepath.Dir(file), Library: lib.FS, Engine: jsonnet.Own(), Workers: 1, Judge: true,
		Files: []pipeline.File{{Plain: render.Plain{Path: filepath.Base(file), Name: "file", Kind: kind}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}
