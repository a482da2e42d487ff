package depgraph

import (
	"context"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promconf"
)

// Options say what a graph is made of beside the project's own bundle.
type Options struct {
	// Context are bundles that are owned elsewhere.
	Context []*bundle.Bundle
	// Catalog may be nil. Of its metrics, the graph has those that something
	// reads.
	Catalog *catalog.Catalog
	// Cache holds expressions that have been parsed already; it may be nil.
	Cache *expr.Cache
	// Boards holds dashboards that have been read already; it may be nil.
	Boards *dashboard.Cache
}

type builder struct {
	*Graph
	catalog    *catalog.Catalog
	cache      *expr.Cache
	readBoards *dashboard.Cache
	sources    []*source
	boards     []*Board
	edges      map[edgeKey]*Edge
	// metrics, records and bases are by name; bases are the histograms whose
	// buckets are read.
	metrics, records map[string]*Node
	bases            map[string]bool
	alerts           []alertNode
	alertsByName     map[string][]alertNode
}

type alertNode struct {
	rule *Rule
	node *Node
}

// Build makes the graph of a bundle. What does not load is left out; the
// error is for the end of the context only, and for objects that are damaged.
func Build(ctx context.Context, own *bundle.Bundle, opts Options) (*Graph, error) {
	b := &builder{
		Graph: &Graph{makers: map[string][]*Rule{}}, catalog: opts.Catalog, cache: opts.Cache, readBoards: opts.Boards,
		edges: map[edgeKey]*Edge{}, metrics: map[string]*Node{}, records: map[string]*Node{}, bases: map[string]bool{},
		alertsByName: map[string][]alertNode{},
	}
	if b.cache == nil {
		b.cache = &expr.Cache{}
	}
	for i, one := range append([]*bundle.Bundle{own}, opts.Context...) {
		settings := promconf.ReadSettings(one)
		s := &source{bundle: one, foreign: i > 0, delivery: newDelivery(settings), interval: settings.Evaluation}
		b.sources = append(b.sources, s)
		if err := b.readRules(ctx, s); err != nil {
			return nil, err
		}
		if err := b.readDashboards(ctx, s); err != nil {
			return nil, err
		}
	}
	b.index()
	b.ruleNodes()
	b.boardNodes()
	if err := b.readRoutes(); err != nil {
		return nil, err
	}
	b.seal()
	return b.Graph, nil
}

// index collects the names of all series.
func (b *builder) index() {
	recorded, others := map[string]bool{}, map[string]bool{}
	for name := range b.makers {
		recorded[name] = true
	}
	add := func(selectors []expr.Selector) {
		for _, s := range selectors {
			for _, name := range fixedNames(s) {
				others[name] = true
				if base, ok := strings.CutSuffix(name, "_bucket"); ok {
					b.bases[base] = true
				}
			}
		}
	}
	for _, r := range b.rules {
		add(r.Selectors)
	}
	for _, q := range b.queries {
		add(q.Selectors)
	}
	if b.catalog != nil {
		for _, name := range b.catalog.Names() {
			others[name] = true
		}
	}
	b.names = newNameIndex(recorded, others)
}

// ruleNodes adds the nodes of rules and what their expressions read.
func (b *builder) ruleNodes() {
	for _, r := range b.rules {
		switch {
		case r.Record != "":
			n := b.records[r.Record]
			if n == nil {
				n = b.add(Record, r.Record, "")
				b.records[r.Record] = n
			}
			n.Places = append(n.Places, r.Place)
		default:
			detail, _ := r.Label("severity") // "" where it is not known
			n := b.add(Alert, r.Alert, detail)
			n.Places = []Place{r.Place}
			b.alerts = append(b.alerts, alertNode{r, n})
			b.alertsByName[r.Alert] = append(b.alertsByName[r.Alert], alertNode{r, n})
		}
	}
	next := 0
	for _, r := range b.rules {
		n := b.records[r.Record]
		if r.Record == "" {
			n = b.alerts[next].node
			next++
		}
		b.read(n, r.Selectors)
	}
}

// boardNodes adds dashboards, their parts that read something, and what they
// read.
func (b *builder) boardNodes() {
	boards := map[*Board]*Node{}
	for _, d := range b.boards {
		n := b.add(Dashboard, d.Title, d.UID)
		n.Places = []Place{d.Place}
		boards[d] = n
	}
	parts := map[string]*Node{}
	for _, q := range b.queries {
		key := q.Object.Ref.String() + " " + q.Pointer
		if q.Foreign {
			key += " foreign"
		}
		n := parts[key]
		if n == nil {
			n = b.add(q.Kind, q.Name, q.Dashboard.Title)
			n.Places = []Place{q.Place}
			parts[key] = n
			b.connect(n, boards[q.Dashboard], Shows, true)
		}
		b.read(n, q.Selectors)
	}
}

func (b *builder) add(kind Kind, name, detail string) *Node {
	n := &Node{Kind: kind, Name: name, Detail: detail}
	b.nodes = append(b.nodes, n)
	return n
}

// read connects what selectors read with the node that they stand in.
func (b *builder) read(to *Node, selectors []expr.Selector) {
	for _, s := range selectors {
		if s.Metric == "ALERTS" || s.Metric == "ALERTS_FOR_STATE" {
			b.readAlerts(to, s)
			continue
		}
		for _, name := range fixedNames(s) {
			b.readName(to, s, name, true)
		}
		for _, name := range b.names.resolve(s) {
			b.readName(to, s, name, false)
		}
	}
}

func (b *builder) readName(to *Node, s expr.Selector, name string, certain bool) {
	if n, ok := b.records[name]; ok {
		if match := b.recordMatch(s, name); match != expr.Never {
			b.connect(n, to, Reads, certain && match == expr.Certain)
		}
		return
	}
	b.connect(b.metric(name), to, Reads, certain)
}

// recordMatch says whether a selector takes what some rule records.
func (b *builder) recordMatch(s expr.Selector, name string) expr.Certainty {
	best := expr.Never
	for _, r := range b.makers[name] {
		best = max(best, r.labelsMatch(s))
	}
	return best
}

// Feeds says whether a selector takes the series that a recording rule makes,
// as far as their labels are known. Labels that the rule does not give may
// have been added on the way, as external labels are, and count as unknown.
func (r *Rule) Feeds(s expr.Selector) expr.Certainty {
	if r.Record == "" || !s.Selects(r.Record) {
		return expr.Never
	}
	return r.labelsMatch(s)
}

func (r *Rule) labelsMatch(s expr.Selector) expr.Certainty {
	return s.Match(func(name string) (string, bool) {
		value, known := r.Label(name)
		return value, known && value != "" && !variableMatcher(s, name)
	})
}

// variableMatcher reports whether a selector compares a label with what a
// dashboard's variable holds.
func variableMatcher(s expr.Selector, label string) bool {
	for _, m := range s.Matchers {
		if m.Name == label && isVariable(m.Value) {
			return true
		}
	}
	return false
}

// metric returns the node of the metric that series belong to.
func (b *builder) metric(series string) *Node {
	name := series
	if b.catalog != nil {
		if found, ok := b.catalog.Find(series); ok {
			name = found.Metric.Name
		}
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(name, suffix); ok && b.bases[base] {
			name = base
			break
		}
	}
	n := b.metrics[name]
	if n == nil {
		n = b.add(Metric, name, "")
		b.metrics[name] = n
	}
	return n
}

// readAlerts connects alerts with an expression that reads their state. A
// selector without the name of an alert reads the metric: a table of whatever
// fires hangs on no alert.
func (b *builder) readAlerts(to *Node, s expr.Selector) {
	names, named := s.Values(model.AlertNameLabel)
	if !named || variableMatcher(s, model.AlertNameLabel) {
		b.connect(b.metric(s.Metric), to, Reads, true)
		return
	}
	// Whether an alert is pending or firing is not known, and it can be both.
	certain := !slices.ContainsFunc(s.Demands(), func(l string) bool { return l != model.AlertNameLabel && l != "alertstate" })
	for _, name := range names {
		for _, a := range b.alertsByName[name] {
			match := s.Match(func(label string) (string, bool) {
				value, known := a.rule.Label(label)
				return value, known && value != "" && label != "alertstate" && !variableMatcher(s, label)
			})
			if match != expr.Never {
				b.connect(a.node, to, Reads, certain || match == expr.Certain)
			}
		}
	}
}
