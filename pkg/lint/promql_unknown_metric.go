package lint

// promqlUnknownMetric finds rules that use a metric which neither a target nor
// a recording rule makes.
func promqlUnknownMetric(p *Pass) {
	for _, r := range p.graph.Rules() {
		if r.Foreign {
			continue
		}
		for _, m := range p.missingMetrics(r.Expr, r.Selectors) {
			p.Reportf(r.Object, r.Pointer+"/expr", "%s", m.summary).Hint = m.hint
		}
	}
}
