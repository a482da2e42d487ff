package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// promqlUnknownLabel finds matchers and groupings by a label that, by the
// catalogue, no series of the metric has.
func promqlUnknownLabel(p *Pass) {
	if p.catalog == nil {
		return
	}
	added := externalLabels(p.bundle)
	for _, r := range p.graph.Rules() {
		if !r.Foreign {
			p.unknownLabels(r.Object, r.Pointer+"/expr", "", r.Expr, r.Selectors, added)
		}
	}
	for _, q := range p.graph.Queries() {
		if !q.Foreign {
			p.unknownLabels(q.Object, q.Text, where(q)+": ", q.Expr, q.Selectors, added)
		}
	}
}

// externalLabels are the names of the labels that series get once they leave
// Prometheus.
func externalLabels(b *bundle.Bundle) []string {
	o, ok := b.Get(bundle.Ref{Kind: bundle.Prometheus})
	if !ok {
		return nil
	}
	v, err := o.Value()
	if err != nil {
		return nil
	}
	global, _ := v.Get("global")
	external, _ := global.Get("external_labels")
	return external.Keys
}

func (p *Pass) unknownLabels(o bundle.Object, pointer, in string, e *expr.Expr, selectors []expr.Selector, added []string) {
	lacks := func(s catalog.Series, label string) bool {
		has, known := s.HasLabel(label)
		return known && !has && !slices.Contains(added, label) && !strings.Contains(label, dashboard.Placeholder) && !strings.HasPrefix(label, "__")
	}
	told := map[string]bool{}
	report := func(s catalog.Series, label, format string) *diag.Diagnostic {
		summary := fmt.Sprintf(format, s.Metric.Name+s.Suffix, label)
		if told[summary] {
			return nil
		}
		told[summary] = true
		d := p.Reportf(o, pointer, "%s%s", in, summary)
		if d.Hint = diag.DidYouMean(label, s.Metric.Labels); d.Hint == "" {
			d.Hint = "it has " + strings.Join(s.Metric.Labels, ", ")
			if len(s.Metric.Labels) == 0 {
				d.Hint = "it has none"
			}
		}
		return d
	}
	for _, s := range selectors {
		series, ok := p.series(s)
		if !ok {
			continue
		}
		for _, label := range s.Demands() {
			if lacks(series, label) && !variableMatcher(s, label) {
				report(series, label, "metric %q never has the label %q, so that this selects nothing")
			}
		}
	}
	parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
		agg, ok := n.(*parser.AggregateExpr)
		if !ok || agg.Without {
			return nil
		}
		s, ok := onlySelector(agg.Expr, selectors)
		if !ok {
			return nil
		}
		series, ok := p.series(s)
		if !ok {
			return nil
		}
		for _, label := range agg.Grouping {
			// Grouping by a label that is not there does nothing, and libraries
			// of rules do so for those who have it. Only a typing error counts.
			if lacks(series, label) && diag.Suggest(label, series.Metric.Labels) != "" {
				if d := report(series, label, "metric %q never has the label %q, by which this groups"); d != nil {
					d.Severity = diag.Info
				}
			}
		}
		return nil
	})
}

// variableMatcher reports whether a selector compares a label with what a
// variable of a dashboard holds, which may be nothing or everything.
func variableMatcher(s expr.Selector, label string) bool {
	return slices.ContainsFunc(s.Matchers, func(m *labels.Matcher) bool {
		return m.Name == label && strings.Contains(m.Value, dashboard.Placeholder)
	})
}

// onlySelector returns the one selector that an expression takes its labels
// from, if it does nothing but apply functions that keep them.
func onlySelector(e parser.Expr, selectors []expr.Selector) (expr.Selector, bool) {
	switch n := unwrap(e).(type) {
	case *parser.VectorSelector:
		part := spanOf(n)
		for _, s := range selectors {
			if s.Start == part.start && s.End == part.end {
				return s, true
			}
		}
	case *parser.MatrixSelector:
		return onlySelector(n.VectorSelector, selectors)
	case *parser.SubqueryExpr:
		return onlySelector(n.Expr, selectors)
	case *parser.Call:
		if len(n.Args) > 0 && !slices.Contains([]string{"label_replace", "label_join", "info", "absent", "absent_over_time"}, n.Func.Name) {
			return onlySelector(n.Args[len(n.Args)-1], selectors)
		}
	}
	return expr.Selector{}, false
}
