package ruletest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/promeval"
)

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

// maxNamed bounds how many series a sentence names.
const maxNamed = 3

// seriesName writes a series as PromQL does: the name before the labels.
func seriesName(lset labels.Labels) string {
	name := lset.Get(model.MetricNameLabel)
	rest := labels.NewBuilder(lset).Del(model.MetricNameLabel).Labels()
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
