//go:build e2e

package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/e2e/peer"
)

const routed = `route:
  receiver: default
  routes:
  - {matchers: ['team=~"db|web"'], receiver: r1, continue: true}
  - matchers: [severity="critical"]
    receiver: r2
    routes:
    - {matchers: ['team!="db"', 'region=~"eu-.*"'], receiver: r3}
    - {matchers: [region=""], receiver: r4, continue: true}
    - {match: {team: web}, match_re: {severity: 'crit.*'}, receiver: r3}
  - {matchers: ['severity!~"info|none"', "\"a.b\"=\"x y\""], receiver: r1}
receivers: [{name: default}, {name: r1}, {name: r2}, {name: r3}, {name: r4}]
`

// labelSets is how many label sets are sent through each configuration.
const labelSets = 40

// TestRoutesBesideAmtool sends random label sets, made of what the matchers
// name, through configurations, and compares the receivers with those of
// amtool config routes test. MONCTL_E2E_CORPUS names a folder with more
// configurations.
func TestRoutesBesideAmtool(t *testing.T) {
	files := []string{filepath.Join(t.TempDir(), "alertmanager.yml")}
	write(t, files[0], routed)
	if corpus, ok := os.LookupEnv("MONCTL_E2E_CORPUS"); ok {
		files = append(files, configurations(t, corpus)...)
	}
	program := monctl(t)
	random := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for _, file := range files {
		if peer.Amtool(t, "check-config", file).Code != 0 {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sets := randomLabels(random, string(text))
		batch, err := json.Marshal(sets)
		if err != nil {
			t.Fatal(err)
		}
		ours := peer.Run(t, peer.Command{Path: program, Dir: t.TempDir(), Args: []string{"routes", "test", "--config", file, "--batch", "-", "-o", "json"}, Stdin: string(batch)})
		if ours.Code != 0 {
			t.Errorf("%s: exit code %d\n%s%s", file, ours.Code, ours.Stdout, ours.Stderr)
			continue
		}
		var report struct {
			RouteTests []struct{ Receivers []string } `json:"route_tests"`
		}
		if err := json.Unmarshal([]byte(ours.Stdout), &report); err != nil || len(report.RouteTests) != len(sets) {
			t.Fatalf("%s: %v, %d answers for %d label sets", file, err, len(report.RouteTests), len(sets))
		}
		for i, set := range sets {
			args := []string{"config", "routes", "test", "--config.file=" + file}
			for name, value := range set {
				args = append(args, fmt.Sprintf("%q=%q", name, value))
			}
			theirs := peer.Amtool(t, args...)
			if got := strings.Join(report.RouteTests[i].Receivers, ","); theirs.Code != 0 || got != strings.TrimSpace(theirs.Stdout) {
				t.Errorf("%s, %v: monctl %s, amtool %s%s", file, set, got, theirs.Stdout, theirs.Stderr)
			}
			compared++
		}
	}
	t.Logf("%d label sets in %d configurations", compared, len(files))
}

func configurations(t *testing.T, folder string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(folder, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && slices.Contains([]string{".yml", ".yaml"}, filepath.Ext(name)) {
			out = append(out, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var word = regexp.MustCompile(`[\w.-]+`)

// randomLabels makes label sets of the words in a configuration: what is a
// label's name and what a value is left to chance.
func randomLabels(random *rand.Rand, text string) []map[string]string {
	words := append(word.FindAllString(text, -1), "x y", "eu-1", "")
	names := []string{"alertname", "severity", "team", "region", "a.b", "service", "job", "namespace", "cluster", "owner"}
	var out []map[string]string
	for range labelSets {
		set := map[string]string{}
		for range random.IntN(5) {
			name := names[random.IntN(len(names))]
			if random.IntN(4) == 0 {
				name = words[random.IntN(len(words)-3)]
			}
			set[name] = words[random.IntN(len(words))]
		}
		if random.IntN(2) == 0 {
			set["severity"] = []string{"critical", "warning", "info"}[random.IntN(3)]
		}
		out = append(out, set)
	}
	return out
}
