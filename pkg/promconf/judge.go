package promconf

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// Judge judges rule groups, and remembers the texts that it has accepted:
// many rules share a template, and several environments nearly all
// expressions. It may be used concurrently.
type Judge struct {
	parsed *expr.Cache
	// templates are those that parse. Whether one does depends on nothing but
	// its text.
	templates sync.Map
}

// NewJudge returns a judge that parses expressions through a cache, which may
// be nil.
func NewJudge(parsed *expr.Cache) *Judge {
	return &Judge{parsed: parsed}
}

// parser is the parser of a Prometheus with these features.
func (j *Judge) parser(f expr.Features) parser.Parser {
	return cachingParser{f.Parser(), j.parsed, f}
}

// cachingParser is a parser that parses an expression once.
type cachingParser struct {
	parser.Parser
	parsed   *expr.Cache
	features expr.Features
}

// ParseExpr implements parser.Parser.
func (p cachingParser) ParseExpr(text string) (parser.Expr, error) {
	e, err := p.parsed.Parse(text)
	if err != nil {
		return nil, err
	}
	return e.Node, e.Enabled(p.features)
}

// Rules returns what Prometheus refuses a rule group for, of every rule.
func (j *Judge) Rules(ctx context.Context, o bundle.Object) (diag.List, error) {
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	return j.rules(ctx, o, v, o.Body.Bytes(), expr.Features{})
}

// rules judges a group in the form that is given, a value and its canonical
// bytes, with the object for its places.
func (j *Judge) rules(ctx context.Context, o bundle.Object, v bundle.Value, body []byte, f expr.Features) (diag.List, error) {
	p := j.parser(f)
	if g, ok := plainGroup(v); ok && j.accepts(g, p) {
		return nil, nil
	}
	file := slices.Concat([]byte(`{"groups":[`), body, []byte(`]}`))
	if _, errs := rulefmt.Parse(file, false, nameValidation, p, slog.New(slog.DiscardHandler)); len(errs) == 0 {
		return nil, nil
	}
	return refused(ctx, o, v, p)
}

// accepts reports whether rulefmt accepts all rules of a group that decodes.
// The rules are rulefmt's own to judge, but labels and annotations that are
// known to be fine are kept from it, since it makes a new set of functions for
// the template that each may be.
func (j *Judge) accepts(g Group, p parser.Parser) bool {
	for _, r := range g.Rules {
		raw := rulefmt.Rule{
			Record: r.Record, Alert: r.Alert, Expr: r.Expr,
			For: model.Duration(r.For), KeepFiringFor: model.Duration(r.KeepFiringFor),
			Labels: j.unknown(r.Labels), Annotations: j.unknown(r.Annotations),
		}
		if r.Record != "" && len(r.Annotations) > 0 {
			return false
		}
		if errs := raw.Validate(rulefmt.RuleNode{}, nameValidation, p); len(errs) > 0 {
			return false
		}
		if r.Alert == "" {
			continue // its texts are no templates and were not parsed
		}
		for _, texts := range []map[string]string{raw.Labels, raw.Annotations} {
			for _, text := range texts {
				j.templates.Store(text, struct{}{})
			}
		}
	}
	return true
}

// unknown returns the texts that rulefmt has to look at: templates that it has
// not parsed before, and those with a name that might not be one. Without "{{"
// there is nothing to parse.
func (j *Judge) unknown(texts map[string]string) map[string]string {
	var out map[string]string
	for name, text := range texts {
		known := name != model.MetricNameLabel && nameValidation.IsValidLabelName(name)
		if known && strings.Contains(text, "{{") {
			_, known = j.templates.Load(text)
		}
		if known {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = text
	}
	return out
}
