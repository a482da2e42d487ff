package ruletest_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/ruletest"
)

// corpusDir is a folder of promtool test files with a verdicts.json, which says
// by file name how promtool exits and how long it takes.
var corpusDir = flag.String("corpus", "", "folder of promtool test files with their verdicts")

// TestCorpus holds our verdicts against promtool's, file by file.
func TestCorpus(t *testing.T) {
	if *corpusDir == "" {
		t.Skip("no folder given: go test ./pkg/ruletest -run Corpus -args -corpus DIR")
	}
	data, err := os.ReadFile(filepath.Join(*corpusDir, "verdicts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var verdicts map[string]struct {
		RC   int     `json:"rc"`
		Wall float64 `json:"wall"`
	}
	if err := json.Unmarshal(data, &verdicts); err != nil {
		t.Fatal(err)
	}
	var suites []ruletest.Suite
	var reference float64
	for name, v := range verdicts {
		content, err := os.ReadFile(filepath.Join(*corpusDir, name))
		if err != nil {
			t.Fatal(err)
		}
		suites = append(suites, ruletest.Suite{File: name, Data: content})
		reference += v.Wall
	}
	slices.SortFunc(suites, func(a, b ruletest.Suite) int {
		if a.File < b.File {
			return -1
		}
		return 1
	})
	report, diags, err := ruletest.Run(t.Context(), suites, ruletest.Options{
		RuleFiles: ruletest.Disk{Dir: *corpusDir}.RuleFiles, Workers: runtime.GOMAXPROCS(0), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	same, tests := 0, 0
	for _, s := range report.Suites {
		tests += len(s.Tests)
		if want := verdicts[s.File].RC != 0; s.Failed != want {
			t.Errorf("%s: failed = %v, promtool says %v", s.File, s.Failed, want)
			continue
		}
		same++
	}
	for _, d := range diags {
		t.Logf("%s: %s[%s]: %s\n%s", d.Span, d.Severity, d.Code, d.Summary, d.Detail)
	}
	t.Logf("%d of %d verdicts as promtool's, %d tests, %.2f s against %.2f s", same, len(verdicts), tests, report.Seconds, reference)
}
