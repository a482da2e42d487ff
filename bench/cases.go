package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// bench holds what every case needs.
type bench struct {
	root   string // the project's directory, where every command runs
	bin    string // the directory of the programs
	monctl string
	work   string // scratch, removed at the end
	rounds int
	idle   idleOptions
	notes  []string
	// peerLimit is how long one run of a peer may take; zero means no limit.
	peerLimit time.Duration
	// corpus and upstream are folders beside the project, "" for none; engine
	// is the one that monctl eval uses.
	corpus, upstream, engine string
}

// note adds a remark below the table, once.
func (b *bench) note(text string) {
	if !slices.Contains(b.notes, text) {
		b.notes = append(b.notes, text)
	}
}

// benchCase is one job that monctl and a peer do.
type benchCase struct {
	name, about string
	run         func(context.Context, *bench) ([]row, error)
}

func cases() []benchCase {
	return []benchCase{
		{"version", "start-up: monctl version, beside promtool --version and prometheus --version", runVersion},
		{"render", "monctl render of this repository, beside go-jsonnet evaluating the same entries", runRender},
		{"render-export", "monctl render of a generated project, 20 entries in 3 environments in three sizes, beside tk export", runExport},
		{"render-unchanged", "monctl render --check of kubernetes-mixin's size where nothing changed, beside the jsonnet command", runUnchanged},
		{"render-memory", "monctl render of 1000 entries, beside 100 of them", runMemory},
		{"render-corpus", "monctl render of public mixins, beside the jsonnet command", runRenderCorpus},
		{"watch", "edits under monctl up, on kubernetes-mixin's size and on this repository", runWatch},
		{"test-watch", "edits under monctl test --watch, on this repository", runTestWatch},
		{"test", "monctl test of this repository's rendered tests, beside promtool test rules", runTest},
		{"validate", "monctl validate of a generated project and of 1000 to 100000 rules, beside pint and promtool", runValidate},
		{"ruletests", "monctl test of generated suites: 112 alerts over a day, 113 tests, 1000 small ones, one, and a year; beside promtool test rules", runRuleTests},
		{"jsonnet", "monctl eval of a generated mixin in three sizes, beside the jsonnet command", runJsonnet},
		{"jsonnet-session", "evaluating a mixin again after an edit of each of its files", runSession},
		{"jsonnet-upstream", "monctl eval of upstream's benchmarks, beside the jsonnet command", runUpstreamBenchmarks},
		{"jsonnet-corpus", "monctl eval of public mixins, beside the jsonnet command", runCorpus},
		{"idle", "monctl serve at rest, beside Prometheus and Alertmanager", runIdle},
		{"size", "size of the stripped binary", runSize},
	}
}

const (
	startupLimit = 0.040 // seconds
	sizeLimit    = 160e6 // bytes
)

func runVersion(ctx context.Context, b *bench) ([]row, error) {
	rounds := 2 * b.rounds // they are short, and a start-up scatters
	ours := []command{b.own("version")}
	var rows []row
	for _, peer := range []string{"promtool", "prometheus"} {
		got, err := b.compare(ctx, job{
			name: "version", rounds: rounds, ours: ours,
			peerName: peer + " --version", peer: []command{b.peer(peer, "--version")},
		})
		if err != nil {
			return nil, err
		}
		got[0].Limit = startupLimit
		rows = append(rows, got...)
	}
	b.note("version: the peak counts the pages of the program's file that the kernel maps along with those that are used; " +
		"how many that are depends on how the file lies in the page cache, by tens of megabytes for one and the same file; so all programs are copied first, in the same way")
	return rows, nil
}

// runRender compares with go-jsonnet twice: as the jsonnet command is used, one
// process an entry, and as one process that evaluates them all.
func runRender(ctx context.Context, b *bench) ([]row, error) {
	doc, err := b.entries(ctx)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(b.work, "render")
	ours := []command{b.own("render", "--env", "default", "--cache", "off", "--out", filepath.Join(out, "monctl"))}
	var flags []string
	for _, dir := range doc.JPath {
		flags = append(flags, "-J", dir)
	}
	for _, key := range sortedKeys(doc.ExtStr) {
		flags = append(flags, "-ext-str", key+"="+doc.ExtStr[key])
	}
	for _, key := range sortedKeys(doc.ExtCode) {
		flags = append(flags, "-ext-code", key+"="+doc.ExtCode[key])
	}
	flags = append(flags, "-out", filepath.Join(out, "jsonnet"))
	var each []command
	for _, entry := range doc.Entries {
		each = append(each, b.peer("jsonnetdriver", append(slices.Clone(flags), entry)...))
	}
	once := []command{b.peer("jsonnetdriver", append(slices.Clone(flags), doc.Entries...)...)}
	b.note(fmt.Sprintf("render: the peer is tools/peers/jsonnetdriver, go-jsonnet's public API with the native function "+
		"'secret' that the jsonnet command cannot be given, on the %d .jsonnet entries of the environment 'default'; "+
		"monctl does more in its time: it checks the objects, turns them into a bundle and writes the tree", len(doc.Entries)))

	var rows []row
	for _, j := range []job{
		{name: "render", ours: ours, peerName: "go-jsonnet, one process an entry", peer: each},
		{name: "render", ours: ours, peerName: "go-jsonnet, one process for all", peer: once},
	} {
		got, err := b.compare(ctx, j)
		if err != nil {
			return nil, err
		}
		rows = append(rows, got...)
	}
	return rows, nil
}

func runTest(ctx context.Context, b *bench) ([]row, error) {
	out := filepath.Join(b.work, "test")
	if _, err := measure(ctx, []command{b.own("render", "--env", "default", "--out", out)}); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(out, "default", "tests", "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("list the rendered tests: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no rendered tests in %s", out)
	}
	b.note(fmt.Sprintf("test: both run the same %d rendered files, every test passing", len(files)))
	return b.compare(ctx, job{
		name: "test", peerName: "promtool test rules",
		ours: []command{b.own("test", files...)},
		peer: []command{b.peer("promtool", append([]string{"test", "rules"}, files...)...)},
	})
}

func runSize(_ context.Context, b *bench) ([]row, error) {
	size := func(path string) (float64, error) {
		info, err := os.Stat(path)
		if err != nil {
			return 0, fmt.Errorf("look at a binary: %w", err)
		}
		return float64(info.Size()), nil
	}
	ours, err := size(b.monctl)
	if err != nil {
		return nil, err
	}
	var peer float64
	for _, name := range []string{"prometheus", "promtool", "alertmanager", "amtool", "jsonnet"} {
		n, err := size(filepath.Join(b.bin, name))
		if err != nil {
			return nil, err
		}
		peer += n
	}
	r := newRow("size", "binary", octets, []float64{ours}, "prometheus + promtool + alertmanager + amtool + jsonnet, stripped", []float64{peer})
	r.Limit = sizeLimit
	return []row{r}, nil
}

// job is one comparison of commands that end.
type job struct {
	name       string
	rounds     int // 0 means the default
	ours, peer []command
	peerName   string
	// before, if it is not nil, runs before each side and is not measured.
	before func() error
}

// compare runs a job's rounds and returns its three measures, wall time first.
func (b *bench) compare(ctx context.Context, j job) ([]row, error) {
	rounds := j.rounds
	if rounds == 0 {
		rounds = b.rounds
	}
	var ours, peer []usage
	var over *overLimitError
	for round := range rounds + 1 {
		// The order changes from round to round, so that neither side always
		// finds the caches as the other has left them.
		var u [2]usage
		for turn := range 2 {
			var err error
			if side := (turn + round) % 2; side == 0 {
				u[0], err = j.measure(ctx, j.ours)
			} else if over == nil {
				u[1], err = j.measureWithin(ctx, b.peerLimit, j.peer)
			}
			if err != nil && !errors.As(err, &over) {
				return nil, err
			}
		}
		if round > 0 {
			ours, peer = append(ours, u[0]), append(peer, u[1])
		}
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	if over != nil {
		b.note(fmt.Sprintf("%s: %s was stopped after %s, so the ratio is smaller than the one shown", j.name, j.peerName, over.limit))
		limits := slices.Repeat([]float64{over.limit.Seconds()}, len(ours))
		return []row{newRow(j.name, "wall", seconds, each(ours, wall), j.peerName+", over the limit", limits)}, nil
	}
	cpu := func(u usage) float64 { return u.cpu.Seconds() }
	rss := func(u usage) float64 { return float64(u.rss) }
	return []row{
		newRow(j.name, "wall", seconds, each(ours, wall), j.peerName, each(peer, wall)),
		newRow(j.name, "cpu", seconds, each(ours, cpu), j.peerName, each(peer, cpu)),
		newRow(j.name, "peak rss", octets, each(ours, rss), j.peerName, each(peer, rss)),
	}, nil
}

func (j job) measure(ctx context.Context, side []command) (usage, error) {
	if j.before != nil {
		if err := j.before(); err != nil {
			return usage{}, fmt.Errorf("prepare %s: %w", j.name, err)
		}
	}
	return measure(ctx, side)
}

// overLimitError says that a peer was stopped.
type overLimitError struct{ limit time.Duration }

func (e *overLimitError) Error() string { return fmt.Sprintf("it takes longer than %s", e.limit) }

// within bounds how long something may take; zero does not.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}

// measureWithin stops what takes longer than a limit.
func (j job) measureWithin(ctx context.Context, limit time.Duration, side []command) (usage, error) {
	limited, cancel := within(ctx, limit)
	defer cancel()
	u, err := j.measure(limited, side)
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return usage{}, &overLimitError{limit}
	}
	return u, err
}

func each(all []usage, number func(usage) float64) []float64 {
	out := make([]float64, len(all))
	for i, u := range all {
		out[i] = number(u)
	}
	return out
}

// own is a monctl command in the project's directory.
func (b *bench) own(verb string, args ...string) command {
	return command{path: b.monctl, args: append([]string{verb}, args...), dir: b.root}
}

// peer is a peer's command in the project's directory.
func (b *bench) peer(name string, args ...string) command {
	return command{path: filepath.Join(b.bin, name), args: args, dir: b.root}
}

// entries is what bench/entries prints.
type entries struct {
	Entries []string          `json:"entries"`
	JPath   []string          `json:"jpath"`
	ExtStr  map[string]string `json:"ext_str"`
	ExtCode map[string]string `json:"ext_code"`
}

func (b *bench) entries(ctx context.Context) (entries, error) {
	cmd := exec.CommandContext(ctx, "go", "run", "./bench/entries", "-env", "default")
	cmd.Dir, cmd.Stderr = b.root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return entries{}, fmt.Errorf("list the entries: %w", err)
	}
	var doc entries
	if err := json.Unmarshal(out, &doc); err != nil {
		return entries{}, fmt.Errorf("list the entries: %w", err)
	}
	if len(doc.Entries) == 0 {
		return entries{}, fmt.Errorf("the project has no .jsonnet entries")
	}
	return doc, nil
}
