package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options is what the command line says.
type options struct {
	run          string
	list, json   bool
	rounds       int
	monctl, bin  string
	warmUp, idle time.Duration
	peerLimit    time.Duration

	corpus, upstream, engine string
}

func main() {
	var opts options
	flag.StringVar(&opts.run, "run", "", "regular expression on the names of the cases; empty runs all")
	flag.BoolVar(&opts.list, "list", false, "name the cases and measure nothing")
	flag.BoolVar(&opts.json, "json", false, "print a JSON document instead of the table")
	flag.IntVar(&opts.rounds, "n", 10, "rounds of a case, after one that warms up")
	flag.StringVar(&opts.bin, "bin", ".bin", "directory of the peers, see `make peers`")
	flag.StringVar(&opts.monctl, "monctl", ".bin/monctl", "monctl to measure, stripped")
	flag.DurationVar(&opts.warmUp, "warm-up", 30*time.Second, "how long servers run before they are watched")
	flag.DurationVar(&opts.idle, "idle", time.Minute, "how long servers at rest are watched")
	flag.DurationVar(&opts.peerLimit, "peer-limit", 10*time.Minute, "how long one run of a peer may take; one that takes longer is stopped, and counts as that")
	flag.StringVar(&opts.corpus, "corpus", "", "directory with public mixins and their entries.json, see tools/jsonnetcheck")
	flag.StringVar(&opts.upstream, "upstream", "", "directory with upstream's Jsonnet benchmarks")
	flag.StringVar(&opts.engine, "engine", "own", "engine of monctl eval")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ok, err := run(ctx, opts)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run measures and prints, and reports whether all was measured and every limit
// kept.
func run(ctx context.Context, opts options) (bool, error) {
	wanted, err := regexp.Compile(opts.run)
	if err != nil {
		return false, fmt.Errorf("read -run: %w", err)
	}
	chosen := slices.DeleteFunc(cases(), func(c benchCase) bool { return !wanted.MatchString(c.name) })
	if opts.list {
		for _, c := range chosen {
			fmt.Printf("%-16s %s\n", c.name, c.about)
		}
		return true, nil
	}
	if len(chosen) == 0 {
		return false, fmt.Errorf("no case matches %q", opts.run)
	}
	if opts.rounds < 1 {
		return false, fmt.Errorf("-n must be at least 1")
	}
	b, err := newBench(opts)
	if err != nil {
		return false, err
	}
	r, err := b.measureAll(ctx, chosen)
	if err := errors.Join(err, os.RemoveAll(b.work)); err != nil {
		return false, err
	}
	write := r.writeText
	if opts.json {
		write = r.writeJSON
	}
	return !r.failed(), write(os.Stdout)
}

// measureAll runs the cases one after the other; one that fails keeps none of
// the others from running.
func (b *bench) measureAll(ctx context.Context, chosen []benchCase) (report, error) {
	r := report{FormatVersion: 1, Machine: machine(ctx), Versions: b.versions(ctx), Rows: []row{}, Notes: []string{}, Failures: []failure{}}
	for _, c := range chosen {
		fmt.Fprintf(os.Stderr, "measuring %s …\n", c.name)
		rows, err := c.run(ctx, b)
		if ctx.Err() != nil {
			return report{}, ctx.Err()
		}
		if err != nil {
			r.Failures = append(r.Failures, failure{Case: c.name, Error: err.Error()})
			continue
		}
		r.Rows = append(r.Rows, rows...)
	}
	r.Notes = append(r.Notes, b.notes...)
	return r, nil
}

func newBench(opts options) (*bench, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the project: %w", err)
	}
	if _, err := os.Stat("monctl.cue"); err != nil {
		return nil, fmt.Errorf("run it in the project's directory: %w", err)
	}
	work, err := os.MkdirTemp("", "monctl-bench-")
	if err != nil {
		return nil, fmt.Errorf("make the scratch directory: %w", err)
	}
	const slices = 6
	b := &bench{
		root: root, work: work, rounds: opts.rounds, bin: opts.bin, monctl: opts.monctl,
		peerLimit: opts.peerLimit,
		corpus:    opts.corpus, upstream: opts.upstream, engine: opts.engine,
		idle: idleOptions{warmUp: opts.warmUp, slice: opts.idle / slices, slices: slices},
	}
	for _, path := range []*string{&b.bin, &b.monctl} {
		if !filepath.IsAbs(*path) {
			*path = filepath.Join(root, *path)
		}
	}
	if err := b.settle(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(work))
	}
	return b, nil
}

// machine says what the numbers were taken on.
func machine(ctx context.Context) map[string]string {
	m := map[string]string{
		"system":     runtime.GOOS + "/" + runtime.GOARCH,
		"processors": fmt.Sprint(runtime.NumCPU()),
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m["load before"] = strings.Join(strings.Fields(string(load))[:3], " ")
	}
	if floor, err := measure(ctx, []command{{path: "true"}}); err == nil {
		m["floor of peak rss"] = octets.one(float64(floor.rss))
	}
	return m
}

// versions asks every program for its version. What is missing shows in the
// cases that need it.
func (b *bench) versions(ctx context.Context) map[string]string {
	programs := map[string]command{
		"monctl":            b.own("version"),
		"go":                {path: "go", args: []string{"version"}},
		"prometheus":        b.peer("prometheus", "--version"),
		"promtool":          b.peer("promtool", "--version"),
		"alertmanager":      b.peer("alertmanager", "--version"),
		"go-jsonnet":        b.peer("jsonnet", "--version"),
		"tanka":             b.peer("tk", "--version"),
		"pint":              b.peer("pint", "version"),
		"node_exporter":     {path: "prometheus-node-exporter", args: []string{"--version"}},
		"blackbox_exporter": {path: "prometheus-blackbox-exporter", args: []string{"--version"}},
	}
	versions := map[string]string{}
	for _, name := range sortedKeys(programs) {
		out, err := exec.CommandContext(ctx, programs[name].path, programs[name].args...).CombinedOutput()
		line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		if err != nil {
			line = fmt.Sprintf("not found (%v)", err)
		}
		versions[name] = line
	}
	return versions
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
