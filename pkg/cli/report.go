package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/view"
)

// newReport begins the report of a command with what a pass found.
func newReport(command string, p *pipeline.Pass) view.Report {
	p.NameOwners()
	r := view.Report{Command: command, Version: buildInfo().Version, Diagnostics: view.Findings(p.Diags)}
	for _, o := range p.Outputs {
		e := view.Environment{Name: o.Env.Name, Objects: map[string]int{}}
		if !p.Diags.HasErrorsBut(testCodes) { // else the bundle is not all of it
			e.Revision = o.Bundle.Revision().String()
		}
		for kind, n := range o.Bundle.Count() {
			e.Objects[string(kind)] = n
		}
		r.Environments = append(r.Environments, e)
	}
	if p.Tests != nil {
		r.Tests = &view.Tests{}
		for _, run := range p.Tests {
			addTests(r.Tests, run)
		}
	}
	return r
}

// addTests converts the test runner's report.
func addTests(into *view.Tests, run pipeline.TestRun) {
	for _, s := range run.Report.Suites {
		suite := view.Suite{File: s.File, Environment: run.Env, Tests: []view.Test{}}
		if len(run.Envs) > 1 {
			suite.Environments = run.Envs
		}
		for _, t := range s.Tests {
			test := view.Test{Name: t.Name, Index: t.Index, Result: view.Result(t.Result), Seconds: t.Seconds, Kept: t.Kept, Span: t.Span}
			if !t.Kept {
				into.Seconds += t.Seconds
			}
			for _, f := range t.Failures {
				var routes []view.RouteStep
				for _, s := range f.Way {
					routes = append(routes, routeStep(s.Step, view.Place{Object: s.Config, Pointer: s.Route.Pointer, Span: s.Span}))
				}
				test.Failures = append(test.Failures, view.Failure{
					Kind: string(f.Kind), Code: f.Code, Message: f.Message, Expected: f.Expected, Got: f.Got, Diff: f.Diff, Span: f.Span,
					Pairs: f.Pairs, Rules: f.Rules, Why: f.Why, Plots: f.Plots, Routes: routes,
				})
			}
			suite.Tests = append(suite.Tests, test)
		}
		into.Suites = append(into.Suites, suite)
	}
}

// failed reports whether a report's findings or tests make a command fail.
func (g *global) failed(p *pipeline.Pass) bool {
	limit, err := diag.ParseSeverity(g.failOn)
	if err != nil {
		limit = diag.Error // prepare has checked it
	}
	return p.Diags.Any(limit) || testsFailed(p)
}

func testsFailed(p *pipeline.Pass) bool {
	for _, run := range p.Tests {
		if run.Report.Failed() {
			return true
		}
	}
	return false
}

// print renders a report to w in the chosen format, and to the files of
// --report.
func (g *global) print(w io.Writer, terminal bool, r view.Report, open func(string) ([]byte, error)) error {
	r = view.Annotate(r, open)
	if err := g.show(w, terminal, r); err != nil {
		return err
	}
	return g.writeReports(r)
}

// show renders a report to w in the chosen format.
func (g *global) show(w io.Writer, terminal bool, r view.Report) error {
	renderer, err := view.New(g.output, g.viewOptions(terminal))
	if err != nil {
		return err
	}
	return renderer.Render(w, r)
}

// writeReports writes the files of --report.
func (g *global) writeReports(r view.Report) error {
	for _, spec := range g.reports {
		format, path, _ := strings.Cut(spec, "=")
		if err := g.writeReport(format, g.path(path), r); err != nil {
			return err
		}
	}
	return nil
}

func (g *global) viewOptions(terminal bool) view.Options {
	o := view.Options{Color: g.color == "always", Prefix: g.prefix()}
	if terminal {
		o.Width = g.sys.Width
		_, noColor := g.sys.Getenv("NO_COLOR")
		term, _ := g.sys.Getenv("TERM")
		o.Color = o.Color || g.color == "auto" && !noColor && term != "dumb"
	}
	return o
}

// prefix is the project's folder within the repository: what a forge calls
// files by.
func (g *global) prefix() string {
	opts, err := (&projectFlags{}).options(g)
	if err != nil {
		return ""
	}
	for d := opts.Dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			if rel, err := filepath.Rel(d, opts.Dir); err == nil && rel != "." {
				return filepath.ToSlash(rel)
			}
			return ""
		}
		if d == filepath.Dir(d) {
			return ""
		}
	}
}

// writeReport writes a report to a file.
func (g *global) writeReport(format, path string, r view.Report) error {
	renderer, err := view.New(format, view.Options{Prefix: g.prefix()})
	if err != nil {
		return err
	}
	return replaceReport(path, func(w io.Writer) error { return renderer.Render(w, r) })
}

// replaceReport writes a file of a report beside its place and renames it.
func replaceReport(path string, draw func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".monctl-report-*")
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(draw(f), f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// finish prints the report of a pass and says how the command ends.
func (g *global) finish(r view.Report, p *pipeline.Pass, code int) error {
	return g.finishOn(g.sys.Stdout, g.sys.StdoutTerminal, r, p, code)
}

func (g *global) finishOn(w io.Writer, terminal bool, r view.Report, p *pipeline.Pass, code int) error {
	if code == exitFindings && p.UnknownEnvironment() {
		code = exitUsage
	}
	r.ExitCode = code
	if err := g.print(w, terminal, r, p.Open); err != nil {
		return err
	}
	if code != exitOK {
		return codeError(code)
	}
	return nil
}
