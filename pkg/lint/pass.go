package lint

import (
	"context"
	"maps"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/routing"
)

// Pass is one check's look at a bundle.
type Pass struct {
	*view
	check Check
	diags *diag.List
}

// view is what all checks share. It holds only what loads.
type view struct {
	bundle *bundle.Bundle
	// rules are those whose expression parses, in the order of the bundle;
	// alerting are the alerting rules among them.
	rules, alerting []rule
	// recordedNames are the names that some rule records.
	recordedNames map[string]bool
	// prometheus is what the bundle's Prometheus configuration says about
	// time and labels.
	prometheus promconf.Settings
	opts       Options
	templates  map[string]*templateText
	// config is Alertmanager's configuration; tree is nil without one.
	config bundle.Object
	value  bundle.Value
	tree   *routing.Tree
	paging *paging
	// foreign says that the configuration is the context's.
	foreign bool

	dashboards []board

	// graph is what hangs on what, with the context; catalog may be nil.
	graph   *depgraph.Graph
	catalog *catalog.Catalog
}

// rule is a rule with its expression and its group.
type rule struct {
	*promconf.Rule
	object bundle.Object
	group  *promconf.Group
	expr   *expr.Expr
}

// labels returns the rule's labels, with those of its group below.
func (r rule) labels() map[string]string {
	out := maps.Clone(r.group.Labels)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, r.Labels)
	return out
}

type board struct {
	dashboard.Dashboard
	object bundle.Object
	// inputs are the names that Grafana asks for when the dashboard is
	// imported.
	inputs []string
}

func newBoard(o bundle.Object, read *dashboard.Cache) (board, error) {
	d, err := read.Read(o)
	if err != nil {
		return board{}, err
	}
	b := board{Dashboard: d, object: o}
	for _, input := range d.Spec.Array("__inputs") {
		b.inputs = append(b.inputs, input.Str("name"))
	}
	return b, nil
}

func newView(ctx context.Context, b *bundle.Bundle, opts Options) (*view, error) {
	if opts.Boards == nil {
		opts.Boards = &dashboard.Cache{} // the graph reads them, and the checks
	}
	graph, err := depgraph.Build(ctx, b, depgraph.Options{Context: opts.Context, Catalog: opts.Catalog, Cache: opts.Parsed, Boards: opts.Boards})
	if err != nil {
		return nil, err
	}
	v := &view{bundle: b, opts: opts, graph: graph, catalog: opts.Catalog, templates: map[string]*templateText{}, recordedNames: map[string]bool{}}
	v.readRules()
	v.prometheus = promconf.ReadSettings(b)
	if err := v.readRouting(b, opts.Context); err != nil {
		return nil, err
	}
	for _, o := range b.OfKind(bundle.Dashboard) {
		b, err := newBoard(o, opts.Boards)
		if err != nil {
			return nil, err
		}
		v.dashboards = append(v.dashboards, b)
	}
	return v, nil
}

// readRules takes the bundle's own rules.
func (v *view) readRules() {
	own, alerts := 0, 0
	for _, r := range v.graph.Rules() {
		if !r.Foreign {
			own++
		}
		if !r.Foreign && r.Alert != "" {
			alerts++
		}
	}
	v.rules, v.alerting = make([]rule, 0, own), make([]rule, 0, alerts)
	for _, r := range v.graph.Rules() {
		if r.Foreign {
			continue
		}
		own := rule{Rule: &r.Spec, object: r.Object, group: &r.Group.Spec, expr: r.Expr}
		v.rules = append(v.rules, own)
		if r.Alert != "" {
			v.alerting = append(v.alerting, own)
		} else {
			v.recordedNames[r.Record] = true
		}
	}
}

// readRouting takes the bundle's configuration of Alertmanager or, if it has
// none, the first one of its context.
func (v *view) readRouting(b *bundle.Bundle, foreign []*bundle.Bundle) error {
	ref := bundle.Ref{Kind: bundle.Alertmanager}
	o, ok := b.Get(ref)
	for i := 0; !ok && i < len(foreign); i++ {
		o, ok = foreign[i].Get(ref)
		v.foreign = ok
	}
	if !ok {
		return nil
	}
	cfg, err := routing.LoadConfig(o.Body.Bytes())
	if err != nil {
		return nil //nolint:nilerr // pkg/schema says what is wrong with it
	}
	value, err := o.Value()
	if err != nil {
		return err
	}
	v.config, v.value, v.tree = o, value, routing.NewTree(cfg)
	v.paging = newPaging(v, routing.Inhibitions(cfg), routing.Intervals(cfg))
	return nil
}

// alerts returns the alerting rules.
func (v *view) alerts() []rule { return v.alerting }

// place returns where a part of an object stands in its source. A rule that a
// function has made stands in the function, as all of its rules do; where its
// name comes from is the line that made this one. A name that stems from
// another file is most likely that of what the rule was derived from.
func place(o bundle.Origin, pointer string) diag.Span {
	span := o.At(pointer)
	if index, ok := strings.CutPrefix(pointer, "/rules/"); !ok || strings.Contains(index, "/") || span.End.Line == 0 {
		return span
	}
	for _, field := range []string{"alert", "record"} {
		name := o.At(pointer + "/" + field)
		outside := name.Start.Compare(span.Start) < 0 || name.Start.Compare(span.End) >= 0
		if outside && name.File == span.File && name.Start.Line > 0 {
			return name
		}
	}
	return span
}

// Reportf adds a finding about a part of an object, with the check's severity.
// The caller may fill in the rest.
func (p *Pass) Reportf(o bundle.Object, pointer, format string, args ...any) *diag.Diagnostic {
	d := p.diags.Errorf(p.check.Code, place(o.Origin, pointer), format, args...)
	d.Severity, d.Object, d.Pointer = p.check.Severity, o.Ref.String(), pointer
	return d
}
