package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/cli"
)

// TestReference keeps docs/cli current, which is the help of every command.
func TestReference(t *testing.T) {
	root := cli.NewRoot(cli.System{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Getenv: func(string) (string, bool) { return "", false }})
	root.InitDefaultCompletionCmd()
	var index strings.Builder
	index.WriteString("# The command line\n\nEvery page is what `monctl help COMMAND` prints.\n\n")
	want := map[string]string{}
	pages(t, root, want, &index)
	want["README.md"] = index.String()
	dir := filepath.Join("..", "..", "docs", "cli")
	if updateGoldens() {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // documents are for everybody
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil { //nolint:gosec // documents are for everybody
				t.Fatal(err)
			}
		}
	}
	got := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatalf("%v; UPDATE_GOLDEN=1 go test ./pkg/cli writes it", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name()] = string(text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/cli is out of date; UPDATE_GOLDEN=1 go test ./pkg/cli writes it (-want +got):\n%s", diff)
	}
}

func pages(t *testing.T, cmd *cobra.Command, into map[string]string, index *strings.Builder) {
	t.Helper()
	if cmd.Hidden || cmd.Name() == "help" {
		return
	}
	var text bytes.Buffer
	cmd.SetOut(&text)
	if err := cmd.Help(); err != nil {
		t.Fatal(err)
	}
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "_") + ".md"
	into[name] = "# " + cmd.CommandPath() + "\n\n```text\n" + text.String() + "```\n"
	index.WriteString("- [" + cmd.CommandPath() + "](" + name + "): " + cmd.Short + "\n")
	for _, c := range cmd.Commands() {
		pages(t, c, into, index)
	}
}
