package depgraph

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promconf"
)

// Rule is a rule whose expression parses.
type Rule struct {
	Place
	// Spec is the rule as it is written. Its name is Alert or Record, the
	// other one empty.
	Spec          promconf.Rule
	Alert, Record string
	// Group is the rule's group, Index its position there.
	Group *Group
	Index int
	Expr  *expr.Expr
	// Selectors are those of the expression.
	Selectors []expr.Selector
	// Fixed are the labels that the rule and its group set.
	Fixed map[string]string

	origin *source
}

// Group is what rules of one group have in common.
type Group struct {
	Object bundle.Object
	// Spec is the group as it is written.
	Spec promconf.Group
	Name string
	// Interval is that of the group or, if it has none, the global one; zero
	// where that is not known.
	Interval time.Duration
}

// Name returns the name of the alert or of the recorded series.
func (r *Rule) Name() string { return r.Spec.Name() }

// Label returns what is known of a label of the series or alerts that the rule
// makes, before anything outside of the rule adds labels: its value, "" where
// they do not have it, or false.
func (r *Rule) Label(name string) (value string, known bool) {
	if value, ok := r.Fixed[name]; ok {
		if r.Alert != "" && strings.Contains(value, "{{") {
			return "", false
		}
		return value, true
	}
	if name == model.AlertNameLabel && r.Alert != "" {
		return r.Alert, true
	}
	return r.Expr.Analysis().Labels().Fixed(name)
}

// Query is an expression of a dashboard, with its variables filled in.
type Query struct {
	// Place is that of the panel, the variable or the annotation; Expr lies at
	// the pointer Text within it.
	Place
	Text string
	Kind Kind
	// Name is the panel's title, or the variable's or annotation's name.
	Name      string
	Dashboard *Board
	// RefID is that of a panel's query.
	RefID     string
	Expr      *expr.Expr
	Selectors []expr.Selector
}

// Board is a dashboard.
type Board struct {
	dashboard.Dashboard
	Place
}

// source is one bundle.
type source struct {
	bundle  *bundle.Bundle
	foreign bool
	// delivery is what its Prometheus does to alerts.
	delivery delivery
	interval time.Duration
}

// readRules adds the rules of a bundle.
func (b *builder) readRules(ctx context.Context, s *source) error {
	for _, o := range s.bundle.OfKind(bundle.Rules) {
		if err := ctx.Err(); err != nil {
			return err
		}
		read, err := promconf.ReadGroup(o)
		if err != nil {
			continue // pkg/schema says why
		}
		group := &Group{Object: o, Spec: read, Name: read.Name, Interval: read.Interval}
		if group.Interval == 0 {
			group.Interval = s.interval
		}
		for i, r := range read.Rules {
			e, err := b.cache.Parse(r.Expr)
			if err != nil {
				continue
			}
			fixed := r.Labels
			if len(read.Labels) > 0 {
				fixed = make(map[string]string, len(read.Labels)+len(r.Labels))
				maps.Copy(fixed, read.Labels)
				maps.Copy(fixed, r.Labels)
			}
			rule := &Rule{
				Place: Place{Object: o, Pointer: r.Pointer, Foreign: s.foreign}, Spec: r, Alert: r.Alert, Record: r.Record, Group: group, Index: i,
				Expr: e, Selectors: e.Selectors(), Fixed: fixed, origin: s,
			}
			b.rules = append(b.rules, rule)
			if r.Record != "" {
				b.makers[r.Record] = append(b.makers[r.Record], rule)
			}
		}
	}
	return nil
}

// readDashboards adds the queries of a bundle's dashboards.
func (b *builder) readDashboards(ctx context.Context, s *source) error {
	for _, o := range s.bundle.OfKind(bundle.Dashboard) {
		if err := ctx.Err(); err != nil {
			return err
		}
		read, err := b.readBoards.Read(o)
		if err != nil {
			return err
		}
		d := &Board{Dashboard: read, Place: Place{Object: o, Foreign: s.foreign}}
		b.boards = append(b.boards, d)
		for _, p := range d.Panels {
			for _, q := range p.Queries {
				if dashboard.IsPromQL(d.DatasourceType(q.Datasource)) {
					b.addQuery(d, Query{Kind: Panel, Name: p.Title, RefID: q.RefID, Text: q.Pointer + "/expr", Place: Place{Pointer: p.Pointer}}, q.Expr)
				}
			}
		}
		for _, q := range d.Annotations {
			if dashboard.IsPromQL(d.DatasourceType(q.Datasource)) {
				b.addQuery(d, Query{Kind: Annotation, Name: q.RefID, Text: q.Pointer + "/expr", Place: Place{Pointer: q.Pointer}}, q.Expr)
			}
		}
		for _, v := range d.Variables {
			if e, ok := d.ExpandVariable(v, b.cache); ok {
				b.keepQuery(d, Query{Kind: Variable, Name: v.Name, Text: v.QueryPointer, Place: Place{Pointer: v.Pointer}}, e)
			}
		}
	}
	return nil
}

func (b *builder) addQuery(d *Board, q Query, text string) {
	if e, ok := d.Expand(text, b.cache); ok {
		b.keepQuery(d, q, e)
	}
}

func (b *builder) keepQuery(d *Board, q Query, e *expr.Expr) {
	q.Object, q.Foreign, q.Dashboard = d.Object, d.Foreign, d
	q.Expr, q.Selectors = e, e.Selectors()
	b.queries = append(b.queries, &q)
}
