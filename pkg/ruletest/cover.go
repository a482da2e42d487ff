package ruletest

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/promeval"
)

// cover marks what the test has exercised of the rules. It is called when the
// test is over and looks at what the rules have left behind, so that running a
// test costs nothing while nobody asks for coverage.
func (r *runner) cover(ctx context.Context) {
	v := r.view(r.observer)
	for _, s := range r.subjects() {
		r.coverage.cover(v.observe(ctx, s, r.coverage.missing(s), r.looked(s.name))...)
		r.coverage.cover(r.asserted(s)...)
	}
	r.coverage.cover(r.values()...)
	r.coverPaging()
}

// looked returns the ticks at which assertions are about an alert.
func (r *runner) looked(alert string) map[int64]bool {
	out := map[int64]bool{}
	for _, j := range r.judged {
		if j.name == alert {
			out[r.start().Add(j.at.Truncate(r.step())).UnixMilli()] = true
		}
	}
	return out
}

// viewOfTest is what a test has left behind: everything from its start to the
// last tick, which the rules were evaluated at.
type viewOfTest struct {
	*promeval.Observation
	from, until time.Time
	step        time.Duration
}

func (r *runner) view(obs *promeval.Observer) viewOfTest {
	step := r.step()
	return viewOfTest{Observation: obs.Of(r.eval), from: r.start(), until: r.start().Add(r.horizon().Truncate(step)), step: step}
}

// observe returns those of some points that the test has covered. Looked has
// the ticks, in milliseconds, at which assertions are about an alert.
func (v viewOfTest) observe(ctx context.Context, s *subject, missing []*point, looked map[int64]bool) []*point {
	if v.Void(s.expr.Node) {
		return nil // and so are all its parts, or it would not be provable
	}
	from, until := v.from.Add(-s.offset), v.until.Add(-s.offset)
	var out []*point
	for _, p := range missing {
		for _, probe := range p.probes {
			found, err := v.Occurs(ctx, probe, from, until, v.step)
			if found {
				out = append(out, p)
			}
			if err == nil {
				break
			}
		}
	}
	states := func(kind ItemKind) bool {
		return slices.ContainsFunc(missing, func(p *point) bool { return p.kind == kind })
	}
	if states(ItemFor) {
		out = append(out, v.holds(ctx, s, missing, looked)...)
	}
	if states(ItemKeepFiring) {
		out = append(out, v.keepsFiring(ctx, s, missing)...)
	}
	return out
}

// alerts selects the series ALERTS of a rule, as far as its labels tell it from
// others of the same name.
func (s *subject) alerts(state string) *parser.VectorSelector {
	matchers := []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, "ALERTS")}
	add := func(name, value string) {
		matchers = append(matchers, labels.MustNewMatcher(labels.MatchEqual, name, value))
	}
	add(labels.AlertName, s.name)
	if state != "" {
		add("alertstate", state)
	}
	s.static.Range(func(l labels.Label) { add(l.Name, l.Value) })
	return &parser.VectorSelector{Name: "ALERTS", LabelMatchers: matchers}
}

// holds says whether pending alerts went on to fire, and whether for kept any
// from firing: it ended while it was pending, or an assertion looked then.
func (v viewOfTest) holds(ctx context.Context, s *subject, missing []*point, looked map[int64]bool) []*point {
	pending, err := v.Range(ctx, s.alerts("pending").String(), v.from, v.until, v.step)
	if err != nil || len(pending) == 0 {
		return nil
	}
	firing, err := v.Range(ctx, s.alerts("firing").String(), v.from, v.until, v.step)
	if err != nil {
		return nil
	}
	fires := map[string][]int64{}
	for _, c := range firing {
		fires[withoutState(c.Labels)] = c.Times
	}
	seen := map[string]bool{}
	step := v.step.Milliseconds()
	for _, c := range pending {
		for i, t := range c.Times {
			goesOn := i+1 < len(c.Times) && c.Times[i+1] == t+step
			fired := !goesOn && slices.Contains(fires[withoutState(c.Labels)], t+step)
			seen["crossed"] = seen["crossed"] || fired
			seen["not crossed"] = seen["not crossed"] || looked[t] || !goesOn && !fired
		}
	}
	var out []*point
	for _, p := range missing {
		if p.kind == ItemFor && seen[p.outcome] {
			out = append(out, p)
		}
	}
	return out
}

func withoutState(lset labels.Labels) string {
	return labels.NewBuilder(lset).Del("alertstate").Labels().String()
}

// keepsFiring says whether more alerts were active than the expression had
// samples, at any tick.
func (v viewOfTest) keepsFiring(ctx context.Context, s *subject, missing []*point) []*point {
	active := call("count", s.alerts(""))
	expression := s.expr.Node
	if expression.Type() == parser.ValueTypeScalar {
		expression = call("vector", expression)
	}
	samples := &parser.ParenExpr{Expr: &parser.BinaryExpr{
		Op: parser.LOR, LHS: call("count", expression), RHS: call("vector", &parser.NumberLiteral{}),
		VectorMatching: &parser.VectorMatching{Card: parser.CardManyToMany},
	}}
	more := &parser.BinaryExpr{Op: parser.GTR, LHS: active, RHS: samples, VectorMatching: &parser.VectorMatching{}}
	found, err := v.Occurs(ctx, more.String(), v.from, v.until, v.step)
	if err != nil || !found {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(missing), func(p *point) bool { return p.kind != ItemKeepFiring })
}

// asserted returns the points of an alert that the test's assertions cover.
func (r *runner) asserted(s *subject) []*point {
	var out []*point
	for _, j := range r.judged {
		if !s.alert || j.name != s.name {
			continue
		}
		claim := j.claim(s)
		for _, p := range s.points {
			switch {
			case p.kind == ItemAsserted && p.outcome == claim,
				p.kind == ItemLabel && j.sees(s, func(a alertText) labels.Labels { return a.labels }, p.text),
				p.kind == ItemAnnotation && j.sees(s, func(a alertText) labels.Labels { return a.annotations }, p.text):
				out = append(out, p)
			}
		}
	}
	return append(out, r.notified(s)...)
}

// claim is what an assertion says about the alerts of a rule: that one is
// "firing", that it is "not firing", or nothing.
func (j judged) claim(s *subject) string {
	ours := slices.ContainsFunc(j.expected, func(a alertText) bool { return s.couldBe(a, j.match) })
	switch j.state {
	case StatePending:
		if ours {
			return "not firing"
		}
		return "" // others may fire
	case StateInactive:
		if ours || len(j.expected) == 0 {
			return "not firing"
		}
		return ""
	default:
		if ours {
			return "firing"
		}
		return "not firing"
	}
}

// sees reports whether an assertion compares a label or an annotation of one of
// the rule's alerts: all of them, or those that a subset names.
func (j judged) sees(s *subject, set func(alertText) labels.Labels, name string) bool {
	if j.state == StateInactive || !slices.ContainsFunc(j.got, func(a alertText) bool { return s.isStaticOf(a.labels) }) {
		return false
	}
	return j.match != matchSubset || slices.ContainsFunc(j.expected, func(a alertText) bool {
		return s.couldBe(a, j.match) && set(a).Has(name)
	})
}

// values returns the points of records whose values the test's assertions
// depend on: those that an expression asks for, those that an alert reads which
// an assertion is about, and those that these read.
func (r *runner) values() []*point {
	reads := map[string]bool{}
	for _, e := range r.test.exprs {
		if parsed, err := r.features.Parser().ParseExpr(e.expr.value); err == nil {
			readNames(parsed, reads)
		}
	}
	done := map[*subject]bool{}
	for again := true; again; {
		again = false
		for _, s := range r.subjects() {
			if done[s] || !(reads[s.name] && !s.alert || s.alert && r.asserts(s.name)) {
				continue
			}
			done[s], again = true, true
			readNames(s.expr.Node, reads)
		}
	}
	var out []*point
	for _, s := range r.subjects() {
		for _, p := range s.points {
			if done[s] && p.kind == ItemAsserted && !s.alert {
				out = append(out, p)
			}
		}
	}
	return out
}

// readNames adds the metric names that an expression selects.
func readNames(e parser.Expr, names map[string]bool) {
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			for _, m := range v.LabelMatchers {
				if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
					names[m.Value] = true
				}
			}
		}
		return nil
	})
}
