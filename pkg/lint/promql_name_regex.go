package lint

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// promqlNameRegex finds selectors that look for metrics by a regular
// expression, which reads every name there is.
func promqlNameRegex(p *Pass) {
	for _, r := range p.rules {
		for _, v := range selectors(r.expr) {
			for _, m := range v.LabelMatchers {
				if m.Name != model.MetricNameLabel || m.Type == labels.MatchEqual || len(m.SetMatches()) > 0 && m.Type == labels.MatchRegexp {
					continue
				}
				p.ReportExpr(r, v, "the metrics are looked for by %s", m).Hint = "name them: a rule that finds metrics by a pattern also finds those of tomorrow, and its costs grow with the number of names"
				break // another matcher on the name narrows the search down
			}
		}
	}
}
