package lint

import "github.com/monctl/monctl/pkg/expr"

// promqlVectorMatching finds operations whose sides can never match, because
// of a label that only one of them has.
func promqlVectorMatching(p *Pass) {
	for _, r := range p.rules {
		for _, problem := range r.expr.Analysis().Problems {
			if problem.Kind == expr.NoMatch {
				p.problem(r, problem)
			}
		}
	}
}
