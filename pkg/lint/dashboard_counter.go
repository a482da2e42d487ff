package lint

import "github.com/monctl/monctl/pkg/depgraph"

// dashboardCounter finds panels that show how far a counter has come, which
// says how long ago something was restarted.
func dashboardCounter(p *Pass) {
	for _, q := range p.ownQueries() {
		name, counts := countedBy(q.Expr.Node)
		if q.Kind != depgraph.Panel || !counts || name == "" {
			continue
		}
		p.Reportf(q.Object, q.Text, "panel %q shows the counter %s itself, which only ever grows until a restart", q.Name, name).Hint =
			"show how it grows: rate(" + name + "[$__rate_interval])"
	}
}
