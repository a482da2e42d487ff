package ruletest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
)

// RuleState is how an alerting rule stood when an assertion about it failed.
type RuleState struct {
	File  string `json:"file"`
	Group string `json:"group"`
	// Span is where the expression is written.
	Span diag.Span `json:"span,omitzero"`
	// Labels are those that no template makes.
	Labels map[string]string `json:"labels,omitempty"`
	Expr   string            `json:"expr"`
	For    string            `json:"for,omitempty"`
	// State is "inactive", "pending" or "firing", for the alerts that the
	// assertion is about.
	State string `json:"state"`
	// Why says why that is so, a sentence each; the last one goes deepest.
	Why []string `json:"why,omitempty"`
}

// lookBack bounds how far back the history of an alert is told, in ticks.
const lookBack = 10000

// judged is an alert assertion that was held against what fires.
type judged struct {
	alertAssertion
	expected, got []alertText
	// missing are expected and not there, unexpected are there and not expected.
	missing, unexpected []alertText
	// failure is its place among the test's failures, -1 if it held.
	failure int
}

// asked is an expression assertion that failed.
type asked struct {
	exprAssertion
	expected, got []sample
	failure       int
}

// explain says of the assertions that failed why things were as they were. It
// is called when the test is over.
func (r *runner) explain(ctx context.Context) {
	if !slices.ContainsFunc(r.judged, func(j judged) bool { return j.failure >= 0 }) && len(r.asked) == 0 {
		return
	}
	obs := r.observer
	if obs == nil { // only those who look for coverage know that they need one
		obs = promeval.NewObserver(r.decoded.interval)
		defer obs.Close() //nolint:errcheck // It only waits for a tracker that it lacks.
	}
	v := r.view(obs)
	for _, j := range r.judged {
		if j.failure >= 0 && ctx.Err() == nil {
			v.explainAlerts(ctx, &r.report.Failures[j.failure], j, r.subjects())
		}
	}
	for _, a := range r.asked {
		if ctx.Err() == nil {
			v.explainSamples(ctx, &r.report.Failures[a.failure], a, r.subjects())
		}
	}
}

// instant is a test's view at the time of an assertion.
type instant struct {
	viewOfTest
	at time.Time // the last tick before it, or its time if an expression asks
}

// name writes an instant as a time since the test's start.
func (v viewOfTest) name(t time.Time) string { return model.Duration(t.Sub(v.from)).String() }

func (v viewOfTest) nameMillis(ms int64) string { return v.name(time.UnixMilli(ms)) }

func (v viewOfTest) explainAlerts(ctx context.Context, f *Failure, j judged, subjects []*subject) {
	x := instant{v, v.from.Add(j.at.Truncate(v.step))}
	var rules []*subject
	for _, s := range subjects {
		if s.alert && s.name == j.name {
			rules = append(rules, s)
		}
	}
	missing, unexpected := j.missing, j.unexpected
	for _, s := range rules {
		// An alert is its rule's that has its labels; of labels that no rule has
		// it could be any one's.
		lost := slices.DeleteFunc(slices.Clone(missing), func(a alertText) bool {
			return !s.couldBe(a, j.match) && slices.ContainsFunc(rules, func(t *subject) bool { return t.couldBe(a, j.match) })
		})
		extra := slices.DeleteFunc(slices.Clone(unexpected), func(a alertText) bool { return !s.isStaticOf(a.labels) })
		if len(lost) == 0 && len(extra) == 0 {
			continue // this rule does what is expected of it
		}
		f.Rules = append(f.Rules, x.ruleState(ctx, s, j.state, lost, extra))
		var about []labels.Labels
		for _, a := range slices.Concat(lost, extra) {
			about = append(about, a.labels)
		}
		if !slices.ContainsFunc(f.Pairs, func(p Pair) bool { return p.Verdict == "missing" || p.Verdict == "unexpected" }) {
			continue // the alerts fire when they should: what they say differs
		}
		f.Plots = append(f.Plots, x.plots(ctx, s.expr, s.static, about, subjects)...)
		f.Plots = append(f.Plots, x.statePlot(ctx, s)...)
	}
	if len(f.Rules) > 0 {
		f.giveHint(f.Rules[0].Why)
	}
}

// giveHint makes the last sentence of an explanation, which goes deepest, the
// hint where there is room for one only.
func (f *Failure) giveHint(why []string) {
	if f.hint == "" && len(why) > 0 {
		f.hint = why[len(why)-1]
	}
}

// unpaired returns the alerts that are expected and not there, exactly as they
// are, and those that are there and not expected.
func unpaired(expected, got []alertText) (missing, unexpected []alertText) {
	without := func(a, b []alertText) []alertText {
		rest := slices.Clone(b)
		var out []alertText
		for _, x := range a {
			if i := slices.IndexFunc(rest, x.equal); i >= 0 {
				rest = slices.Delete(rest, i, i+1)
			} else {
				out = append(out, x)
			}
		}
		return out
	}
	return without(expected, got), without(got, expected)
}

// ruleState says how a rule stands, and why alerts in the wanted state are
// missing or unexpected.
func (x instant) ruleState(ctx context.Context, s *subject, wanted State, missing, unexpected []alertText) RuleState {
	out := RuleState{
		File: s.file.Name, Group: s.group.name, Span: s.place("/expr"), Labels: s.static.Map(),
		Expr: s.expr.Text, State: "inactive",
	}
	if s.hold > 0 {
		out.For = model.Duration(s.hold).String()
	}
	h := x.history(ctx, s)
	for _, a := range missing {
		out.Why = append(out.Why, x.whyMissing(ctx, s, h, wanted, a)...)
	}
	for _, a := range unexpected {
		if len(missing) == 0 {
			out.Why = append(out.Why, x.whyActive(ctx, s, h, a)...)
		}
	}
	out.Why = unique(out.Why)
	ms := x.at.UnixMilli()
	about := func(c promeval.Column) bool {
		if len(missing) == 0 || len(unexpected) > 0 {
			return true
		}
		return slices.ContainsFunc(missing, func(a alertText) bool { return s.agrees(c.Labels, a.labels) })
	}
	for _, state := range []struct {
		name    string
		columns []promeval.Column
	}{{"pending", h.pending}, {"firing", h.firing}} {
		if slices.ContainsFunc(state.columns, func(c promeval.Column) bool { return about(c) && slices.Contains(c.Times, ms) }) {
			out.State = state.name
		}
	}
	return out
}

func unique(lines []string) []string {
	var out []string
	for _, l := range lines {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// agrees reports whether two label sets can belong to one alert: labels that
// both have are equal, but for the name of the series and what the rule itself
// adds.
func (s *subject) agrees(a, b labels.Labels) bool {
	ok := true
	a.Range(func(l labels.Label) {
		if l.Name != labels.MetricName && l.Name != "alertstate" && !s.static.Has(l.Name) && b.Has(l.Name) && b.Get(l.Name) != l.Value {
			ok = false
		}
	})
	return ok
}

// history is what became of a rule up to an instant.
type history struct {
	// samples are those of the expression.
	samples, pending, firing []promeval.Column
	err                      error
}

func (x instant) history(ctx context.Context, s *subject) history {
	from := x.from
	if earliest := x.at.Add(-lookBack * x.step); from.Before(earliest) {
		from = earliest
	}
	var h history
	for _, q := range []struct {
		into   *[]promeval.Column
		text   string
		offset time.Duration
	}{
		{&h.samples, s.expr.Node.String(), s.offset},
		{&h.pending, s.alerts("pending").String(), 0},
		{&h.firing, s.alerts("firing").String(), 0},
	} {
		columns, err := x.Range(ctx, q.text, from.Add(-q.offset), x.at.Add(-q.offset), x.step)
		if err != nil {
			h.err = err
		}
		for i := range columns {
			for n := range columns[i].Times {
				columns[i].Times[n] += q.offset.Milliseconds()
			}
		}
		*q.into = columns
	}
	return h
}

// whyMissing says why an alert that is expected to fire, or to be pending, does
// not or is not.
func (x instant) whyMissing(ctx context.Context, s *subject, h history, wanted State, a alertText) []string {
	if h.err != nil {
		return nil // the rule's error is a failure of its own
	}
	ms, step := x.at.UnixMilli(), x.step.Milliseconds()
	ours := func(columns []promeval.Column) []promeval.Column {
		return slices.DeleteFunc(slices.Clone(columns), func(c promeval.Column) bool { return !s.agrees(c.Labels, a.labels) })
	}
	if wanted == StatePending {
		if s.hold == 0 {
			return []string{"the rule has no for: its alerts are never pending"}
		}
		for _, c := range ours(h.firing) {
			if since, ok := runUntil(c.Times, ms, step); ok {
				return []string{"it fires since " + x.nameMillis(since)}
			}
		}
	}
	for _, c := range ours(h.pending) {
		if since, ok := runUntil(c.Times, ms, step); ok {
			due := time.UnixMilli(since).Add(s.hold)
			return []string{fmt.Sprintf("it is pending since %s: with for: %s it fires at %s, if the expression has samples until then",
				x.nameMillis(since), model.Duration(s.hold), x.name(due))}
		}
	}
	holding := slices.DeleteFunc(slices.Clone(h.samples), func(c promeval.Column) bool { return !slices.Contains(c.Times, ms) })
	if len(ours(holding)) > 0 {
		return nil // It fires, with other labels or annotations: the comparison shows that.
	}
	var out []string
	if len(holding) > 0 {
		out = append(out, fmt.Sprintf("the expression has samples at %s, but none with %s: %s", x.name(x.at), conflicts(holding, a.labels), labelSets(holding)))
	} else {
		out = append(out, fmt.Sprintf("the expression has no sample at %s", x.name(x.at)))
	}
	if text := x.whyNoneAgrees(s, a); text != "" && len(holding) == 0 {
		return append(out, text)
	}
	if ran := x.runs(ours(h.samples)); ran != "" {
		out = append(out, "it had one "+ran)
	}
	if ran := x.runs(ours(h.firing)); ran != "" {
		out = append(out, "the alert fired "+ran+", and is resolved")
	}
	if len(holding) == 0 {
		out = append(out, x.whyEmpty(ctx, s.expr, s.expr.Node)...)
	}
	return out
}

// whyNoneAgrees says if none of the series that the rule reads can have to do
// with an alert.
func (x instant) whyNoneAgrees(s *subject, a alertText) string {
	var read []promeval.Column
	for _, v := range s.expr.Selectors() {
		for _, l := range x.Series(v.Matchers...) {
			if s.agrees(l, a.labels) {
				return ""
			}
			read = append(read, promeval.Column{Labels: l})
		}
	}
	if len(read) == 0 {
		return ""
	}
	return fmt.Sprintf("the rule reads no series with %s: there is %s", conflicts(read, a.labels), labelSets(read))
}

// conflicts returns those of an alert's labels that differ from those of
// series.
func conflicts(columns []promeval.Column, lset labels.Labels) labels.Labels {
	return lset.MatchLabels(true, slices.DeleteFunc(labelNames(lset), func(name string) bool {
		return !slices.ContainsFunc(columns, func(c promeval.Column) bool {
			return c.Labels.Has(name) && c.Labels.Get(name) != lset.Get(name)
		})
	})...)
}

func labelNames(lset labels.Labels) []string {
	var out []string
	lset.Range(func(l labels.Label) { out = append(out, l.Name) })
	return out
}

// whyActive says why an alert is pending or fires that is not expected to.
func (x instant) whyActive(ctx context.Context, s *subject, h history, a alertText) []string {
	ms, step := x.at.UnixMilli(), x.step.Milliseconds()
	since := func(columns []promeval.Column) (int64, bool) {
		for _, c := range columns {
			if t, ok := runUntil(c.Times, ms, step); ok && s.agrees(c.Labels, a.labels) {
				return t, true
			}
		}
		return 0, false
	}
	var out []string
	if t, ok := since(h.firing); ok {
		text := "it fires since " + x.nameMillis(t)
		if s.hold > 0 {
			text += fmt.Sprintf(", when the expression had had a sample for %s", model.Duration(s.hold))
		}
		out = append(out, text)
	} else if t, ok := since(h.pending); ok {
		out = append(out, "it is pending since "+x.nameMillis(t))
	}
	for _, c := range h.samples {
		if s.agrees(c.Labels, a.labels) && !slices.Contains(c.Times, ms) && s.keepFiring > 0 {
			out = append(out, fmt.Sprintf("the expression has no sample any more: keep_firing_for: %s lets it fire on", model.Duration(s.keepFiring)))
		}
	}
	for _, c := range comparisons(s.expr.Node) {
		out = append(out, x.values(ctx, s.expr, c, func(l labels.Labels) bool { return s.agrees(l, a.labels) })...)
	}
	return out
}

// runUntil returns where the unbroken run of ticks begins that ends at an
// instant.
func runUntil(times []int64, ms, step int64) (since int64, ok bool) {
	i := slices.Index(times, ms)
	if i < 0 {
		return 0, false
	}
	for i > 0 && times[i-1] == times[i]-step {
		i--
	}
	return times[i], true
}

// runs tells the last run of ticks of some series together.
func (x instant) runs(columns []promeval.Column) string {
	var times []int64
	for _, c := range columns {
		times = append(times, c.Times...)
	}
	if len(times) == 0 {
		return ""
	}
	slices.Sort(times)
	times = slices.Compact(times)
	last := times[len(times)-1]
	since, _ := runUntil(times, last, x.step.Milliseconds())
	if since == last {
		return "at " + x.nameMillis(last)
	}
	return fmt.Sprintf("from %s to %s", x.nameMillis(since), x.nameMillis(last))
}

// maxNamed bounds how many series a sentence names.
const maxNamed = 3

// seriesName writes a series as PromQL does: the name before the labels.
func seriesName(lset labels.Labels) string {
	name := lset.Get(labels.MetricName)
	rest := labels.NewBuilder(lset).Del(labels.MetricName).Labels()
	if name != "" && rest.IsEmpty() {
		return name
	}
	return name + rest.String()
}

func labelSets(columns []promeval.Column) string {
	var names []string
	for i, c := range columns {
		if i == maxNamed {
			names = append(names, fmt.Sprintf("and %d more", len(columns)-i))
			break
		}
		names = append(names, seriesName(c.Labels))
	}
	return strings.Join(names, ", ")
}

// explainSamples says why an expression has no samples where some were
// expected, and plots it.
func (v viewOfTest) explainSamples(ctx context.Context, f *Failure, a asked, subjects []*subject) {
	e, err := expr.Parse(a.expr.value)
	if err != nil {
		return
	}
	x := instant{v, v.from.Add(a.at)}
	if len(a.got) == 0 && len(a.expected) > 0 {
		f.Why = x.whyEmpty(ctx, e, e.Node)
	}
	var about []labels.Labels
	for _, s := range slices.Concat(a.expected, a.got) {
		about = append(about, s.labels)
	}
	f.Plots = x.plots(ctx, e, labels.EmptyLabels(), about, subjects)
	f.giveHint(f.Why)
}

// comparisons returns the comparisons of a vector with a number that decide,
// alone or through set operators, whether an expression has samples.
func comparisons(e parser.Expr) []*parser.BinaryExpr {
	switch n := e.(type) {
	case *parser.ParenExpr:
		return comparisons(n.Expr)
	case *parser.BinaryExpr:
		if n.Op.IsSetOperator() {
			return append(comparisons(n.LHS), comparisons(n.RHS)...)
		}
		if _, _, _, ok := threshold(n); ok {
			return []*parser.BinaryExpr{n}
		}
	}
	return nil
}

// threshold takes a comparison of a vector with a number apart: `5 < x` is
// `x > 5`.
func threshold(n *parser.BinaryExpr) (vector parser.Expr, op parser.ItemType, limit float64, ok bool) {
	if !n.Op.IsComparisonOperator() || n.ReturnBool {
		return nil, 0, 0, false
	}
	if limit, ok := constant(n.RHS); ok && n.LHS.Type() == parser.ValueTypeVector {
		return n.LHS, n.Op, limit, true
	}
	if limit, ok := constant(n.LHS); ok && n.RHS.Type() == parser.ValueTypeVector {
		mirror := map[parser.ItemType]parser.ItemType{parser.GTR: parser.LSS, parser.LSS: parser.GTR, parser.GTE: parser.LTE, parser.LTE: parser.GTE}
		op, turns := mirror[n.Op]
		if !turns {
			op = n.Op
		}
		return n.RHS, op, limit, true
	}
	return nil, 0, 0, false
}

// constant is the value of a number, with sign and parentheses.
func constant(e parser.Expr) (float64, bool) {
	switch n := e.(type) {
	case *parser.NumberLiteral:
		return n.Val, true
	case *parser.ParenExpr:
		return constant(n.Expr)
	case *parser.UnaryExpr:
		v, ok := constant(n.Expr)
		if n.Op == parser.SUB {
			v = -v
		}
		return v, ok
	default:
		return 0, false
	}
}
