package ruletest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promeval"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

const (
	codeAlert      = "test/alert"
	codePromQL     = "test/promql"
	codeEvaluation = "test/evaluation"
)

// runner runs one test.
type runner struct {
	*suite
	test     *test
	debug    bool
	report   *TestReport
	warnings diag.List
	spans    []diag.Span // of the input series
	judged   []judged
	asked    []asked
	timeline *simulate.Timeline // of Alertmanager, if the test asks for it
	eval     *promeval.Evaluation
	sender   *sender // nil if nobody asks what is sent
}

func (r *runner) run(ctx context.Context) {
	defer func() {
		if len(r.report.Failures) > 0 {
			r.report.Result = Failed
		}
	}()
	columns, spans := r.test.columns(&r.warnings)
	r.spans = spans
	r.moveErrors()
	if !r.ready() {
		return
	}
	r.eval = promeval.New(promeval.Options{
		Engine: r.engine, Series: columns, ExternalLabels: labels.FromMap(r.externalLabels()), ExternalURL: r.test.url,
		Clock: r.clock(), Asked: r.askedAt(), Schedule: r.schedule(),
	})
	if r.paging != nil && r.test.observes() {
		r.sender = newSender(r.paging, r.externalLabels(), r.test.url)
	}
	if !r.test.evaluates() || r.ticks(ctx) {
		for _, e := range r.test.exprs {
			r.checkExpr(ctx, e)
		}
		r.checkPaging(ctx)
	}
	r.explain(ctx)
	if r.coverage != nil && ctx.Err() == nil {
		r.cover(ctx)
	}
	if r.debug {
		r.dump(ctx)
	}
}

// externalLabels are those of the test or, if it gives none and follows its
// alerts to Alertmanager, those of Prometheus: what templates of rules see of
// them gets to the receivers. Promtool's assertions alone see the test's.
func (r *runner) externalLabels() map[string]string {
	if r.test.labels == nil && r.test.observes() && r.paging != nil {
		return r.paging.external
	}
	return r.test.labels
}

// moveErrors turns the errors of the input into failures; warnings stay.
func (r *runner) moveErrors() {
	var rest diag.List
	for _, d := range r.warnings {
		if d.Severity == diag.Error {
			r.report.Failures = append(r.report.Failures, Failure{Kind: KindError, Code: d.Code, Message: d.Summary, Span: d.Span, hint: d.Hint})
		} else {
			rest = append(rest, d)
		}
	}
	r.warnings = rest
}

// ready reports whether the test can be judged. Mistakes that were reported
// already, in the test itself or in a rule file, fail it without repeating them.
func (r *runner) ready() bool {
	if r.test.errors.HasErrors() || !r.rulesOK {
		r.report.Result = Failed
		return false
	}
	if r.paging == nil && r.test.pages() != nil {
		r.report.Result = Failed // The suite says why there is no configuration.
	}
	for _, a := range r.test.alerts {
		if a.name == "" {
			r.fail(a.span, KindError, codeValue, noAlertName)
		}
	}
	return len(r.report.Failures) == 0
}

func (r *runner) fail(span diag.Span, kind Kind, code, format string, args ...any) *Failure {
	r.report.Failures = append(r.report.Failures, Failure{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...), Span: span})
	return &r.report.Failures[len(r.report.Failures)-1]
}

func (r *runner) start() time.Time {
	if r.test.start.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return r.test.start
}

// schedule says when groups are evaluated, nil for promtool's way.
func (r *runner) schedule() *promeval.Schedule {
	if !r.decoded.options.groupInterval {
		return nil
	}
	return &promeval.Schedule{Start: r.start(), Interval: r.decoded.interval}
}

// step is the distance of ticks.
func (r *runner) step() time.Duration {
	if s := r.schedule(); s != nil {
		return s.Step(r.rules)
	}
	return r.decoded.interval
}

// horizon is the largest time that the test names.
func (r *runner) horizon() time.Duration {
	var most time.Duration
	for _, a := range r.test.alerts {
		most = max(most, a.at)
	}
	for _, e := range r.test.exprs {
		most = max(most, e.at)
	}
	for _, n := range r.test.notifications {
		most = max(most, n.until)
	}
	for _, s := range r.test.suppressions {
		most = max(most, s.at)
	}
	return most
}

// clock is the ticks of the test.
func (r *runner) clock() promeval.Clock {
	return promeval.Clock{Start: r.start(), Step: r.step(), Ticks: int(r.horizon()/r.step()) + 1}
}

// askedAt tells the ticks after which alerts are asked for: those at which one is
// asserted, or all if it matters what is sent.
func (r *runner) askedAt() func(tick int) bool {
	if r.paging != nil && r.test.observes() {
		return nil
	}
	ticks := map[int]bool{}
	for _, a := range r.test.alerts {
		ticks[int(a.at/r.step())] = true
	}
	return func(tick int) bool { return ticks[tick] }
}

// ticks evaluates the rules at every tick up to the horizon and checks each
// alert assertion at the last tick not after its time. It reports false if a
// rule failed: promtool then judges nothing else.
func (r *runner) ticks(ctx context.Context) bool {
	pending := slices.Clone(r.test.alerts)
	slices.SortStableFunc(pending, func(a, b alertAssertion) int { return cmp.Compare(a.at, b.at) })
	start, step := r.start(), r.step()
	// Instants, not durations: the horizon may be the largest duration there is.
	for ts, end := start, start.Add(r.horizon()); !ts.After(end); ts = ts.Add(step) {
		at := ts.Sub(start)
		failed, err := r.eval.Tick(ctx, ts)
		if ctx.Err() != nil {
			return false
		}
		if err != nil {
			span := r.test.span
			if e, ok := errors.AsType[*promeval.InputError](err); ok {
				span = r.spans[e.Index]
			}
			r.fail(span, KindError, codeSeries, "at %s: %s", model.Duration(at), err)
			return false
		}
		if len(failed) > 0 {
			r.ruleErrors(at, failed)
			return false
		}
		if r.sender != nil {
			r.sender.observe(ctx, r.eval.Active(), ts)
		}
		for len(pending) > 0 && pending[0].at < ts.Add(step).Sub(start) {
			r.checkAlert(ctx, pending[0])
			pending = pending[1:]
		}
	}
	return true
}

// ruleErrors reports the rules that failed, once for each rule.
func (r *runner) ruleErrors(at time.Duration, failed []*promeval.RuleError) {
	for _, e := range failed {
		kind := "recording rule"
		if e.Alerting {
			kind = "alert"
		}
		f := r.fail(r.test.span, KindError, codeEvaluation, "%s %q (group %q of %s) fails at %s: %s",
			kind, e.Rule, e.Group, e.File, model.Duration(at), e.Err)
		if promeval.IsDuplicate(e.Err) {
			f.hint = "an input series or another rule has given the series another value at that time"
		} else if len(r.rules) > 0 && !r.asserts(e.Rule) {
			f.hint = "as in promtool, a rule that fails also fails the tests that do not ask for it"
		}
	}
}

func (r *runner) asserts(name string) bool {
	return slices.ContainsFunc(r.test.alerts, func(a alertAssertion) bool { return a.name == name })
}

func (r *runner) dump(ctx context.Context) {
	// A window is open on its left, so it has to begin before the first sample.
	at := (r.horizon() + time.Second).Truncate(time.Second)
	text, err := r.eval.Dump(ctx, at+time.Second, r.start().Add(at))
	if err != nil {
		text = err.Error()
	}
	r.report.Dump = text
}

// checkAlert compares the alerts of one name that fire with the expected ones:
// exactly, labels and annotations, in any order.
func (r *runner) checkAlert(ctx context.Context, a alertAssertion) {
	if a.extended() {
		r.checkState(ctx, a)
		return
	}
	expected := a.expected()
	var got []alertText
	for _, f := range r.eval.Firing(ctx, a.name) {
		got = append(got, alertText{f.Labels, f.Annotations})
	}
	r.warnTemplates(a.span, got)
	if sameAlerts(expected, got) {
		r.judged = append(r.judged, judged{alertAssertion: a, expected: expected, got: got, failure: -1})
		return
	}
	missing, unexpected := unpaired(expected, got)
	r.judged = append(r.judged, judged{a, expected, got, missing, unexpected, len(r.report.Failures)})
	f := r.fail(a.span, KindAlert, codeAlert, "alert %q at %s: %s", a.name, model.Duration(a.at), countAlerts(len(expected), len(got)))
	f.describePairs(alertPairs(expected, got))
}

func countAlerts(expected, got int) string {
	switch {
	case expected == got:
		return "the alerts that fire differ from the expected ones"
	case got == 0:
		return fmt.Sprintf("%s expected, none fires", plural(expected))
	case expected == 0:
		return fmt.Sprintf("none expected, %s firing", plural(got))
	default:
		return fmt.Sprintf("%s expected, %d firing", plural(expected), got)
	}
}

func plural(n int) string {
	if n == 1 {
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", n)
}

// checkExpr compares the result of an expression with the expected samples.
func (r *runner) checkExpr(ctx context.Context, e exprAssertion) {
	vector, err := r.eval.Query(ctx, e.expr.value, r.start().Add(e.at))
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.fail(e.expr.span, KindPromQL, codePromQL, "%q at %s: %s", shorten(e.expr.value), model.Duration(e.at), err)
		return
	}
	expected, err := e.samples()
	if err != nil {
		place := e.span
		if p, ok := errors.AsType[*sampleError](err); ok {
			place = p.span
		}
		r.fail(place, KindPromQL, codeValue, "%s", err)
		return
	}
	got := make([]sample, 0, len(vector))
	for _, s := range vector {
		got = append(got, newSample(s.Metric, s.F, s.H))
	}
	sortSamples(expected)
	sortSamples(got)
	if sameSamples(expected, got, r.decoded.sameValue) {
		return
	}
	r.asked = append(r.asked, asked{e, expected, got, len(r.report.Failures)})
	f := r.fail(e.span, KindPromQL, codePromQL, "%q at %s: the result differs from the expected one", shorten(e.expr.value), model.Duration(e.at))
	f.describeSamples(expected, got)
}
