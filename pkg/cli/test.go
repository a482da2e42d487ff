package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/pipeline"
)

// testOptions are those of the verb test.
type testOptions struct {
	*global
	project  projectFlags
	since    sinceFlag
	cover    coverageFlags
	run      []string
	features featureFlag
	watch    bool
	diff     bool
	verify   bool

	progress testProgress
	stage    pipeline.TestOptions
	files    []string
}

func newTest(g *global) *cobra.Command {
	o := &testOptions{global: g}
	cmd := &cobra.Command{
		Use:   "test [FILE...]",
		Short: "Run unit tests of rules",
		Long: `Test runs the project's unit tests against the rules that its sources render
to, in every environment. With files, it runs those test files instead; no
project is needed unless one of them asks for what it renders. The format is
promtool's, and so are the verdicts. Files in Jsonnet and CUE evaluate to it.

A test file of a project names the project's rules as

    rule_files: [monctl:bundle]

A file may also say how Alertmanager routes, groups, inhibits and silences what
fires, and what the receivers get: docs/tests.md.

With --coverage it says what of the rules the tests exercise: which expressions
have samples, which comparisons are seen true and false, which sides of and, or
and unless matter, whether "for" is crossed and not crossed, which alerts are
expected to fire and not to fire, and which templates are rendered.

Rules are evaluated for all instants of a test at once where the result is
certain to be the same. With --verify, every rule is evaluated instant by
instant as well, with Prometheus' own rule groups on its own database, and all
alerts and samples are compared.

With --watch it goes on after the first run: whenever the tests, or something
that they depend on, are edited, it runs those tests again that may come out
differently. Of files, it watches the rule files, configurations and templates
that they name, patterns included, and what they import. Errors and failures are
told as long as they last, warnings once.`,
		Example: `  monctl test
  monctl test --run '^HostDown'
  monctl test --changed-since main
  monctl test --watch
  monctl test --watch rules_test.yaml  # without a project, with the files that it names
  monctl test --coverage --coverage-out coverage.html --coverage-threshold 80%
  monctl test --verify                 # in CI, against mistakes of monctl's own
  monctl test rules_test.yaml          # any test file of promtool's
  monctl test --enable-feature promql-experimental-functions rules_test.yaml
  monctl test tests/node.jsonnet --env tokyo`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return o.test(cmd.Context())
		},
	}
	o.project.add(g, cmd, "`names` of the environments to test, comma-separated, with * for any part of a name (default all)")
	o.cover.add(cmd)
	o.since.add(cmd, "run the tests that a change since this Git `revision` may concern")
	cmd.Flags().StringArrayVar(&o.run, "run", nil, "run only tests whose name matches this regular `expression`; more than one select the tests that match any")
	cmd.Flags().BoolVar(&o.diff, "diff", false, "show failures as differences of lines, without explanations and plots")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "go on after the first run, and run what an edit concerns again; Ctrl-C ends it")
	cmd.Flags().BoolVar(&o.verify, "verify", false, "evaluate every test the plain way too, as promtool does, and fail with exit code 1 if anything differs")
	cmd.Flags().BoolVar(&o.stage.Debug, "debug", false, "show the series at the end of every test")
	o.features.add(cmd, "enable `features` of PromQL in rules and expressions, by the names that Prometheus gives them, comma-separated, beside those that the environment names")
	cmd.Flags().BoolVar(&o.stage.IgnoreUnknownFields, "ignore-unknown-fields", false, "ignore unknown fields of rule files")
	return cmd
}

func (o *testOptions) test(ctx context.Context) error {
	if len(o.files) > 0 && !o.watch {
		defer o.hurryBy(pace{room: testLeisure, percent: largePercent})()
	} else {
		defer o.hurry()()
	}
	if o.verify {
		dir, err := os.MkdirTemp("", "monctl-verify-")
		if err != nil {
			return fmt.Errorf("verify tests: %w", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		o.stage.VerifyDir = dir
	}
	if len(o.run) > 0 {
		re, err := regexp.Compile(strings.Join(o.run, "|"))
		if err != nil {
			return usagef("--run: %w", err)
		}
		o.stage.Run = re
	}
	if err := o.cover.open(); err != nil {
		return err
	}
	o.stage.Coverage = o.cover.collected
	if o.sys.StderrTerminal {
		o.progress.out = o.sys.Stderr
	}
	o.stage.Progress = o.progress.tell
	defer o.progress.clear()
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	if opts.Features, err = o.features.read(); err != nil {
		return err
	}
	if o.watch {
		return o.follow(ctx, opts)
	}
	if len(o.files) > 0 {
		if o.since.revision != "" {
			return usagef("--changed-since chooses among the tests of a project: leave out the files")
		}
		p, err := o.named(ctx, opts)
		if err != nil {
			return err
		}
		return o.conclude(p, nil)
	}
	if err := o.since.open(opts.Dir); err != nil {
		return err
	}
	p, err := pipeline.Start(opts)
	if err != nil {
		return err
	}
	if err := p.Render(ctx); err != nil {
		return err
	}
	if err := p.ReportEmpty(); err != nil {
		return err
	}
	since, err := o.since.find(p)
	if err != nil {
		return err
	}
	if since != nil {
		if err := p.TestsSince(since); err != nil {
			return err
		}
	}
	if err := p.Test(ctx, o.stage); err != nil {
		return err
	}
	return o.conclude(p, since)
}

func (o *testOptions) conclude(p *pipeline.Pass, since *pipeline.Since) error {
	coverage := o.cover.report(p)
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	if slices.ContainsFunc(p.Tests, func(t pipeline.TestRun) bool { return t.Report.Differs() }) {
		code = exitFailure
	}
	r := newReport("test", p)
	r.Coverage = coverage
	if r.Tests != nil {
		r.Tests.Diff = o.diff
	}
	if err := o.cover.write(o.global, r); err != nil {
		return err
	}
	o.progress.clear()
	r.Since = o.since.report(since)
	return o.finish(r, p, code)
}

// testProgress says on a terminal how many tests were run, once that takes a
// while, and ten times a second at most.
type testProgress struct {
	out   io.Writer // nil where nobody looks
	last  time.Time
	shown bool
}

func (p *testProgress) tell(done, total int) {
	now := time.Now()
	if p.last.IsZero() {
		p.last = now.Add(200 * time.Millisecond) // most runs are over by then
	}
	if p.out == nil || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.out, "\r\x1b[K%d of %d tests", done, total)
}

// clear takes the progress away.
func (p *testProgress) clear() {
	if p.shown {
		p.shown = false
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
