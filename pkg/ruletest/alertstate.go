package ruletest

import (
	"context"
	"fmt"
	"maps"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/promeval"
)

// extended reports whether an alert_rule_test says more than promtool knows.
func (a alertAssertion) extended() bool { return a.state != StateFiring || a.match != matchExact }

// checkState judges an alert_rule_test that names a state or how to match.
func (r *runner) checkState(ctx context.Context, a alertAssertion) {
	expected := a.expected()
	var got []alertText
	for _, alert := range r.eval.Active() {
		if alert.Labels.Get(labels.AlertName) != a.name || alert.State == promeval.AlertInactive {
			continue
		}
		if a.state != StateInactive && string(alert.State) != string(a.state) {
			continue
		}
		one := alertText{labels: alert.Labels}
		if a.state != StateInactive {
			one.annotations = alert.Annotations(ctx)
		}
		got = append(got, one)
	}
	r.warnTemplates(a.span, got)
	if a.state == StateInactive {
		r.checkInactive(a, expected, got)
		return
	}
	pairs := pairUp(len(expected), len(got), func(i, j int) bool { return a.fits(expected[i], got[j]) })
	paired := 0
	for _, j := range pairs {
		if j >= 0 {
			paired++
		}
	}
	j := judged{alertAssertion: a, expected: expected, got: got, failure: -1}
	if paired == len(expected) && paired == len(got) {
		r.judged = append(r.judged, j)
		return
	}
	same, missing, unexpected := apart(expected, got, pairs)
	j.missing, j.unexpected, j.failure = missing, unexpected, len(r.report.Failures)
	r.judged = append(r.judged, j)
	f := r.fail(a.span, KindAlert, codeAlert, "alert %q at %s, %s: %s", a.name, model.Duration(a.at), a.state, countState(len(expected), len(got), a.state))
	if a.match == matchSubset && len(missing) > 0 {
		unexpected = named(missing, unexpected)
	}
	f.describePairs(append(alertPairs(same, same), alertPairs(missing, unexpected)...))
}

// checkInactive fails for each alert that is pending or firing although it is
// expected not to be: those with the expected labels or, if there are none,
// all of the name.
func (r *runner) checkInactive(a alertAssertion, expected, got []alertText) {
	var found []alertText
	for _, g := range got {
		for _, e := range expected {
			if a.fits(e, g) {
				found = append(found, g)
				break
			}
		}
		if len(expected) == 0 {
			found = append(found, g)
		}
	}
	j := judged{alertAssertion: a, expected: expected, got: found, unexpected: found, failure: -1}
	if len(found) > 0 {
		j.failure = len(r.report.Failures)
	}
	r.judged = append(r.judged, j)
	if len(found) == 0 {
		return
	}
	f := r.fail(a.span, KindAlert, codeAlert, "alert %q at %s: expected to be inactive, %s pending or firing", a.name, model.Duration(a.at), areAlerts(len(found)))
	f.describePairs(alertPairs(nil, found))
}

func areAlerts(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

func countState(expected, got int, state State) string {
	if expected == got {
		return "the alerts differ from the expected ones"
	}
	if got == 0 {
		return fmt.Sprintf("%s expected, none is %s", plural(expected), state)
	}
	return fmt.Sprintf("%d expected, %d %s", expected, got, state)
}

// expected are the expected alerts with their names.
func (a alertAssertion) expected() []alertText {
	var out []alertText
	for _, e := range a.exp {
		lset := map[string]string{}
		maps.Copy(lset, e.labels)
		lset[labels.AlertName] = a.name
		out = append(out, alertText{labels.FromMap(lset), labels.FromMap(e.annotations)})
	}
	return out
}

// fits compares an alert as the assertion says.
func (a alertAssertion) fits(e, g alertText) bool {
	if a.match == matchSubset {
		return contains(g.labels.Map(), e.labels.Map()) && contains(g.annotations.Map(), e.annotations.Map())
	}
	return labels.Equal(e.labels, g.labels) && (a.state == StateInactive || labels.Equal(e.annotations, g.annotations))
}

// apart takes two lists of alerts apart: those got that have a partner, those
// expected that have none, and those got that have none.
func apart(expected, got []alertText, pairs []int) (same, missing, unexpected []alertText) {
	taken := map[int]bool{}
	for i, j := range pairs {
		if j < 0 {
			missing = append(missing, expected[i])
			continue
		}
		taken[j] = true
		same = append(same, got[j])
	}
	for j, g := range got {
		if !taken[j] {
			unexpected = append(unexpected, g)
		}
	}
	return same, missing, unexpected
}

// named leaves of alerts only the labels and annotations that some expected
// alert names: the others are of no matter to a subset.
func named(expected, got []alertText) []alertText {
	var names, annotations []string
	for _, e := range expected {
		e.labels.Range(func(l labels.Label) { names = append(names, l.Name) })
		e.annotations.Range(func(l labels.Label) { annotations = append(annotations, l.Name) })
	}
	var out []alertText
	for _, g := range got {
		out = append(out, alertText{g.labels.MatchLabels(true, names...), g.annotations.MatchLabels(true, annotations...)})
	}
	return out
}
