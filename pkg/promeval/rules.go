package promeval

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"

	"github.com/monctl/monctl/pkg/expr"
)

// RuleFile is a parsed and validated rule file. It is immutable and may be
// shared by any number of evaluations.
type RuleFile struct {
	name   string
	groups []*group
	// What was parsed, for Plain.
	content       []byte
	ignoreUnknown bool
}

// group is a rule group.
type group struct {
	file, name  string
	limit       int
	interval    time.Duration // 0 if it has none of its own
	queryOffset time.Duration
	rules       []*rule
}

// rule is a rule with everything that can be known before any evaluation.
type rule struct {
	name     string
	alerting bool
	// text is what upstream's rules ask the engine for: the expression printed.
	text string
	// query is the text parsed as the engine does, which knows less than the
	// parser of rule files.
	query               parsed
	hold, keepFiring    time.Duration
	labels, annotations labels.Labels
	// eager is set if the annotations can query: they depend on when they are
	// expanded.
	eager bool
	// texts has the simple templates among the labels and annotations.
	texts map[string][]piece
	void  void
	shape shape
	// The templates of the labels may depend on the value of the sample, on the
	// time, or on a query.
	valued, timed, queries bool
}

// RuleOptions say how rule files are read.
type RuleOptions struct {
	// IgnoreUnknownFields accepts fields that Prometheus does not know.
	IgnoreUnknownFields bool
	Features            expr.Features
	// Logger takes upstream's remarks; nil discards them.
	Logger *slog.Logger
}

// ParseRules reads a rule file. The errors are upstream's; their texts begin
// with "line:column: " where the place is known.
func ParseRules(name string, content []byte, o RuleOptions) (*RuleFile, []error) {
	logger := o.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	p := o.Features.Parser()
	parsed, errs := rulefmt.Parse(content, o.IgnoreUnknownFields, model.UTF8Validation, p, logger)
	if len(errs) > 0 {
		return nil, errs
	}
	file := &RuleFile{name: name, content: content, ignoreUnknown: o.IgnoreUnknownFields}
	for _, g := range parsed.Groups {
		out := &group{file: name, name: g.Name, limit: g.Limit, interval: time.Duration(g.Interval)}
		if g.QueryOffset != nil {
			out.queryOffset = time.Duration(*g.QueryOffset)
		}
		for _, r := range g.Rules {
			prepared, err := newRule(o.Features, g.Labels, r)
			if err != nil {
				return nil, []error{err}
			}
			out.rules = append(out.rules, prepared)
		}
		file.groups = append(file.groups, out)
	}
	return file, nil
}

func newRule(f expr.Features, groupLabels map[string]string, r rulefmt.Rule) (*rule, error) {
	expr, err := f.Parser().ParseExpr(r.Expr)
	if err != nil {
		return nil, err
	}
	out := &rule{
		name: r.Record, text: expr.String(), void: newVoid(expr),
		hold: time.Duration(r.For), keepFiring: time.Duration(r.KeepFiringFor),
		labels: rules.FromMaps(groupLabels, r.Labels), annotations: labels.FromMap(r.Annotations),
	}
	if out.query.expr, out.query.err = queryParser(f).ParseExpr(out.text); out.query.err != nil {
		out.void = void{} // The engine will refuse it at every tick.
		out.shape.tickwise = "is refused by the engine"
	} else {
		out.shape = newShape(out.query.expr)
	}
	if r.Alert != "" {
		out.name, out.alerting = r.Alert, true
	}
	out.texts = compileTexts(out.labels, out.annotations)
	out.labels.Range(func(l labels.Label) {
		if !isTemplate(l.Value) {
			return
		}
		pieces, simple := out.texts[l.Value]
		out.valued = out.valued || !simple || slices.ContainsFunc(pieces, func(p piece) bool { return p.kind == sampleValue })
		out.timed = out.timed || (!simple && strings.Contains(l.Value, "now"))
		out.queries = out.queries || (!simple && strings.Contains(l.Value, "query"))
	})
	out.annotations.Range(func(l labels.Label) { out.eager = out.eager || strings.Contains(l.Value, "query") })
	return out, nil
}

// isTemplate reports whether a text has anything for text/template to do. A
// text without an action expands to itself.
func isTemplate(text string) bool { return strings.Contains(text, "{{") }

// Name returns the name the file was parsed under.
func (f *RuleFile) Name() string { return f.name }

// Alerts calls yield with the name of every alerting rule, in order.
func (f *RuleFile) Alerts(yield func(name string) bool) {
	for _, g := range f.groups {
		for _, r := range g.rules {
			if r.alerting && !yield(r.name) {
				return
			}
		}
	}
}

// Groups calls yield with the name of every rule group, in order.
func (f *RuleFile) Groups(yield func(name string) bool) {
	for _, g := range f.groups {
		if !yield(g.name) {
			return
		}
	}
}
