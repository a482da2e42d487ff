package ruletest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
)

const (
	codeDuplicateName = "test/duplicate-name"
	codeUnknownAlert  = "test/unknown-alert"
)

// Options say how suites are run.
type Options struct {
	// RuleFiles resolves the patterns under rule_files; nil allows only
	// BundlePattern.
	RuleFiles RuleFilesFunc
	// RuleFileNames suggests names for a pattern that matches nothing; may be
	// nil.
	RuleFileNames func(suite, pattern string) []string
	// Bundle is what BundlePattern stands for.
	Bundle []RuleFile
	// Environment is where the bundle's rules are from: what a suite pages
	// through if it names no configuration, and what becomes of alerts before
	// that. nil if there is no project.
	Environment *bundle.Bundle
	// AlertmanagerFile reads what alertmanager_file names; nil allows none.
	AlertmanagerFile AlertmanagerFileFunc
	// Run selects tests by name, as promtool's --run does: nil selects all, and
	// a test without a name has the empty name.
	Run *regexp.Regexp
	// IgnoreUnknownFields accepts unknown fields in rule files. As in promtool,
	// it does not concern test files.
	IgnoreUnknownFields bool
	// Features are enabled in rule files and in expressions.
	Features expr.Features
	// VerifyDir, if it is not "", has every evaluation made the plain way too,
	// with files below that folder, and compared; see promeval.Verify.
	VerifyDir string
	// Debug adds a dump of all series to each test's report.
	Debug bool
	// Coverage collects what the tests exercise of the rules that they load,
	// unless it is nil.
	Coverage *Coverage
	// Memory is shared with earlier runs; nil keeps nothing.
	Memory *Memory
	// Progress is told, unless it is nil, that a test was run: how many were,
	// and how many will be. It is called from several goroutines, one at a time.
	Progress func(done, total int)
	// Workers bounds how many tests run at once; less than one means one.
	Workers int
	// Now is the clock that durations are measured with; nil is time.Now.
	Now func() time.Time
}

// suite is a suite being run.
type suite struct {
	Suite
	decoded  *file
	says     func() []says
	features expr.Features
	rules    []*promeval.RuleFile
	files    []RuleFile // of rules
	rulesOK  bool
	// keys are what a Memory knows the tests by; nil without one.
	keys [][sha256.Size]byte
	// paging is nil if no test needs it, or if there is none.
	paging  *paging
	engine  *promeval.Engine
	diags   diag.List
	reports []TestReport
	// coverage and observer are nil unless it was asked for; subjects are the suite's rules,
	// which are read when somebody asks for them.
	coverage *Coverage
	observer *promeval.Observer
	subjects func() []*subject
}

// Run runs the tests of all suites. The report has every test, in the order of
// the files; the findings are those about the files and one for each failure.
// The error is ctx's or a bug.
func Run(ctx context.Context, suites []Suite, o Options) (*Report, diag.List, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	start := o.Now()
	o.Memory.begin()
	cache := &ruleCache{options: promeval.RuleOptions{IgnoreUnknownFields: o.IgnoreUnknownFields, Features: o.Features}, memory: o.Memory, files: map[string]func() parsedRules{}}
	pagings := newPagingLoader(o)
	all := make([]*suite, len(suites))
	defer func() {
		for _, s := range all {
			if s != nil && s.engine != nil {
				_ = s.engine.Close() // It only waits for a tracker that promtool's options lack.
			}
			if s != nil && s.observer != nil {
				_ = s.observer.Close()
			}
		}
	}()
	if err := parallel(ctx, o.Workers, len(suites), func(i int) {
		all[i] = prepare(suites[i], o, cache, pagings)
		o.Memory.recall(all[i], o)
		all[i].start()
	}); err != nil {
		return nil, nil, err
	}
	type job struct {
		suite *suite
		test  int
	}
	var jobs []job
	for _, s := range all {
		for i, t := range s.reports {
			if t.Result != Skipped && !t.Kept {
				jobs = append(jobs, job{s, i})
			}
		}
	}
	done := counter(o.Progress, len(jobs))
	warnings, failures := make([]diag.List, len(jobs)), make([]error, len(jobs))
	if err := parallel(ctx, o.Workers, len(jobs), func(i int) {
		s, n := jobs[i].suite, jobs[i].test
		began := o.Now()
		r := &runner{suite: s, test: s.decoded.tests[n], debug: o.Debug, report: &s.reports[n]}
		r.run(ctx)
		if o.VerifyDir != "" {
			failures[i] = r.verify(ctx, o.VerifyDir)
		}
		warnings[i] = r.warnings
		s.reports[n].Seconds = o.Now().Sub(began).Seconds()
		done()
	}); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(failures...); err != nil {
		return nil, nil, fmt.Errorf("run tests: %w", err)
	}
	report := &Report{Suites: make([]SuiteReport, 0, len(all))}
	diags := slices.Concat(warnings...)
	remarked := map[job]bool{}
	for i, w := range warnings {
		remarked[jobs[i]] = len(w) > 0
	}
	for _, s := range all {
		report.Suites = append(report.Suites, s.finish(&diags))
		o.Memory.remember(s, func(test int) bool { return remarked[job{s, test}] })
	}
	report.Seconds = o.Now().Sub(start).Seconds()
	return report, diags.Sort(), nil
}

// parallel calls f for 0…n-1 on a number of workers and returns ctx's error.
func parallel(ctx context.Context, workers, n int, f func(i int)) error {
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(1, min(workers, n)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("run tests: %w", err)
	}
	return nil
}

// counter returns what is to be called when one of some tests is over.
func counter(progress func(done, total int), total int) func() {
	if progress == nil {
		return func() {}
	}
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		progress(done, total)
	}
}

// prepare decodes a suite and, if any of its tests will run, loads its rules.
func prepare(in Suite, o Options, cache *ruleCache, pagings *pagingLoader) *suite {
	read := o.Memory.decode(in)
	s := &suite{Suite: in, decoded: read.file, says: read.says, features: o.Features, diags: read.diags}
	if s.decoded == nil {
		return s
	}
	s.warnDuplicateNames()
	selected := false
	for _, t := range s.decoded.tests {
		r := TestReport{Name: t.name, Index: t.index, Span: t.span, Result: Passed}
		if o.Run != nil && !o.Run.MatchString(t.name) {
			r.Result = Skipped
		} else {
			selected = true
		}
		s.reports = append(s.reports, r)
	}
	if !selected {
		return s
	}
	s.rules, s.rulesOK = s.loadRules(o, cache)
	if s.coverage = o.Coverage; s.coverage != nil {
		s.observer = promeval.NewObserver(s.decoded.interval, o.Features)
	}
	s.subjects = sync.OnceValue(s.readSubjects)
	s.warnUnknownAlerts()
	s.loadPaging(pagings)
	return s
}

// start makes the engine, if there is a test to run.
func (s *suite) start() {
	if !slices.ContainsFunc(s.reports, func(r TestReport) bool { return r.Result != Skipped && !r.Kept }) {
		return
	}
	var exprs []string
	for _, t := range s.decoded.tests {
		for _, e := range t.exprs {
			exprs = append(exprs, e.expr.value)
		}
	}
	s.engine = promeval.NewEngine(promeval.EngineOptions{
		SubqueryInterval: s.decoded.interval, Expressions: exprs, Rules: s.rules, GroupOrder: s.decoded.order, Features: s.features,
	})
}

func (s *suite) readSubjects() []*subject {
	coverage := s.coverage
	if coverage == nil {
		coverage = NewCoverage()
	}
	var out []*subject
	for _, f := range s.files {
		out = append(out, coverage.add(f)...)
	}
	return out
}

// warnUnknownAlerts warns about names that no rule has: promtool takes a test
// that expects no such alert for passed.
func (s *suite) warnUnknownAlerts() {
	if !s.rulesOK {
		return
	}
	if len(s.rules) == 0 && len(s.decoded.ruleFiles) > 0 {
		return // no pattern matches anything, which has been said
	}
	names := s.alertNames()
	for i, t := range s.decoded.tests {
		for _, a := range t.alerts {
			if s.reports[i].Result != Skipped && a.name != "" && !slices.Contains(names, a.name) {
				d := s.diags.Warnf(codeUnknownAlert, a.span, "no rule has the alert %q", a.name)
				d.Hint = diag.DidYouMean(a.name, names)
			}
		}
	}
}

// alertNames are the names of the alerting rules, sorted.
func (s *suite) alertNames() []string {
	var names []string
	for _, f := range s.rules {
		names = slices.AppendSeq(names, f.Alerts)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// finish makes the suite's report and adds its findings.
func (s *suite) finish(diags *diag.List) SuiteReport {
	out := SuiteReport{File: s.File, Tests: s.reports}
	if out.Tests == nil {
		out.Tests = []TestReport{}
	}
	*diags = append(*diags, s.diags...)
	out.Failed = s.decoded == nil || s.decoded.broken
	for i := range s.reports {
		t := &s.reports[i]
		slices.SortStableFunc(t.Failures, compareFailures)
		t.diagnostics(diags)
		out.Failed = out.Failed || t.Result == Failed
		if t.Result == Skipped && s.decoded.tests[i].errors.HasErrors() {
			out.Failed = true // promtool reads the whole file strictly.
		}
	}
	return out
}
