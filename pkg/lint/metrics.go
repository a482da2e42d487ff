package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// missing is a metric of an expression that nobody makes.
type missing struct{ name, summary, hint string }

// missingMetrics returns the metrics of an expression that neither a recording
// rule nor, by the catalogue, a target makes, each name once. There are none
// without a catalogue. What absent asks for may be missing, and so may one of
// the alternatives of an or.
func (p *Pass) missingMetrics(e *expr.Expr, selectors []expr.Selector) []missing {
	if p.catalog == nil {
		return nil
	}
	var unknown []expr.Selector
	for _, s := range selectors {
		if p.nobodyMakes(s) {
			unknown = append(unknown, s)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	excused := excuses(e, selectors, unknown)
	var out []missing
	for _, s := range unknown {
		m := p.explainMissing(s)
		if excused(s) || slices.ContainsFunc(out, func(o missing) bool { return o.name == m.name }) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// nobodyMakes reports whether it is certain that a selector selects nothing.
func (p *Pass) nobodyMakes(s expr.Selector) bool {
	if names, exact := s.Names(); exact {
		return !slices.ContainsFunc(names, p.isMade)
	}
	if !s.IsNamed() || strings.Contains(s.NameKey(), dashboard.Placeholder) {
		return false
	}
	return !slices.ContainsFunc(p.graph.Recorded(), s.Selects) && !slices.ContainsFunc(builtinMetrics(), s.Selects) &&
		!p.catalog.Matching(s.Prefix(), s.Selects)
}

// builtinMetrics are those that Prometheus makes itself (scrape/scrape.go,
// rules/alerting.go).
func builtinMetrics() []string {
	return []string{
		"ALERTS", "ALERTS_FOR_STATE", "up", "scrape_duration_seconds", "scrape_samples_scraped",
		"scrape_samples_post_metric_relabeling", "scrape_series_added", "scrape_timeout_seconds",
		"scrape_sample_limit", "scrape_body_size_bytes",
	}
}

func (p *Pass) isMade(name string) bool {
	if strings.Contains(name, dashboard.Placeholder) || len(p.graph.Makers(name)) > 0 || slices.Contains(builtinMetrics(), name) {
		return true
	}
	found, ok := p.catalog.Find(name)
	return ok && !found.Metric.Recorded
}

func (p *Pass) explainMissing(s expr.Selector) missing {
	names, exact := s.Names()
	if !exact || len(names) != 1 {
		text := strings.TrimSpace(strings.ReplaceAll(s.NameKey(), "\n", " "))
		return missing{text, fmt.Sprintf("no metric in the catalogue and no recording rule matches %s", text), ""}
	}
	name := names[0]
	if found, ok := p.catalog.Find(name); ok && found.Metric.Recorded {
		return missing{
			name, fmt.Sprintf("metric %q is recorded by a rule that is not part of this project any more", name),
			`if rules elsewhere record it, take "recorded: true" out of the catalogue`,
		}
	}
	hint := diag.DidYouMean(name, p.suggestions())
	if hint == "" {
		hint = "if it is new, bring the catalogue up to date: monctl metrics snapshot"
	}
	return missing{name, fmt.Sprintf("metric %q is neither in the catalogue nor recorded by a rule", name), hint}
}

func (p *Pass) suggestions() []string {
	var names []string
	for _, m := range p.catalog.Metrics() {
		if !m.Recorded {
			names = append(names, m.Name)
		}
	}
	return append(names, p.graph.Recorded()...)
}

// exprSpan is a part of an expression's text.
type exprSpan struct{ start, end int }

func spanOf(n parser.Node) exprSpan {
	r := n.PositionRange()
	return exprSpan{int(r.Start), int(r.End)}
}

func (s exprSpan) contains(o expr.Selector) bool { return s.start <= o.Start && o.End <= s.end }

// excuses finds the parts of an expression in which a selector may select
// nothing: arguments of absent, and operands of or beside one that selects
// something.
func excuses(e *expr.Expr, all, unknown []expr.Selector) func(expr.Selector) bool {
	missingIn := func(part exprSpan) bool {
		return slices.ContainsFunc(unknown, part.contains)
	}
	selectsIn := func(part exprSpan) bool {
		inside := slices.DeleteFunc(slices.Clone(all), func(s expr.Selector) bool { return !part.contains(s) })
		return len(inside) > 0 && !missingIn(part)
	}
	var parts []exprSpan
	parser.Inspect(e.Node, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.Call:
			if strings.HasPrefix(n.Func.Name, "absent") {
				parts = append(parts, spanOf(n))
			}
		case *parser.BinaryExpr:
			if n.Op != parser.LOR {
				break
			}
			left, right := spanOf(n.LHS), spanOf(n.RHS)
			if selectsIn(left) {
				parts = append(parts, right)
			}
			if selectsIn(right) {
				parts = append(parts, left)
			}
		}
		return nil
	})
	return func(s expr.Selector) bool {
		return slices.ContainsFunc(parts, func(part exprSpan) bool { return part.contains(s) })
	}
}

// series returns what the catalogue knows of the one metric that a selector
// asks for, unless a recording rule makes it.
func (p *Pass) series(s expr.Selector) (catalog.Series, bool) {
	names, exact := s.Names()
	if p.catalog == nil || !exact || len(names) != 1 || len(p.graph.Makers(names[0])) > 0 {
		return catalog.Series{}, false
	}
	return p.catalog.Find(names[0])
}
