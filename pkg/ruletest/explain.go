package ruletest

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

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
		obs = promeval.NewObserver(r.decoded.interval, r.features)
		defer obs.Close()
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
		if l.Name != model.MetricNameLabel && l.Name != "alertstate" && !s.static.Has(l.Name) && b.Has(l.Name) && b.Get(l.Name) != l.Value {
			ok = false
		}
	})
	return ok
}

// explainSamples says why an expression has no samples where some were
// expected, and plots it.
func (v viewOfTest) explainSamples(ctx context.Context, f *Failure, a asked, subjects []*subject) {
	e, err := expr.Parse(a.expr.value)
	if err != nil {
		return
	}
	v.Observation = v.Whole() // An expression is asked after the last tick.
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
