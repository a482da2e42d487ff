// Corpustest runs the test files below a folder with promtool and with monctl,
// prints every verdict that differs, test by test, and the ratio of the times.
// Where a test fails in both, what they got is compared too.
//
//	go run ./tools/corpustest [-monctl PROGRAM] [-promtool PROGRAM] [-verify] DIR
//	go run ./tools/corpustest -generate 100 [-seed 7] …
//
// A test file is a YAML file with tests as promtool has them. Each is run by
// itself, so that a file which one of the programs cannot read concerns no
// other. Files with keys that promtool does not know are left out: they say
// more than it can judge. With -generate, the files are made up, and those on
// which the programs differ are kept. The exit code is 1 if a verdict differs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

func main() { os.Exit(exitCode(os.Args[1:])) }

func exitCode(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	differs, err := run(ctx, args, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpustest:", err)
	}
	if err != nil || differs {
		return 1
	}
	return 0
}

// programs are what the files are run with.
type programs struct {
	monctl, promtool string
	verify           bool
	features         string
	scratch          string
}

func run(ctx context.Context, args []string, w io.Writer) (differs bool, err error) {
	var p programs
	f := flag.NewFlagSet("corpustest", flag.ContinueOnError)
	f.StringVar(&p.monctl, "monctl", ".bin/monctl", "the program")
	f.StringVar(&p.promtool, "promtool", ".bin/promtool", "the program")
	generated := f.Int("generate", 0, "how many files to make up, instead of those of a folder")
	seed := f.Uint64("seed", 1, "of what is made up")
	f.StringVar(&p.features, "enable-feature", "", "what both programs are to enable, comma-separated")
	f.BoolVar(&p.verify, "verify", false, "run monctl test --verify too")
	if err := f.Parse(args); err != nil {
		return false, err
	}
	if f.NArg() != 1 && *generated == 0 {
		return false, errors.New("name the folder: make corpus-test DIR=…")
	}
	for _, name := range []*string{&p.monctl, &p.promtool} {
		if *name, err = filepath.Abs(*name); err != nil {
			return false, err
		}
	}
	if p.scratch, err = os.MkdirTemp("", "corpustest-"); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(p.scratch)) }()
	dir := f.Arg(0)
	if *generated > 0 {
		if dir, err = os.MkdirTemp("", "generated-tests-"); err != nil {
			return false, err
		}
		if err := generate(dir, *generated, *seed); err != nil {
			return false, err
		}
		defer func() {
			if err == nil && !differs {
				err = os.RemoveAll(dir)
			}
		}()
		fmt.Fprintln(w, "files in", dir)
	}
	files, err := testFiles(dir)
	if err != nil {
		return false, err
	}
	var sum total
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return true, err
		}
		if err := sum.add(ctx, w, p, dir, name); err != nil {
			return true, err
		}
	}
	fmt.Fprintln(w, sum)
	return sum.different > 0, nil
}

// total adds up the files.
type total struct {
	files, tests, different int
	ours, peer              time.Duration
}

// String is the last line.
func (t total) String() string {
	return fmt.Sprintf("%d files, %d tests, %d verdicts differ; monctl %.2f s, promtool %.2f s: %.1f times",
		t.files, t.tests, t.different, t.ours.Seconds(), t.peer.Seconds(), t.peer.Seconds()/t.ours.Seconds())
}

func (t *total) add(ctx context.Context, w io.Writer, p programs, dir, name string) error {
	path := filepath.Join(dir, name)
	ours, err := p.runMonctl(ctx, path)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	peer, err := p.runPromtool(ctx, path)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.files, t.ours, t.peer = t.files+1, t.ours+ours.took, t.peer+peer.took
	var lines []string
	if ours.failed != peer.failed {
		lines = append(lines, fmt.Sprintf("%s: %s, in promtool %s", name, word(ours.failed), word(peer.failed)))
	}
	// Promtool lists no tests of a file that it cannot read, monctl does.
	if len(peer.tests) > 0 {
		t.tests += len(peer.tests)
		for i := range max(len(ours.tests), len(peer.tests)) {
			if x, y := ours.test(i), peer.test(i); x != y {
				lines = append(lines, fmt.Sprintf("%s: test %d: %s, in promtool %s", name, i+1, x, y))
			} else if diff := sameLines(ours.tests[i], peer.tests[i]); diff != "" {
				lines = append(lines, fmt.Sprintf("%s: test %d: %s", name, i+1, diff))
			}
		}
	}
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
	t.different += len(lines)
	fmt.Fprintf(w, "%-60s %3d tests %8.3f s %8.3f s %6.1f times\n", name, len(peer.tests),
		ours.took.Seconds(), peer.took.Seconds(), peer.took.Seconds()/ours.took.Seconds())
	if p.verify {
		return p.runVerify(ctx, path)
	}
	return nil
}

func word(failed bool) string {
	if failed {
		return "failed"
	}
	return "passed"
}

// verdict is what a program says of a file: whether it failed, and how each of
// its tests did, a line for each failure.
type verdict struct {
	failed bool
	tests  [][]string
	took   time.Duration
}

func (v verdict) test(i int) string {
	if i >= len(v.tests) {
		return "missing"
	}
	return word(len(v.tests[i]) > 0)
}

func (p programs) runMonctl(ctx context.Context, path string) (verdict, error) {
	out, code, took, err := command(ctx, p.monctl, "test", "-o", "json", "--enable-feature="+p.features, path)
	if err != nil {
		return verdict{}, err
	}
	var report struct {
		Tests struct {
			Suites []struct {
				Tests []struct {
					Result   string       `json:"result"`
					Failures []ourFailure `json:"failures"`
				} `json:"tests"`
			} `json:"suites"`
		} `json:"tests"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return verdict{}, fmt.Errorf("monctl's report, exit code %d: %w", code, err)
	}
	v := verdict{failed: code != 0, took: took}
	for _, s := range report.Tests.Suites {
		for _, t := range s.Tests {
			var lines []string
			for _, f := range t.Failures {
				lines = append(lines, f.line())
			}
			if t.Result == "failed" && lines == nil {
				lines = []string{"an error"} // of the rule files
			}
			v.tests = append(v.tests, lines)
		}
	}
	return v, nil
}

func (p programs) runPromtool(ctx context.Context, path string) (verdict, error) {
	results := filepath.Join(p.scratch, "junit.xml")
	_, code, took, err := command(ctx, p.promtool, "test", "rules", "--junit="+results, "--enable-feature="+p.features, path)
	if err != nil {
		return verdict{}, err
	}
	data, err := os.ReadFile(results)
	if err != nil {
		return verdict{}, err
	}
	var report struct {
		Suites []struct {
			Cases []struct {
				Failures []struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Errors []struct{} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(data, &report); err != nil {
		return verdict{}, fmt.Errorf("promtool's report: %w", err)
	}
	v := verdict{failed: code != 0, took: took}
	for _, s := range report.Suites {
		for _, c := range s.Cases {
			if len(c.Errors) > 0 {
				continue // It stands for the file, which cannot be read.
			}
			var lines []string
			for _, f := range c.Failures {
				lines = append(lines, peerLine(f.Text))
			}
			v.tests = append(v.tests, lines)
		}
	}
	return v, nil
}

func (p programs) runVerify(ctx context.Context, path string) error {
	out, code, _, err := command(ctx, p.monctl, "test", "--verify", "--enable-feature="+p.features, path)
	if err == nil && code == 1 {
		err = fmt.Errorf("verify: %s", out)
	}
	return err
}

// command runs a program and returns what it has written to its standard output
// and its exit code.
func command(ctx context.Context, name string, args ...string) (out []byte, code int, took time.Duration, err error) {
	var stdout bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout = &stdout
	start := time.Now()
	err = cmd.Run()
	took = time.Since(start)
	if _, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil {
		err = nil
	}
	if err != nil {
		return nil, 0, took, fmt.Errorf("run %s: %w", filepath.Base(name), err)
	}
	return stdout.Bytes(), cmd.ProcessState.ExitCode(), took, nil
}

// testFiles finds the test files below a folder.
func testFiles(dir string) ([]string, error) {
	var out []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")) {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if isTestFile(data) {
			out = append(out, name)
		}
		return nil
	})
	return out, err
}

// isTestFile reports whether a file has tests that promtool can judge.
func isTestFile(data []byte) bool {
	var doc struct {
		AlertmanagerFile any              `yaml:"alertmanager_file"`
		Env              any              `yaml:"env"`
		Options          any              `yaml:"options"`
		Tests            []map[string]any `yaml:"tests"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil || doc.AlertmanagerFile != nil || doc.Env != nil || doc.Options != nil {
		return false
	}
	found := false
	for _, t := range doc.Tests {
		for _, key := range []string{"silences", "route_test", "notification_test", "suppression_test"} {
			if t[key] != nil {
				return false
			}
		}
		found = found || t["input_series"] != nil || t["alert_rule_test"] != nil || t["promql_expr_test"] != nil
	}
	return found
}
