package lint

import (
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
)

// ReportExpr adds a finding about a part of a rule's expression. Where the
// expression stands in its source as it is, the finding points at the part;
// else at the whole, and the detail shows where in it.
func (p *Pass) ReportExpr(r rule, node parser.Expr, format string, args ...any) *diag.Diagnostic {
	d := p.Reportf(r.object, r.Pointer+"/expr", format, args...)
	whole := node == r.expr.Node
	if whole && d.Span.End.Line > 0 {
		return d
	}
	// The place of a block ends where it begins; its text comes after it.
	if span, ok := p.within(r, d.Span, node); ok {
		d.Span = span
		return d
	}
	if whole {
		return d
	}
	d.Detail = r.expr.Excerpt(node)
	return d
}

// Cause adds the part of the expression that is the reason of a finding.
func (p *Pass) Cause(d *diag.Diagnostic, r rule, node parser.Expr, message string) {
	if node == nil {
		return
	}
	span, ok := p.within(r, r.object.Origin.At(r.Pointer+"/expr"), node)
	if !ok {
		span = r.expr.Span(node)
	}
	d.Related = append(d.Related, diag.Related{Message: message, Span: span})
}

// within finds a part of an expression in the source.
func (p *Pass) within(r rule, whole diag.Span, node parser.Expr) (diag.Span, bool) {
	if p.opts.Open == nil || whole.Start.Line == 0 {
		return diag.Span{}, false
	}
	source, err := p.opts.Open(whole.File)
	if err != nil {
		return diag.Span{}, false // an excerpt of the expression does, too
	}
	return r.expr.Locate(source, whole, node)
}

// interval returns how often a rule is evaluated, if that is known.
func (p *Pass) interval(r rule) (time.Duration, bool) {
	if r.group.Interval > 0 {
		return r.group.Interval, true
	}
	return p.prometheus.Evaluation, p.prometheus.Known
}

// retention returns how far back there is data, if that is known.
func (p *Pass) retention() (time.Duration, bool) {
	d := p.prometheus.Retention
	if d == 0 {
		d = p.opts.Retention
	}
	return d, d > 0
}

// short prints a duration as Prometheus does.
func short(d time.Duration) string { return model.Duration(d).String() }
