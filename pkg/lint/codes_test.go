package lint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/lint"
)

const docs = "../../docs/checks"

func codes() []string {
	var names []string
	for _, c := range lint.Codes() {
		names = append(names, c.Name)
	}
	return names
}

func TestCodesAreSortedAndUnique(t *testing.T) {
	names := codes()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("codes are not sorted or not unique: %v", names)
	}
}

func TestEveryCodeHasAPageAndEveryPageACode(t *testing.T) {
	var pages []string
	err := filepath.WalkDir(docs, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") && d.Name() != "README.md" {
			name, _ := filepath.Rel(docs, path)
			pages = append(pages, strings.TrimSuffix(filepath.ToSlash(name), ".md"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(pages)
	if diff := cmp.Diff(codes(), pages); diff != "" {
		t.Errorf("codes and pages (-code +page):\n%s", diff)
	}
}

func TestPagesAgreeWithTheTable(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(docs, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string]bool{}
	for _, c := range lint.Checks() {
		checks[c.Code] = true
	}
	for _, c := range lint.Codes() {
		shown := c.Severity.String()
		if c.OptIn {
			shown = "off (" + shown + ")"
		}
		row := "| [" + c.Name + "](" + c.Name + ".md) | " + shown + " | "
		if !strings.Contains(string(index), row) {
			t.Errorf("the index has no row %s", row)
		}
		page, err := os.ReadFile(filepath.Join(docs, c.Name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		severity := strings.ToUpper(c.Severity.String()[:1]) + c.Severity.String()[1:] + ": "
		if c.OptIn {
			severity = "Off by default: "
		}
		if !strings.HasPrefix(string(page), "# "+c.Name+"\n\n"+severity) {
			t.Errorf("the page of %s does not begin with its code and severity", c.Name)
		}
		if checks[c.Name] && (!strings.Contains(string(page), "## Bad") || !strings.Contains(string(page), "## Good")) {
			t.Errorf("the page of the check %s lacks a bad or a good example", c.Name)
		}
		if setting := `checks: severity: "` + c.Name + `": "`; checks[c.Name] && !strings.Contains(string(page), setting) {
			t.Errorf("the page of the check %s does not say how it is switched off or on: %s…", c.Name, setting)
		}
	}
}

// literal finds codes in Go source: string literals of a known family, passed
// to a function or held by a constant named code….
var literal = regexp.MustCompile(`(?:Errorf|Warnf|Infof|Parse|Diagnose|report|Errorf\(&?[\w.]+, [\w.]+,?)\("([a-z]+/[a-z-]+)"|code\w*\s*=\s*"([a-z]+/[a-z-]+)"|Code:\s*"([a-z]+/[a-z-]+)"`)

func TestEveryCodeInTheSourceIsInTheTable(t *testing.T) {
	known := codes()
	found := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
			code := m[1] + m[2] + m[3]
			found++
			if !slices.Contains(known, code) {
				t.Errorf("%s: code %q is not in the table of pkg/lint/codes.go", path, code)
			}
		}
		return nil
	})
	if err != nil || found < 20 {
		t.Errorf("%d codes found, error %v", found, err)
	}
}
