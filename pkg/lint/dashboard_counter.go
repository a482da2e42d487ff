package lint

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/expr"
)

// dashboardCounter finds panels that show how far a counter has come, which
// says how long ago something was restarted. Many a gauge has a counter's name,
// so it takes more than that: the catalogue's word, or a rate of it elsewhere.
func dashboardCounter(p *Pass) {
	rated := p.rated()
	for _, q := range p.ownQueries() {
		name, counts := countedBy(q.Expr.Node)
		if q.Kind != depgraph.Panel || !counts || name == "" || !rated[name] && !p.isCounter(name) {
			continue
		}
		p.Reportf(q.Object, q.Text, "panel %q shows the counter %s itself, which only ever grows until a restart", q.Name, name).Hint =
			"show how it grows: rate(" + name + "[$__rate_interval])"
	}
}

// rated are the metrics that some rule or query takes for counters.
func (p *Pass) rated() map[string]bool {
	out := map[string]bool{}
	add := func(e *expr.Expr) {
		for _, call := range e.Functions("rate", "irate", "increase") {
			if m, ok := call.Args[0].(*parser.MatrixSelector); ok {
				if v, ok := m.VectorSelector.(*parser.VectorSelector); ok {
					out[v.Name] = true
				}
			}
		}
	}
	for _, r := range p.graph.Rules() {
		add(r.Expr)
	}
	for _, q := range p.graph.Queries() {
		add(q.Expr)
	}
	return out
}

// isCounter reports whether the catalogue says that a metric is a counter.
func (p *Pass) isCounter(name string) bool {
	if p.catalog == nil || len(p.graph.Makers(name)) > 0 {
		return false
	}
	found, ok := p.catalog.Find(name)
	return ok && found.Type == catalog.Counter
}
