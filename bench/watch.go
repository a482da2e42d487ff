package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	watchLimit = 0.100 // seconds
	// watchPatience is how long an edit may take before the case has failed.
	watchPatience = time.Minute
)

// edit replaces a text in a file by another one, a new one each time.
type edit struct {
	name, file string
	text       string
	with       func(n int) string
}

// runWatch edits the sources of projects that monctl up watches, and takes the
// time that it prints: from the change to the server running it, with
// everything evaluated, validated and deployed again that the edit reaches.
func runWatch(ctx context.Context, b *bench) ([]row, error) {
	projects, err := b.sizedProjects("watch")
	if err != nil {
		return nil, err
	}
	own := sized{
		name: "repository", dir: filepath.Join(b.work, "watch-repository"), entry: "rules/node.jsonnet", entryText: "// ",
		leaf: "rules/rules.libsonnet", inLeaf: "// ",
	}
	project, err := b.copyRepository(own.dir)
	if err != nil {
		return nil, err
	}
	if err := writeFiles(own.dir, map[string]string{
		"monctl.cue":       strings.Replace(string(project), "default: {\n\t\text: {", "default: {\n\t\text: {\n\t\t\tedit: \"0\"", 1),
		"rules/plain.yaml": "groups: [{name: plain, rules: [{record: 'plain:up:sum', expr: sum(up) > 0}]}]\n",
	}); err != nil {
		return nil, err
	}
	var rows []row
	for _, p := range append(projects, own) {
		got, err := b.watchProject(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, got...)
	}
	b.note("watch: the time monctl up prints as \"live after\", from the change to the server running it; the edit of the project file " +
		"changes an external variable, which reaches every source")
	return rows, nil
}

// copyRepository copies this repository's sources, and returns its project file.
func (b *bench) copyRepository(dir string) ([]byte, error) {
	for _, folder := range []string{"rules", "dashboards", "alertmanager", "prometheus", "lib", "tests"} {
		if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join(b.root, folder))); err != nil {
			return nil, fmt.Errorf("copy the repository: %w", err)
		}
	}
	project, err := os.ReadFile(filepath.Join(b.root, "monctl.cue"))
	if err != nil {
		return nil, fmt.Errorf("copy the repository: %w", err)
	}
	return project, nil
}

// runTestWatch edits this repository's tests and rules under monctl test
// --watch, and takes the time that it prints: from the change to the verdict.
func runTestWatch(ctx context.Context, b *bench) ([]row, error) {
	dir := filepath.Join(b.work, "test-watch")
	project, err := b.copyRepository(dir)
	if err != nil {
		return nil, err
	}
	if err := writeFiles(dir, map[string]string{"monctl.cue": string(project)}); err != nil {
		return nil, err
	}
	b.note("test-watch: the time monctl test --watch prints as \"after\", from the change to the report of all tests; " +
		"the first two edits change what a test and what a rule says, the others are comments")
	return b.followEdits(ctx, followed{
		name: "test-watch", dir: dir, args: []string{"test", "--watch"}, begins: "watching", printed: "after ",
		edits: []edit{
			{"test", "tests/node.yaml", "- name: ", func(n int) string { return "- name: " + strconv.Itoa(n) + " " }},
			{"rule", "rules/node.jsonnet", "diskUsed: { warning: 0.85", func(n int) string { return "diskUsed: { warning: 0.85" + strconv.Itoa(n+1) }},
			{"comment in a test", "tests/node.yaml", "tests:", func(n int) string { return "# " + strconv.Itoa(n) + "\ntests:" }},
			{"Jsonnet suite", "tests/paging.jsonnet", "local ", func(n int) string { return "/* " + strconv.Itoa(n) + " */ local " }},
			{"library", "rules/rules.libsonnet", "local ", func(n int) string { return "/* " + strconv.Itoa(n) + " */ local " }},
		},
	})
}

func (b *bench) watchProject(ctx context.Context, p sized) ([]row, error) {
	numbered := func(text string) func(int) string {
		digits := regexp.MustCompile(`\d+$`)
		return func(n int) string {
			if digits.MatchString(text) {
				return digits.ReplaceAllString(text, strconv.Itoa(10+n))
			}
			return text + strconv.Itoa(n) + " "
		}
	}
	edits := []edit{
		{"entry", p.entry, p.entryText, numbered(p.entryText)},
		{"leaf import", p.leaf, p.inLeaf, numbered(p.inLeaf)},
		{"YAML source", "rules/plain.yaml", "> 0", numbered("> 0")},
		{"project file", "monctl.cue", `edit: "0"`, func(n int) string { return fmt.Sprintf("edit: %q", strconv.Itoa(n+1)) }},
	}
	return b.followEdits(ctx, followed{
		name: "watch " + p.name, dir: p.dir, args: []string{"up", "--listen", "127.0.0.1:0", "--data", filepath.Join(b.work, "data-"+p.name)},
		begins: "watching the sources", printed: "live after ", edits: edits,
	})
}

// followed is a command that goes on after edits: it says when it begins to
// watch, and how many milliseconds an edit took, behind some words.
type followed struct {
	name, dir       string
	args            []string
	begins, printed string
	edits           []edit
}

// followEdits makes edits under a command, and reads what they took.
func (b *bench) followEdits(ctx context.Context, p followed) (rows []row, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.monctl, p.args...)
	cmd.Dir = p.dir
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start monctl up: %w", err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	defer func() {
		cancel()
		go func() {
			for range lines {
			}
		}()
		_ = cmd.Wait() // it was interrupted
		_ = w.Close()
	}()
	if _, err := await(ctx, lines, p.begins); err != nil {
		return nil, err
	}
	for _, e := range p.edits {
		original, err := os.ReadFile(filepath.Join(p.dir, e.file))
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(original, []byte(e.text)) {
			return nil, fmt.Errorf("%s has no %q to edit", e.file, e.text)
		}
		var took []float64
		for n := range b.rounds + 1 {
			// Saved in one step, as editors do.
			text := bytes.Replace(original, []byte(e.text), []byte(e.with(n)), 1)
			path := filepath.Join(p.dir, e.file)
			if err := os.WriteFile(path+"~", text, 0o600); err != nil {
				return nil, fmt.Errorf("edit %s: %w", e.file, err)
			}
			if err := os.Rename(path+"~", path); err != nil {
				return nil, fmt.Errorf("edit %s: %w", e.file, err)
			}
			line, err := await(ctx, lines, p.printed)
			if err != nil {
				return nil, fmt.Errorf("edit of %s: %w", e.file, err)
			}
			ms, err := strconv.ParseFloat(strings.Fields(strings.TrimPrefix(line, p.printed))[0], 64)
			if err != nil {
				return nil, fmt.Errorf("read %q: %w", line, err)
			}
			if n > 0 {
				took = append(took, ms/1000)
			}
		}
		if err := os.WriteFile(filepath.Join(p.dir, e.file), original, 0o600); err != nil {
			return nil, fmt.Errorf("edit %s: %w", e.file, err)
		}
		if _, err := await(ctx, lines, p.printed); err != nil {
			return nil, fmt.Errorf("edit of %s: %w", e.file, err)
		}
		r := newRow(p.name, e.name, seconds, took, "", nil)
		r.Limit = watchLimit
		rows = append(rows, r)
	}
	return rows, nil
}

// await reads lines up to one that begins with some words.
func await(ctx context.Context, lines <-chan string, prefix string) (string, error) {
	timer := time.NewTimer(watchPatience)
	defer timer.Stop()
	var last []string
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return "", fmt.Errorf("it has ended: %s", strings.Join(last, " "))
			}
			if strings.HasPrefix(line, prefix) {
				return line, nil
			}
			last = append(last, line)
			last = last[max(0, len(last)-20):]
		case <-timer.C:
			return "", fmt.Errorf("no %q within %s: %s", prefix, watchPatience, strings.Join(last, " "))
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}
