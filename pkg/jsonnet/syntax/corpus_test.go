package syntax_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var corpus = flag.String("corpus", "", "directory of Jsonnet programs to compare upstream's trees on and to measure")

// programs returns the contents of the Jsonnet files below dir by path.
func programs(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		switch filepath.Ext(path) {
		case ".jsonnet", ".libsonnet":
			if !d.Type().IsRegular() {
				return nil
			}
			data, err := os.ReadFile(path)
			out[path] = string(data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// comparePrograms compares the trees of all Jsonnet files below dir.
func comparePrograms(t *testing.T, dir string) {
	t.Helper()
	failed, bytes := 0, 0
	all := programs(t, dir)
	if len(all) == 0 {
		t.Fatalf("no Jsonnet programs in %s", dir)
	}
	for path, text := range all {
		bytes += len(text)
		if err := compare(t, path, text); err != nil {
			failed++
			if !strings.Contains(path, "error") {
				t.Logf("both refuse it: %s: %v", path, err)
			}
		}
	}
	t.Logf("%d programs, %d bytes, %d of them refused by both", len(all), bytes, failed)
}

func TestRepository(t *testing.T) {
	comparePrograms(t, "../../..")
}

func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: public Jsonnet programs are not part of this repository")
	}
	comparePrograms(t, *corpus)
}
